interface Held<V> { readonly value: V, readonly peer: string, readonly bytes: number }

/** What one peer takes of the room. */
interface Share { readonly keys: Set<string>, bytes: number }

/**
 * What peers have brought and a node keeps for them, in a room that they share. Where it is full, whoever takes most of it
 * loses its oldest: one peer alone may fill it, and pushes nobody else's out.
 */
export class SharedRoom<V extends {}> {
  readonly #entries: number
  readonly #mostBytes: number
  readonly #held = new Map<string, Held<V>>()
  readonly #shares = new Map<string, Share>()
  #bytes = 0

  constructor ({ entries, bytes = Infinity }: { entries: number, bytes?: number }) {
    this.#entries = entries
    this.#mostBytes = bytes
  }

  get size (): number {
    return this.#held.size
  }

  /** In the order in which they came. */
  get keys (): Iterable<string> {
    return this.#held.keys()
  }

  get (key: string): V | undefined {
    return this.#held.get(key)?.value
  }

  /** Gives what had to go, the new one perhaps among it. What is there already stays as it is. */
  put (key: string, value: V, { peer, bytes = 0 }: { peer: string, bytes?: number }): V[] {
    if (this.#held.has(key)) return []
    this.#held.set(key, { value, peer, bytes })
    const share = this.#shares.get(peer) ?? { keys: new Set(), bytes: 0 }
    this.#shares.set(peer, share)
    share.keys.add(key)
    this.#grow(share, bytes)
    const gone: V[] = []
    while (this.#held.size > this.#entries || this.#bytes > this.#mostBytes) {
      const [oldest] = this.#largest().keys
      gone.push(this.get(oldest!)!)
      this.delete(oldest!)
    }
    return gone
  }

  delete (key: string): void {
    const held = this.#held.get(key)
    if (held === undefined) return
    const share = this.#shares.get(held.peer)!
    this.#held.delete(key)
    share.keys.delete(key)
    this.#grow(share, -held.bytes)
    if (share.keys.size === 0) this.#shares.delete(held.peer)
  }

  #grow (share: Share, bytes: number): void {
    share.bytes += bytes
    this.#bytes += bytes
  }

  #largest (): Share {
    return [...this.#shares.values()].reduce((a, b) => this.#weigh(b) > this.#weigh(a) ? b : a)
  }

  #weigh ({ keys, bytes }: Share): number {
    return Math.max(keys.size / this.#entries, bytes / this.#mostBytes)
  }
}
