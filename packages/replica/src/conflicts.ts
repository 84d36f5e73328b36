import { Sealed } from '@dinemic/core'
import type { ObjectState, Operation, Update } from '@dinemic/core'
import { isContested, operationsOf } from './cells.js'
import type { Reports } from './report.js'

/** What an update finds in the cells that it writes, as the state after it has them. */
export function conflictsOf (update: Update, state: ObjectState): Reports['conflict'][] {
  return operationsOf(update).flatMap(operation => {
    const reason = reasonIn(operation, state)
    return reason === undefined ? [] : [{ object: update.object, ...placeOf(operation), update: update.id, reason }]
  })
}

function reasonIn (operation: Operation, state: ObjectState): string | undefined {
  const isClear = 'value' in operation && !(operation.value instanceof Sealed)
  if (isClear && state.encrypted.has(operation.field)) return 'a value in the clear in an encrypted field is ignored'
  return isContested(state, operation) ? 'concurrent values' : undefined
}

/** The field that an operation writes, in dicts the key, in lists the element. */
function placeOf (operation: Operation): { readonly field: string, readonly key?: string } {
  const { field } = operation
  if ('key' in operation) return { field, key: operation.key }
  return 'element' in operation ? { field, key: operation.element } : { field }
}
