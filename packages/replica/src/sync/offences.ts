import { BoundedCache } from '@dinemic/core'
import type { Platform } from '@dinemic/core'

const REMEMBERED = 1000
/** How long a peer isn't asked, in ms: from the first time, doubling, to the longest. */
const FIRST = 2000
const LAST = 300_000

/** Peers that answered nonsense, or gave nothing of what they said they have: they are left alone for a while, though they connect anew. */
export class Offences {
  readonly #platform: Platform
  readonly #byPeer = new BoundedCache<string, { readonly count: number, readonly until: number }>(REMEMBERED)

  constructor (platform: Platform) {
    this.#platform = platform
  }

  note (peer: string): void {
    const count = (this.#byPeer.get(peer)?.count ?? 0) + 1
    this.#byPeer.set(peer, { count, until: this.#platform.now() + Math.min(LAST, FIRST * 2 ** (count - 1)) })
  }

  forgive (peer: string): void {
    if (this.#byPeer.get(peer) !== undefined) this.#byPeer.set(peer, { count: 0, until: 0 })
  }

  /** Ms until it may be asked again. A clock that jumps keeps nobody out for longer. */
  wait (peer: string): number {
    const until = this.#byPeer.get(peer)?.until ?? 0
    return Math.min(LAST, Math.max(0, until - this.#platform.now()))
  }
}
