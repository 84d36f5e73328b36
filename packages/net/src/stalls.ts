// Who again and again begins what it doesn't finish is hostile or broken. Once is nothing: after a process has stood still
// for a while, be it the peer's or our own, all that was under way is too late at the same moment.

const TOLERATED = 2

export class Stalls {
  readonly #rounds = new Map<string, { readonly count: number, readonly last: number }>()
  readonly #now: () => number

  /** `now` in ms, from a clock that never goes back. */
  constructor (now: () => number = () => performance.now()) {
    this.#now = now
  }

  get now (): number {
    return this.#now()
  }

  /** What began at that time was not finished in time; true if it is once too often. What began before the last stall counts as part of it. */
  add (peer: string, began: number): boolean {
    const { count, last } = this.#rounds.get(peer) ?? { count: 0, last: -Infinity }
    if (began < last) return false
    this.#rounds.set(peer, { count: count + 1, last: this.#now() })
    return count >= TOLERATED
  }

  /** The peer has finished something, or is gone. */
  forget (peer: string): void {
    this.#rounds.delete(peer)
  }
}
