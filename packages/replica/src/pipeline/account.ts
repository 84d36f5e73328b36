import type { Update } from '@dinemic/core'
import { NOTHING_COUNTED, plus } from '../counted.js'
import type { Counted } from '../counted.js'
import type { LiveObject } from '../live-object.js'
import type { Quota } from '../quota.js'

/** What an object takes of the node's quotas, while a stage writes it. */
export class Account {
  readonly #live: LiveObject
  readonly #quota: Quota
  readonly #before: Counted

  constructor (live: LiveObject, quota: Quota) {
    this.#live = live
    this.#quota = quota
    this.#before = live.row.counted
  }

  /** What an update counts; 0 for what is no stranger's. */
  async weigh (update: Update): Promise<number> {
    return await this.#quota.weigh(this.#live, update)
  }

  async hasRoom (update: Update): Promise<boolean> {
    return this.#quota.withUpdate(this.#live, update, await this.weigh(update)) !== undefined
  }

  /** Counts one more update; false where there is no room for it. */
  take (update: Update, weight: number): boolean {
    return this.#set(this.#quota.withUpdate(this.#live, update, weight))
  }

  /** Counts so many bytes that are no update; false where there is no room for them. */
  takeContent (bytes: number): boolean {
    return this.#set(this.#quota.withContent(this.#live.row.counted, bytes))
  }

  /** The update has gone. */
  async release (update: Update): Promise<void> {
    this.#set(plus(this.#live.row.counted, update, -await this.weigh(update)))
  }

  /** All has gone but this update. */
  leave (update: Update, weight: number): void {
    this.#set(plus(NOTHING_COUNTED, update, weight))
  }

  /** Counts all anew. */
  async recount (): Promise<void> {
    let counted = NOTHING_COUNTED
    for (const update of this.#live.updates.values()) counted = plus(counted, update, await this.weigh(update))
    this.#set(counted)
  }

  /** As if nothing had been written. */
  giveUp (): void {
    this.#quota.moved(this.#live.row.counted, this.#before)
  }

  #set (counted: Counted | undefined): boolean {
    if (counted === undefined) return false
    const live = this.#live
    if (counted.law === live.row.counted.law && counted.content === live.row.counted.content && counted.isGone === live.row.counted.isGone) return true
    this.#quota.moved(live.row.counted, counted)
    live.row = { ...live.row, counted }
    return true
  }
}
