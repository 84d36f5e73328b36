import { BoundedCache } from '@dinemic/core'
import type { Platform } from '@dinemic/core'

const REMEMBERED = 1000
/** How long a peer isn't asked, in ms: from the first time, doubling, to the longest. */
const FIRST = 2000
const LAST = 300_000

interface Offence { readonly count: number, readonly at: number, readonly span: number }

/** Peers that answered nonsense, or gave nothing of what they said they have: they are left alone for a while, though they connect anew. */
export class Offences {
  readonly #platform: Pick<Platform, 'now'>
  readonly #byPeer = new BoundedCache<string, Offence>(REMEMBERED)

  constructor (platform: Pick<Platform, 'now'>) {
    this.#platform = platform
  }

  note (peer: string): void {
    const count = (this.#byPeer.get(peer)?.count ?? 0) + 1
    this.#byPeer.set(peer, { count, at: this.#platform.now(), span: Math.min(LAST, FIRST * 2 ** (count - 1)) })
  }

  /** The last one: it brought something good. Were all forgiven at once, one good update would pay for any number of bad answers. */
  forgive (peer: string): void {
    const count = this.#byPeer.get(peer)?.count ?? 0
    if (count > 0) this.#byPeer.set(peer, { count: count - 1, at: 0, span: 0 })
  }

  /** Ms until it may be asked again. Where the clock has gone back since, the time begins anew: it may have gone back by a year. */
  wait (peer: string): number {
    const offence = this.#byPeer.get(peer)
    if (offence === undefined) return 0
    const { at, span } = offence
    const now = this.#platform.now()
    if (now < at) this.#byPeer.set(peer, { ...offence, at: now })
    return now < at ? span : Math.max(0, at + span - now)
  }
}
