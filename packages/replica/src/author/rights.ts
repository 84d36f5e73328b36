import { DinemicError, coversField, grantsTo, parseId } from '@dinemic/core'
import type { GrantState, ObjectId, ObjectState, Operation } from '@dinemic/core'

/** The operations that go under one grant; null: the owner's, who needs none. */
export interface Share { readonly grant: GrantState | null, readonly operations: readonly Operation[] }

/**
 * Under which grants a save goes: the caller's own open grant that covers all fields, else one to anyone; if no single
 * one does, one share for each grant needed. Throws `ORM_NOT_AUTHORIZED` naming the first field that has none.
 */
export function sharesOf (state: ObjectState, caller: ObjectId, operations: readonly Operation[], hasRoom: (grant: GrantState) => boolean): Share[] {
  if (operations.length === 0) return []
  if (caller === state.id) return [{ grant: null, operations }]
  const grants = [...grantsTo(state, caller, 'update'), ...grantsTo(state, null, 'update')].filter(hasRoom)
  const single = grants.find(({ grant }) => operations.every(operation => coversField(grant, operation.field)))
  if (single !== undefined) return [{ grant: single, operations }]
  const shares = new Map<GrantState, Operation[]>()
  for (const operation of operations) {
    const grant = grants.find(candidate => coversField(candidate.grant, operation.field))
    if (grant === undefined) throw notAuthorized(state.id, caller, operation.field)
    shares.set(grant, [...shares.get(grant) ?? [], operation])
  }
  return [...shares].map(([grant, share]) => ({ grant, operations: share }))
}

export function notAuthorized (object: ObjectId, caller: ObjectId, field: string | null): DinemicError {
  const what = field === null ? `remove ${object}` : `change ${parseId(object).model}.${field} of ${object}`
  return new DinemicError('ORM_NOT_AUTHORIZED', `${caller} may not ${what}: no open grant covers it. Have its owner call $.authorize(…), open it { as: … } somebody who may, or ask with { propose: true }.`, { details: { object, caller, field } })
}
