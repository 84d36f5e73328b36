import type { FieldChange, ObjectChange } from '@dinemic/replica'
import type { HookName } from '../schema/types.js'

/** One hook that a change reaches; without `field` it is about the object as a whole. */
export interface Step { readonly hook: HookName, readonly field?: FieldChange }

type Verb = 'Update' | 'Delete' | 'Remove' | 'Updated' | 'Deleted'

/** The before-hooks of a change, in order. */
export function * beforeSteps (change: ObjectChange): Iterable<Step> {
  if (change.created) yield { hook: 'OnCreate' }
  for (const field of change.fields) yield * rightsSteps(change, field.type === 'set' ? 'Update' : 'Delete', { field })
  if (change.removed) yield * rightsSteps(change, 'Remove')
}

/** The after-hooks of a change, in order. A removal has none: there is no object left to speak of. */
export function * afterSteps (change: ObjectChange): Iterable<Step> {
  if (change.created) yield { hook: 'OnCreated' }
  if (change.created && change.owned) yield { hook: 'OnOwnedCreated' }
  for (const field of change.fields) yield * rightsSteps(change, field.type === 'set' ? 'Updated' : 'Deleted', { field })
}

function * rightsSteps (change: ObjectChange, verb: Verb, about: { readonly field?: FieldChange } = {}): Iterable<Step> {
  yield { hook: change.authorized ? `OnAuthorized${verb}` : `OnUnauthorized${verb}`, ...about }
  if (change.owned) yield { hook: `OnOwned${verb}`, ...about }
  yield { hook: `On${verb}`, ...about }
}
