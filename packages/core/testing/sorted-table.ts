/**
 * Rows in the order of their keys, with an undo log that reaches back to the last `sync()`: what a database does on
 * a disk, as far as a test can tell. Keys are compared as JavaScript compares strings, so callers keep them ASCII.
 */
export class SortedTable<V> {
  readonly #rows = new Map<string, V>()
  readonly #keys: string[] = []
  /** What each row touched since the last sync held before; undefined: it wasn't there. */
  readonly #undo = new Map<string, V | undefined>()

  get (key: string): V | undefined {
    return this.#rows.get(key)
  }

  set (key: string, value: V): void {
    this.#remember(key)
    this.#write(key, value)
  }

  delete (key: string): void {
    this.#remember(key)
    this.#write(key, undefined)
  }

  /** Rows whose keys begin with `prefix`, those up to and including `after` left out. A copy: later writes don't reach it. */
  scan ({ prefix = '', after = '', limit = Infinity }: { prefix?: string, after?: string, limit?: number } = {}): V[] {
    const rows: V[] = []
    let at = this.#position(prefix > after ? prefix : after)
    if (this.#keys[at] === after) at++
    for (; at < this.#keys.length && rows.length < limit; at++) {
      const key = this.#keys[at]!
      if (!key.startsWith(prefix)) break
      rows.push(this.#rows.get(key)!)
    }
    return rows
  }

  /** What is here now can no longer be lost. */
  sync (): void {
    this.#undo.clear()
  }

  /** Back to the last sync. */
  rollBack (): void {
    for (const [key, value] of this.#undo) this.#write(key, value)
    this.#undo.clear()
  }

  #remember (key: string): void {
    if (!this.#undo.has(key)) this.#undo.set(key, this.#rows.get(key))
  }

  #write (key: string, value: V | undefined): void {
    const present = this.#rows.has(key)
    if (value !== undefined) {
      if (!present) this.#keys.splice(this.#position(key), 0, key)
      this.#rows.set(key, value)
    } else if (present) {
      this.#keys.splice(this.#position(key), 1)
      this.#rows.delete(key)
    }
  }

  /** Index of the first key that is not below `key`. */
  #position (key: string): number {
    let low = 0
    let high = this.#keys.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#keys[middle]! < key) low = middle + 1
      else high = middle
    }
    return low
  }
}
