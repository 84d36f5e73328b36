// Peers check what they forward, so whoever sends bad bytes or a bad signature is broken or hostile.
// A few such messages lower its score with gossipsub, a few more shut it out for a while.

const TOLERATED = 8
const FORGIVEN_AFTER = 10 * 60_000
const MOST_PEERS = 1_000

interface Entry { count: number, last: number }

export class Offences {
  readonly #entries = new Map<string, Entry>()
  readonly #now: () => number

  /** `now` in ms, from a clock that never goes back. */
  constructor (now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Counts one; true if the peer is shut out from now on. */
  add (peer: string): boolean {
    const count = this.#count(peer) + 1
    // Put at the end, so that the first one is always the one that has behaved for longest.
    this.#entries.delete(peer)
    this.#entries.set(peer, { count, last: this.#now() })
    if (this.#entries.size > MOST_PEERS) this.#entries.delete(this.#entries.keys().next().value!)
    return count >= TOLERATED
  }

  isShutOut (peer: string): boolean {
    return this.#count(peer) >= TOLERATED
  }

  /** For gossipsub, which serves nobody below 0 in its mesh and ignores whoever is below -80. */
  score (peer: string): number {
    return -10 * this.#count(peer)
  }

  #count (peer: string): number {
    const entry = this.#entries.get(peer)
    return entry === undefined || this.#now() - entry.last > FORGIVEN_AFTER ? 0 : entry.count
  }
}
