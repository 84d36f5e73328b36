import { mergingAll } from '@dinemic/core'
import type { ObjectState, UpdateId } from '@dinemic/core'
import type { Breath } from '../breath.js'
import type { KeptChange } from '../hooks/change-row.js'
import type { LiveObject } from '../live-object.js'

/** Before: what showed before what makes a merge necessary. Described: to whom what it changes is put down. */
export interface DueMerge { readonly before: ObjectState, readonly described: KeptChange }

/**
 * The merge of an object from all that counts: after a revocation, or where the owner's chain has closed a gap. One for all
 * that makes one necessary, before anybody looks. Until then what comes is applied to a state that isn't quite right, as
 * admission needs the grants in it.
 */
export class NewMerge {
  readonly #live: LiveObject
  readonly #breath: Breath
  #due: DueMerge | undefined

  constructor (live: LiveObject, breath: Breath) {
    this.#live = live
    this.#breath = breath
  }

  get due (): DueMerge | undefined {
    return this.#due
  }

  demand (described: KeptChange): void {
    const { before, described: known } = this.#due ?? { before: this.#live.row.visible, described }
    this.#due = { before, described: known.cause === 'revoked' ? known : described }
  }

  /** Merges anew if that is due, without what is still to be applied. Gives what was due. */
  async run (waiting: ReadonlySet<UpdateId> = new Set()): Promise<DueMerge | undefined> {
    const due = this.#due
    if (due === undefined) return undefined
    this.#due = undefined
    const live = this.#live
    let { masked } = live.row
    for (const id of live.row.masked.keys()) if (!live.updates.has(id)) masked = masked.delete(id)
    const full = await this.without(waiting)
    const visible = masked.size === 0 ? full : await this.without(masked, waiting)
    live.row = { ...live.row, full, visible, masked }
    return due
  }

  /** The state that all that counts makes, but these. */
  async without (...ids: readonly { has (id: UpdateId): boolean }[]): Promise<ObjectState> {
    const live = this.#live
    return await this.#breath.through(mergingAll(live.id, live.counting(...ids), live.chains(...ids)))
  }
}
