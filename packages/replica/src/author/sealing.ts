import { EMPTY_FIELD, Sealed, listElements, sealValue, shown } from '@dinemic/core'
import type { CryptoProvider, ObjectId, ObjectState, Operation, Place, Platform, Value, WireValue } from '@dinemic/core'

/** An epoch to seal to; without its seed by a writer who may not read. */
export interface Epoch { readonly id: string, readonly seed: Uint8Array | undefined }

export interface Sealing {
  readonly provider: CryptoProvider
  readonly random: Platform['random']
  readonly object: ObjectId
  /** Names of encrypted fields. */
  readonly names: ReadonlySet<string>
}

/** The operations with the values of encrypted fields sealed. What is sealed already stays as it is. */
export function sealOperations (sealing: Sealing, operations: readonly Operation[], epoch: Epoch | undefined): Operation[] {
  return operations.map(operation => {
    if (!('value' in operation) || operation.value instanceof Sealed || !sealing.names.has(operation.field)) return operation
    if (epoch === undefined) throw new TypeError('an encrypted value and no epoch to seal it to')
    const { provider, random, object } = sealing
    const value = sealValue(provider, { epoch: epoch.id, seed: epoch.seed, place: placeOf(object, operation), value: operation.value as Value, random })
    return { ...operation, value }
  })
}

function placeOf (object: ObjectId, operation: Extract<Operation, { value: WireValue }>): Place {
  switch (operation.op) {
    case 'set': return { object, field: operation.field, slot: 'register' }
    case 'put': return { object, field: operation.field, slot: 'dict', element: operation.key }
    default: return { object, field: operation.field, slot: 'list', element: operation.element }
  }
}

/** Operations that set again what a field shows in the clear, but for what `operations` write themselves. */
export function clearlyShown (state: ObjectState, name: string, operations: readonly Operation[]): Operation[] {
  const field = state.fields.get(name) ?? EMPTY_FIELD
  const own = operations.filter(operation => operation.field === name)
  const again: Operation[] = []
  const register = shown(field.register)
  if (isClear(register?.value) && !own.some(({ op }) => op === 'set' || op === 'delete')) again.push({ op: 'set', field: name, value: register!.value! })
  for (const [key, values] of field.dict) {
    const value = shown(values)?.value
    if (isClear(value) && !own.some(operation => 'key' in operation && operation.key === key)) again.push({ op: 'put', field: name, key, value: value! })
  }
  for (const { id, value } of listElements(field)) {
    if (isClear(value) && !own.some(operation => 'element' in operation && operation.element === id)) again.push({ op: 'replace', field: name, element: id, value })
  }
  return again
}

function isClear (value: WireValue | undefined): boolean {
  return value !== undefined && !(value instanceof Sealed)
}
