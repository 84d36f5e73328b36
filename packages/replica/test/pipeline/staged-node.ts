import { mergeAll } from '@dinemic/core'
import type { ObjectId, ObjectState, Platform, Update, UpdateId } from '@dinemic/core'
import { LiveObject } from '../../src/live-object.js'
import { emptyRow } from '../../src/object-row.js'
import type { ObjectRow } from '../../src/object-row.js'
import { Quota } from '../../src/quota.js'
import { Stage } from '../../src/pipeline/stage.js'

/** Nobody waits: what is scheduled comes next. */
export const platform: Platform = { now: () => 0, random: length => new Uint8Array(length), schedule: (_ms, task) => { queueMicrotask(task); return () => {} } }

/** Far more than any test has. */
const MOST = 500

/** What a node does with one object's updates between verifying and storing them: the engine's own stages, one after the other. */
export class StagedNode {
  readonly #refuses: (id: UpdateId) => boolean
  readonly #quota = new Quota({ has: async () => false })
  #live: LiveObject
  #waiting: Update[] = []
  #taken = 0

  /** `refuses`: what its before-hooks mask. */
  constructor (object: ObjectId, refuses: (id: UpdateId) => boolean = () => false) {
    this.#refuses = refuses
    this.#live = new LiveObject(object, emptyRow(object), [])
  }

  get row (): ObjectRow {
    return this.#live.row
  }

  /** What it should show: all that counts and isn't masked, merged at once. */
  get expected (): ObjectState {
    const { masked } = this.row
    return mergeAll(this.#live.id, this.#live.counting(masked), this.#live.chains(masked))
  }

  /** What it would store, in the order in which it was committed. */
  get held (): readonly Update[] {
    return [...this.#live.updates.values()]
  }

  /** In stages of so many; what waits for its grant is offered again when something was taken. */
  async offer (updates: readonly Update[], size = 3): Promise<void> {
    for (let at = 0; at < updates.length; at += size) {
      let batch: readonly Update[] = updates.slice(at, at + size)
      for (let before = -1; before !== this.#taken;) {
        before = this.#taken
        batch = await this.#stage([...batch, ...this.#waiting.splice(0)])
        this.#waiting.push(...batch)
        batch = []
      }
    }
  }

  /** Again and again, as peers compare, until nothing new is taken. */
  async offerUntilQuiet (updates: readonly Update[]): Promise<void> {
    for (let before = -1; before !== this.#taken;) {
      before = this.#taken
      await this.offer(updates)
    }
  }

  /** What a node finds that starts on what was stored. */
  restart (): void {
    this.#live = new LiveObject(this.#live.id, this.row, this.held)
  }

  /** Gives what waits. */
  async #stage (updates: readonly Update[]): Promise<Update[]> {
    const before = async ({ update }: { update: { id: UpdateId } }): Promise<void> => {
      if (this.#refuses(update.id)) throw new TypeError('not here')
    }
    const stage = new Stage(this.#live, { platform, quota: this.#quota, hooks: { before, wantsBefore: () => true, wantsAfter: () => false, after: async () => true }, report: () => {} })
    const waiting: Update[] = []
    for (const update of updates) {
      const { is } = await stage.take(update, { local: false, owned: false })
      if (is === 'taken' && ++this.#taken > MOST) throw new Error(`${update.id} is taken and dropped again and again`)
      if (is === 'waits') waiting.push(update)
    }
    await stage.finish()
    return waiting
  }
}
