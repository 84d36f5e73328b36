import { DinemicError, parseId, reasonOf } from '@dinemic/core'
import type { ObjectState, Update } from '@dinemic/core'
import { operationsOf } from '../cells.js'
import type { HookProgress, HooksPort } from '../engine.js'
import { intendedChanges } from '../hooks/field-changes.js'
import type { LiveObject } from '../live-object.js'
import type { ChangesInView, Origin } from './changes-in-view.js'
import type { Notes } from './notes.js'

export interface BeforeHooksParts {
  readonly hooks: Pick<HooksPort, 'before' | 'wantsBefore'>
  readonly view: ChangesInView
  readonly notes: Notes
}

/** Asks the before-hooks about one object's updates. */
export class BeforeHooks {
  readonly #live: LiveObject
  readonly #parts: BeforeHooksParts

  constructor (live: LiveObject, parts: BeforeHooksParts) {
    this.#live = live
    this.#parts = parts
  }

  /** Whether an update is for them, and anybody listens. */
  want (update: Update): boolean {
    return hasHooks(update) && this.#parts.hooks.wantsBefore(parseId(this.#live.id).model)
  }

  /** A refusal of a local update is thrown, of a remote one noted and returned as false: it becomes a mask. `next`: what shows unless one refuses. */
  async allow (update: Update, origin: Origin, next: ObjectState): Promise<boolean> {
    if (!this.want(update)) return true
    const { hooks, view, notes } = this.#parts
    const { visible } = this.#live.row
    const created = update.kind === 'genesis' && visible.genesis === null
    // The first values are sealed under an epoch that comes with them.
    const state = created ? next : visible
    const progress: HookProgress = {}
    try {
      await hooks.before({
        ...view.describe(update, origin), created, removed: update.kind === 'remove', state,
        // Made for the first hook that looks: most models have none.
        get fields () { return intendedChanges(visible, operationsOf(update)) }
      }, progress)
      return true
    } catch (cause) {
      const reason = reasonOf(cause)
      if (origin.local) {
        throw new DinemicError('ORM_VETOED', `The change of ${update.object} was refused by a hook: ${reason}. Nothing was written.`, { cause, details: { object: update.object, update: update.id, hook: progress.hook } })
      }
      notes.add('rejected', { update: update.id, object: update.object, code: 'ORM_VETOED', reason, hook: progress.hook, cause })
      return false
    }
  }
}

/** Grants, closes and keys have no hooks and cannot be masked. */
export function hasHooks ({ body }: Update): boolean {
  return body.kind === 'genesis' || body.kind === 'change' || body.kind === 'remove'
}
