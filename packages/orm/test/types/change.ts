// The types of a change, and of listeners, in both dialects.
import type { List } from '../../src/decorators/fields.js'
import { isSealed } from '../../src/change.js'
import type { Change } from '../../src/change.js'
import { OnAuthorizedUpdated, OnUnauthorizedUpdate, OnUpdated } from '../../src/decorators/hooks.js'
import type { Entity } from '../../src/entity.js'
import type { Person } from './model.js'

class Listener {
  apply () {}
}

export class Audit extends Listener {
  readonly seen: string[] = []

  @OnAuthorizedUpdated() log ({ object, field, before, after, caller }: Change<Person>) { this.seen.push(object.id, field, caller, String(before), String(after)) }
  @OnUnauthorizedUpdate() block ({ field, reject }: Change) { reject(`update of ${field} was blocked`) }
  @OnUpdated('salary') pay ({ after }: Change<Person, 'salary'>) { return after?.toFixed(2) }
  // The filter under which it is applied leaves only this field over.
  @OnUpdated() filtered ({ after }: Change<Person, 'salary'>) { return after?.toFixed(2) }
  @OnUpdated('anything') open (change: Change) { return change.key }

  // @ts-expect-error a misspelt field of the model that the change speaks of
  @OnUpdated('salry') misspelt (change: Change<Person>) { return change }
  // @ts-expect-error the hook hears of salary, the method takes changes of age
  @OnUpdated('salary') other (change: Change<Person, 'age'>) { return change }
  // @ts-expect-error not what a hook is given
  @OnUpdated() text (change: string) { return change }
}

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false
function holds<_T extends true> () {}

holds<Same<Change<Person, 'salary'>['after'], number | undefined>>()
holds<Same<Change<Person, 'age'>['before'], number | undefined>>()
holds<Same<Change<Person, 'tags'>['after'], string | undefined>>()
holds<Same<Change<Person, 'phones'>['after'], string | undefined>>()
holds<Same<Change<Person, 'visits'>['after'], number | undefined>>()
holds<Same<Change<Person, 'salary'>['field'], 'salary'>>()
holds<Same<Change['field'], string>>()
holds<Same<Change['after'], unknown>>()
holds<Same<Change['object'], Entity>>()
holds<Same<Change<Person>['field'], 'name' | 'age' | 'salary' | 'address' | 'tags' | 'notes' | 'phones' | 'visits' | 'employer' | 'boss'>>()

export function narrowed (change: Change<Person>): string {
  if (change.field === 'age') return change.after!.toFixed()
  if (change.field === 'address') return change.after!.street
  // @ts-expect-error any of the other fields
  return change.after
}

export function widened (change: Change<Person, 'tags'>): Change {
  return change
}

export function maybeSealed ({ after }: Change<Person, 'salary'>): string | undefined {
  return isSealed(after) ? after.epoch : after?.toFixed()
}

export function refusing ({ reject, accept, proposal }: Change): Promise<void> {
  if (proposal) return accept()
  return reject('no')
}

// @ts-expect-error no such field
export type Misspelt = Change<Person, 'tag'>

// @ts-expect-error hooks don't write to what they are given
export function written (change: Change<Person>) { change.before = undefined }

export type Tags = List<string>
