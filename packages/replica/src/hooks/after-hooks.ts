import type { ObjectId, ObjectState, Platform, Store, StoredEvent } from '@dinemic/core'
import type { Activity } from '../activity.js'
import { Breath } from '../breath.js'
import type { HooksPort } from '../engine.js'
import { KeyedQueue } from '../keyed-queue.js'
import { decodeChange, encodeChange } from './change-row.js'
import type { KeptChange } from './change-row.js'

export interface AfterHook { readonly event: StoredEvent | undefined, readonly change: KeptChange, readonly state: ObjectState | undefined }

export interface AfterHooksParts { readonly store: Store, readonly hooks: HooksPort, readonly activity: Activity, readonly platform: Platform }

/**
 * After-hooks: kept with the commit until they have run, so that they run at least once even across a crash, and in
 * order for each object. What has run is struck off with a later commit, or by itself when there is none. Once one has thrown
 * while the node stops, which may be why, it and those that haven't begun are left for the next start.
 */
export class AfterHooks {
  readonly #store: Store
  readonly #hooks: HooksPort
  readonly #activity: Activity
  readonly #breath: Breath
  readonly #queue = new KeyedQueue()
  #lastSeq = 0
  #done: number[] = []
  #striking = false
  #stopping = false
  #left = false

  constructor ({ store, hooks, activity, platform }: AfterHooksParts) {
    this.#store = store
    this.#hooks = hooks
    this.#activity = activity
    this.#breath = new Breath(platform)
  }

  /**
   * Runs what a crash or a stop has left. `stateOf` gives what the object shows now. None runs before all are read: a hook
   * that saves takes the next number, and its own hooks come after those that were left.
   */
  async resume (stateOf: (object: ObjectId) => Promise<ObjectState | undefined>): Promise<void> {
    const left: AfterHook[] = []
    for (;;) {
      const events = await this.#store.pendingEvents({ after: this.#lastSeq, limit: 256 })
      if (events.length === 0) break
      for (const event of events) {
        const change = decodeChange(event.data)
        left.push({ event, change, state: await stateOf(change.object) })
      }
      this.#lastSeq = events.at(-1)!.seq
    }
    for (const hook of left) void this.run([hook])
  }

  /** What of these changes somebody wants to hear, as rows for the commit. */
  * prepare (model: string, changes: readonly { readonly kept: KeptChange, readonly state: ObjectState | undefined }[]): Generator<AfterHook> {
    if (!this.#hooks.wantsAfter(model)) return
    for (const { kept, state } of changes) yield { event: { seq: ++this.#lastSeq, data: encodeChange(kept) }, change: kept, state }
  }

  /** Sequence numbers of hooks that have run; taken along by the next commit. */
  takeDone (): number[] {
    const done = this.#done
    this.#done = []
    return done
  }

  /** Resolves when these have run. */
  async run (hooks: readonly AfterHook[]): Promise<void> {
    if (hooks.length === 0) return
    const object = hooks[0]!.change.object
    await this.#activity.track(`after-hooks of ${object}`, this.#queue.run([object], async () => {
      for (const { event, change, state } of hooks) {
        if (this.#left) return
        const endedWell = await this.#hooks.after({ state, ...change })
        if (!endedWell && this.#stopping) this.#left = true
        else if (event !== undefined) this.#done.push(event.seq)
        await this.#breath.afterCall()
      }
      this.#strike()
    }))
  }

  /** When what is queued by now for these objects has run. */
  async settled (objects: readonly ObjectId[]): Promise<void> {
    await this.#queue.run(objects, async () => {})
  }

  stopping (): void {
    this.#stopping = true
  }

  #strike (): void {
    if (!this.#striking) void this.#activity.track('striking off after-hooks that have run', this.#strikeAll())
  }

  async #strikeAll (): Promise<void> {
    this.#striking = true
    try {
      // The commits under way may take some along.
      await Promise.resolve()
      while (this.#done.length > 0) await this.#store.commit({ objects: [], acknowledged: this.takeDone() })
    } catch {
      // The node may have stopped without waiting for a hook. What isn't struck off runs again at the next start, as it may.
    } finally {
      this.#striking = false
    }
  }
}
