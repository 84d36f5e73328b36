import type { CryptoProvider, UpdateId } from '@dinemic/core'
import { shortIdsOf } from '../reconcile/salted-ranges.js'
import { MILLIS_DIGITS } from '../reconcile/set-key.js'
import type { Lacking } from '../reconcile/walk.js'
import type { Report } from '../report.js'
import type { Inbound } from './inbound.js'
import type { Interest } from './interest.js'
import { decodeGot } from './messages.js'
import type { PeerLink } from './peer-link.js'
import type { Pending } from './pending.js'

export interface TransferParts {
  readonly inbound: Inbound
  readonly interest: Pick<Interest, 'eraOf' | 'wants'>
  readonly pending: Pending
  readonly provider: Pick<CryptoProvider, 'sha256'>
  readonly report: Report
}

/** What a page of frames came to. `keptOut`: by this node's own rules. */
export interface Arrival { readonly frames: number, readonly taken: number, readonly keptOut: number }

/**
 * Pages of frames from one peer: while one is written, the next is verified and another on its way, and no more than that; over all
 * peers what is under way is counted, so that a node which receives faster than it writes holds no more than its limit.
 */
export class Transfer {
  readonly #parts: TransferParts
  readonly #link: PeerLink
  readonly #set: string
  readonly #era: number
  /** The last two pages that came. */
  #older: Promise<unknown> = Promise.resolve()
  #working: Promise<unknown> = Promise.resolve()

  /** `set`: a model or an object. */
  constructor (parts: TransferParts, link: PeerLink, set: string) {
    this.#parts = parts
    this.#link = link
    this.#set = set
    this.#era = parts.interest.eraOf(set)
  }

  /** What is remembered of the set goes by this name. */
  get scope (): string {
    return `${this.#set} ${this.#era}`
  }

  /** Whether a short id was asked for, and is not to be again. */
  isSettled (id: string): boolean {
    return this.#link.settled.get(`${this.#era} ${id}`) !== undefined
  }

  /** Asks for short ids of the set. Resolves when all have been looked up and what came is being taken; false where an answer failed, or nobody wants the set any more. */
  async fetch (wanted: readonly Lacking[], arrived: (arrival: Arrival) => void): Promise<boolean> {
    for (let left = wanted; left.length > 0;) {
      if (!await this.#parts.interest.wants(this.#set)) return false
      const asked = left
      const answered = await this.page(async () => await this.#link.request({ ask: 'fetch', model: this.#set, salt: this.#link.salt, wanted: asked }), bytes => {
        const { looked, frames } = decodeGot(bytes)
        const ids = asked.flatMap(({ shortIds }) => shortIds).slice(0, Math.max(looked, 1))
        return { result: ids, take: async turn => { arrived(await this.take(frames, turn, ids)) } }
      })
      if (answered === undefined) return false
      left = without(asked, answered.length)
    }
    return true
  }

  /** One request, and what is done with its answer; undefined where none came. The next page may be asked for before the frames of this one are taken. */
  async page<T> (ask: () => Promise<Uint8Array | undefined>, read: (bytes: Uint8Array) => { result: T, take: (turn: Promise<unknown>) => Promise<void> }): Promise<T | undefined> {
    const room = await this.#parts.pending.forAnswer(this.#link.peer)
    let handedOn = false
    try {
      const bytes = await ask()
      const fits = bytes === undefined || room.came(bytes.length)
      if (!fits) this.#link.dropped()
      await this.#older
      if (bytes === undefined || !fits) return undefined
      const { result, take } = read(bytes)
      this.#older = this.#working
      this.#working = take(this.#older).finally(room.release)
      this.#working.catch(() => { /* told to whoever asks for the next page, or waits for the end */ })
      handedOn = true
      return result
    } finally {
      if (!handedOn) room.release()
    }
  }

  /** When everything that has come is written. */
  async settled (): Promise<void> {
    await Promise.all([this.#older, this.#working])
  }

  /** Frames that came, after the turn of those before them; for these short ids where they were asked for one by one. */
  async take (frames: readonly Uint8Array[], turn: Promise<unknown>, asked: readonly string[] = []): Promise<Arrival> {
    const { inbound, report } = this.#parts
    const { peer } = this.#link
    const { good, taken, waiting, keptOut } = await inbound.frames(frames, peer, turn)
    const waits = this.#shortIdsOf(waiting)
    for (const id of asked) if (!waits.has(id)) this.#settle(id)
    // Those of whole objects were asked for by none: a comparison would find them again.
    for (const id of this.#shortIdsOf(keptOut).keys()) this.#settle(id)
    if (good === 0 && (asked.length > 0 || frames.length > 0)) this.#link.brokenPromises++
    if (frames.length < asked.length) {
      report('rejected', { update: '', object: '', code: 'REPLICA_NOT_DELIVERED', reason: `${asked.length - frames.length} of ${asked.length} updates that it said it has did not come`, peer })
    }
    return { frames: frames.length, taken, keptOut: keptOut.length }
  }

  #settle (id: string): void {
    this.#link.settled.set(`${this.#era} ${id}`, true)
  }

  #shortIdsOf (ids: readonly UpdateId[]): ReturnType<typeof shortIdsOf> {
    return shortIdsOf(ids.map(id => '0'.repeat(MILLIS_DIGITS) + id), this.#parts.provider, this.#link.salt)
  }
}

/** What is left of these when the first so many short ids have been looked up. */
function without (wanted: readonly Lacking[], looked: number): Lacking[] {
  let done = looked
  return wanted.flatMap(({ prefix, shortIds }) => {
    const left = shortIds.slice(Math.min(done, shortIds.length))
    done -= shortIds.length - left.length
    return left.length === 0 ? [] : [{ prefix, shortIds: left }]
  })
}
