export interface TableScan { readonly prefix?: string, readonly after?: string, readonly before?: string, readonly reverse?: boolean, readonly limit?: number }

/** Behind every key. */
const LAST = '\uffff'

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

  /** Rows whose keys begin with `prefix` and lie between `after` and `before`, both exclusive. A copy: later writes don't reach it. */
  scan ({ prefix = '', after = '', before = LAST, reverse = false, limit = Infinity }: TableScan = {}): V[] {
    let first = this.#position(prefix > after ? prefix : after)
    if (this.#keys[first] === after) first++
    const end = this.#position(before < prefix + LAST ? before : prefix + LAST)
    const keys = reverse ? this.#keys.slice(Math.max(first, end - limit), end).reverse() : this.#keys.slice(first, Math.min(end, first + limit))
    return keys.map(key => this.#rows.get(key)!)
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
