import { parseId } from '@dinemic/core'
import type { ObjectState, Update, VerdictChange } from '@dinemic/core'
import type { HooksPort } from '../engine.js'
import type { KeptChange } from '../hooks/change-row.js'
import { visibleChanges } from '../hooks/field-changes.js'
import type { LiveObject } from '../live-object.js'
import { shows } from '../object-row.js'
import { continuesCreation } from './creation.js'

/** Where an update comes from, and whether this node holds its object's key. */
export interface Origin { readonly local: boolean, readonly owned: boolean }

export interface ChangeInView { readonly kept: KeptChange, readonly state: ObjectState | undefined }

/** The account of what a stage changes in view, for the after-hooks: kept only where somebody listens. */
export class ChangesInView {
  readonly list: ChangeInView[] = []
  readonly #live: LiveObject
  readonly #hooks: Pick<HooksPort, 'wantsAfter'>

  constructor (live: LiveObject, hooks: Pick<HooksPort, 'wantsAfter'>) {
    this.#live = live
    this.#hooks = hooks
  }

  /** Whether after-hooks listen to objects of this model. */
  get isWatched (): boolean {
    return this.#hooks.wantsAfter(parseId(this.#live.id).model)
  }

  /** Enters what differs between two states, in these fields or in all. */
  enter (described: KeptChange, before: ObjectState, after: ObjectState, names?: readonly string[]): void {
    if (!this.isWatched) return
    const was = shows(before)
    const is = shows(after)
    if (!was && !is) return
    const created = !was && is
    const removed = was && !is
    const fields = removed ? [] : visibleChanges(created ? undefined : before, after, created ? [...names ?? [], ...after.fields.keys()] : names)
    if (fields.length === 0 && !created && !removed) return
    this.list.push({ kept: { ...described, created, removed, fields }, state: is ? after : undefined })
  }

  /** What hooks are told of an update, without what it changes. */
  describe (update: Update, { local, owned }: Origin): KeptChange {
    const via = 'via' in update.body ? update.body.via : null
    return {
      object: update.object, update: { id: update.id, clock: update.clock }, caller: update.author ?? update.object,
      authorized: this.#live.isAuthorized(update), owned, local, cause: local ? 'local' : 'remote', via, created: false, continuesCreation: continuesCreation(update, this.#live.updates), removed: false, fields: []
    }
  }

  /** To whom a value that a new merge shows is put down: a revocation is the owner's doing. */
  describeMerge (changes: readonly VerdictChange[], revoked: readonly Update[], origin: Origin): KeptChange {
    const { id: object, updates } = this.#live
    // What came is judged after what it moves.
    const close = changes.findLast(({ id }) => updates.get(id)?.kind === 'close')
    const cause = revoked[0] !== undefined && close === undefined ? revoked[0] : updates.get((close ?? changes[0]!).id)!
    const described = this.describe(cause, origin)
    return revoked.length === 0 ? described : { ...described, caller: object, authorized: true, cause: 'revoked', via: null, continuesCreation: false }
  }
}
