/**
 * A map that forgets. Two generations instead of a list in order of use: a hit costs one look-up, and nothing is
 * moved about, which matters because the caches of core are asked several times for every update that arrives.
 * Holds at most `2 × size` entries; an entry that is used within `size` insertions stays.
 */
export class BoundedCache<K, V extends {}> {
  readonly #size: number
  #young = new Map<K, V>()
  #old = new Map<K, V>()

  constructor (size: number) {
    this.#size = size
  }

  get (key: K): V | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old !== undefined) this.set(key, old)
    return old
  }

  set (key: K, value: V): void {
    if (this.#young.size >= this.#size) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }
}
