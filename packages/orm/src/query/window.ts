import type { Position } from './order.js'

/**
 * Rows in order, at most so many: of more than that the last fall out. Keeps a `find` with a limit from holding all that
 * matches.
 */
export class Window<R extends Position> {
  readonly #compare: (a: Position, b: Position) => number
  readonly #capacity: number
  readonly #rows: R[]

  /** `rows` in order and no more than the capacity; they are copied. */
  constructor (compare: (a: Position, b: Position) => number, capacity: number, rows: readonly R[] = []) {
    this.#compare = compare
    this.#capacity = capacity
    this.#rows = [...rows]
  }

  get rows (): readonly R[] {
    return this.#rows
  }

  get full (): boolean {
    return this.#rows.length >= this.#capacity
  }

  /** Puts a row where it belongs; gives the one that fell out, which may be this one. */
  add (row: R): R | undefined {
    this.#rows.splice(this.#place(row), 0, row)
    return this.#rows.length > this.#capacity ? this.#rows.pop() : undefined
  }

  /** `row` as it was added: it is found by its place. */
  remove (row: R): void {
    const place = this.#place(row)
    if (this.#rows[place]?.id === row.id) this.#rows.splice(place, 1)
  }

  /** Of the first row that doesn't stand before this one. */
  #place (row: Position): number {
    let [low, high] = [0, this.#rows.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#compare(this.#rows[middle]!, row) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
