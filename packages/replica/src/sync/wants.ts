import type { UpdateId } from '@dinemic/core'
import { SharedRoom } from './shared-room.js'

const WANTS = 10_000
/** Peers of which it is known what they were asked for, also when they are gone. */
const PEERS = 1000

/**
 * Ids of updates that others point to and that aren't here. Each peer is asked once, and again when it has news. Bounded:
 * the oldest of the peer that has brought most such pointers are forgotten, and found again when peers compare.
 */
export class Wants {
  /** By number, in ascending order. */
  readonly #room = new SharedRoom<number>({ entries: WANTS })
  /** Up to which number each peer has been asked. */
  readonly #askedUpTo = new Map<string, number>()
  /** Of these, peers that gave no answer: they are asked again. */
  readonly #silent = new Set<string>()
  #last = 0

  get missing (): UpdateId[] {
    return [...this.#room.keys]
  }

  /** Each with the peers that were asked for it, and whether they answered. */
  get sought (): { readonly update: UpdateId, readonly asked: readonly { readonly peer: string, readonly isSilent: boolean }[] }[] {
    return this.missing.map(update => {
      const asked = [...this.#askedUpTo].filter(([, number]) => number >= this.#room.get(update)!)
      return { update, asked: asked.map(([peer]) => ({ peer, isSilent: this.#silent.has(peer) })) }
    })
  }

  get size (): number {
    return this.#room.size
  }

  /** `peer`: who brought what points to it. */
  add (id: UpdateId, peer: string): void {
    if (this.#room.get(id) === undefined) this.#room.put(id, ++this.#last, { peer })
  }

  /** It has come, or nobody needs it any more. */
  arrived (id: UpdateId): void {
    this.#room.delete(id)
  }

  /** What this peer hasn't been asked for; from now on it counts as asked. */
  toAsk (peer: string): UpdateId[] {
    const asked = this.#silent.delete(peer) ? 0 : this.#askedUpTo.get(peer) ?? 0
    if (asked === this.#last) return []
    this.#askedUpTo.delete(peer)
    this.#askedUpTo.set(peer, this.#last)
    if (this.#askedUpTo.size > PEERS) this.forget(this.#askedUpTo.keys().next().value!)
    return this.missing.filter(id => this.#room.get(id)! > asked)
  }

  /** The peer gave no answer. */
  failed (peer: string): void {
    this.#silent.add(peer)
  }

  /** The peer may have them by now. */
  forget (peer: string): void {
    this.#askedUpTo.delete(peer)
    this.#silent.delete(peer)
  }
}
