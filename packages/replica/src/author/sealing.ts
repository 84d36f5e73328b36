import { DinemicError, EMPTY_FIELD, Sealed, openValue, parseId, sealValue, seedsOf, shown } from '@dinemic/core'
import type { CryptoProvider, KeyHolder, ObjectId, ObjectState, Operation, Place, Platform, Value, WireValue } from '@dinemic/core'

/** An epoch to seal to; without its seed by a writer who may not read. */
export interface Epoch { readonly id: string, readonly seed: Uint8Array | undefined }

export interface SealerParts { readonly provider: CryptoProvider, readonly random: Platform['random'], readonly object: ObjectId, readonly writer: KeyHolder }

/** Seals what one writer writes of one object. */
export class Sealer {
  readonly #parts: SealerParts

  constructor (parts: SealerParts) {
    this.#parts = parts
  }

  /** The operations with the values of these fields sealed, one at a time. What is sealed already stays as it is. */
  * seal (operations: Iterable<Operation>, names: ReadonlySet<string>, epoch: Epoch | undefined): Generator<Operation> {
    const { provider, random, object } = this.#parts
    for (const operation of operations) {
      if (!('value' in operation) || operation.value instanceof Sealed || !names.has(operation.field)) yield operation
      else {
        if (epoch === undefined) throw new TypeError('an encrypted value and no epoch to seal it to')
        const value = sealValue(provider, { epoch: epoch.id, seed: epoch.seed, place: placeOf(object, operation), value: operation.value as Value, random })
        yield { ...operation, value }
      }
    }
  }

  /**
   * The operations with what comes sealed in the clear, to be sealed anew: whoever sealed it may have used an epoch that
   * somebody holds who is shut out by now. What is sealed to `epoch` stays as it is where the writer may not read.
   * Throws `ORM_FIELD_SEALED` for what can be neither opened nor left, `ORM_FIELD_CORRUPT` for what is damaged.
   */
  * reopen (operations: Iterable<Operation>, state: ObjectState, epoch: Epoch): Iterable<Operation> {
    const { provider, object, writer } = this.#parts
    for (const operation of operations) {
      if (!isSealed(operation)) {
        yield operation
        continue
      }
      const { field, value } = operation
      const seed = seedsOf(provider, state, writer).get(value.epoch)
      if (seed !== undefined) yield { ...operation, value: openValue(provider, seed, placeOf(object, operation), value) }
      else if (value.epoch === epoch.id) yield operation
      else throw new DinemicError('ORM_FIELD_SEALED', `${parseId(object).model}.${field} of ${object} comes encrypted with a key that is not in use any more, and ${writer.id} has no key to encrypt it anew. Have it proposed again, or accepted where the object's key is.`, { details: { object, field } })
    }
  }
}

export function isSealed (operation: Operation): operation is Extract<Operation, { value: WireValue }> & { value: Sealed } {
  return 'value' in operation && operation.value instanceof Sealed
}

function placeOf (object: ObjectId, operation: Extract<Operation, { value: WireValue }>): Place {
  switch (operation.op) {
    case 'set': return { object, field: operation.field, slot: 'register' }
    case 'put': return { object, field: operation.field, slot: 'dict', element: operation.key }
    default: return { object, field: operation.field, slot: 'list', element: operation.element }
  }
}

/** Operations that set again what a field shows in the clear, but for what `operations` write themselves. One at a time. */
export function * clearlyShown (state: ObjectState, name: string, operations: readonly Operation[]): Generator<Operation> {
  const field = state.fields.get(name) ?? EMPTY_FIELD
  const own = operations.filter(operation => operation.field === name)
  const keys = new Set(own.flatMap(operation => 'key' in operation ? [operation.key] : []))
  const elements = new Set(own.flatMap(operation => 'element' in operation ? [operation.element] : []))
  const register = shown(field.register)
  if (isClear(register?.value) && !own.some(({ op }) => op === 'set' || op === 'delete')) yield { op: 'set', field: name, value: register!.value! }
  for (const [key, value] of field.entries) if (isClear(value) && !keys.has(key)) yield { op: 'put', field: name, key, value }
  for (const { id, value } of field.order.values()) if (isClear(value) && !elements.has(id)) yield { op: 'replace', field: name, element: id, value }
}

function isClear (value: WireValue | undefined): boolean {
  return value !== undefined && !(value instanceof Sealed)
}
