import type { GrantState, ObjectState } from './state-types.js'
import type { GrantRef, ObjectId, Right, UpdateId } from './types.js'
import type { Grant, Operation, Update } from './update-types.js'
import { refKey } from './verdict/link.js'

/** The grants that no close names. */
export function openGrants (state: ObjectState): readonly GrantState[] {
  const grants = [...state.grants.values()]
  if (state.closes.size === 0) return grants
  const closed = new Set([...state.closes.values()].map(close => refKey(close.grant)))
  return grants.filter(({ ref }) => !closed.has(refKey(ref)))
}

/** Open grants of one right to one subject; null is anyone. */
export function grantsTo (state: ObjectState, subject: ObjectId | null, right: Right): readonly GrantState[] {
  return openGrants(state).filter(({ grant }) => grant.subject === subject && grant.right === right)
}

/** Whether somebody may: the owner all, others by a grant of their own or, for update, by one to anyone. Without `field`: any field. */
export function can (state: ObjectState, who: ObjectId, right: Right, field?: string): boolean {
  if (who === state.id) return true
  return [...grantsTo(state, who, right), ...grantsTo(state, null, right)].some(({ grant }) => field === undefined || coversField(grant, field))
}

export function coversField (grant: Grant, field: string): boolean {
  return grant.fields === null || grant.fields.includes(field)
}

/** Subjects of open read grants, sorted. */
export function readersOf (state: ObjectState): readonly ObjectId[] {
  const subjects = openGrants(state).flatMap(({ grant }) => grant.right === 'read' && grant.subject !== null ? [grant.subject] : [])
  return [...new Set(subjects)].sort()
}

/** Whether an update may be stored and forwarded. `waits`: for the update that carries the grant it cites. */
export type Admission = { readonly is: 'admitted' } | { readonly is: 'waits', readonly for: UpdateId } | { readonly is: 'refused', readonly why: string }

const ADMITTED: Admission = { is: 'admitted' }

/**
 * Admission (docs/protocol.md): update and grant alone decide. `grantOf` gives the grant at a place, null if the update
 * named there is known and carries none there, undefined if that update isn't known or is of a kind or version that isn't.
 */
export function admissionOf (update: Update, grantOf: (ref: GrantRef) => Grant | null | undefined): Admission {
  if (update.author === null) return ADMITTED
  if (update.root === null) return refused('it is a proposal, which nobody stores')
  const grant = grantOf(update.root)
  if (grant === undefined) return { is: 'waits', for: update.root.id }
  if (grant === null) return refused('there is no grant where it says')
  if (grant.subject !== null && grant.subject !== update.author) return refused('its grant is somebody else\'s')
  if (grant.limit !== null && update.seq > grant.limit) return refused(`its grant ends at ${grant.limit} updates`)
  switch (update.body.kind) {
    case 'unknown': return ADMITTED
    case 'remove': return grant.right === 'remove' ? ADMITTED : refused('its grant is not for removing')
    case 'change': return grant.right === 'update' ? fieldsAdmitted(update.body.operations, grant) : refused('its grant is not for changing')
    default: return refused('only the owner writes such updates')
  }
}

function fieldsAdmitted (operations: readonly Operation[], grant: Grant): Admission {
  const outside = operations.find(operation => !coversField(grant, operation.field))
  return outside === undefined ? ADMITTED : refused(`its grant is not for the field ${outside.field}`)
}

function refused (why: string): Admission {
  return { is: 'refused', why }
}
