import type { ObjectId } from '@dinemic/core'
import type { Plan } from './plan.js'
import { capacityOf } from './select.js'
import type { Row } from './select.js'
import { Window } from './window.js'

export interface RowEvent<R> { readonly event: 'added' | 'changed' | 'removed', readonly row: R }

/** The rows of a live query, kept up to date object by object. */
export class LiveSet<R extends Row> {
  readonly #plan: Plan
  readonly #byId: Map<ObjectId, R>
  readonly #window: Window<R>
  /** Rows that match stand behind the window, unseen. */
  #cut: boolean

  /** `rows` as `selectRows` gave them: in order, one more than the limit where there are more. */
  constructor (plan: Plan, rows: readonly R[]) {
    this.#plan = plan
    this.#window = new Window(plan.compare, capacityOf(plan), rows)
    this.#cut = this.#window.full
    this.#byId = rowsById(rows)
  }

  /** In order, up to the limit. */
  get rows (): readonly R[] {
    return this.#window.rows.slice(0, this.#plan.limit)
  }

  /** There are rows beyond the limit. */
  get more (): boolean {
    return this.#plan.limit !== undefined && this.#window.rows.length > this.#plan.limit
  }

  get (id: ObjectId): R | undefined {
    return this.#byId.get(id)
  }

  /**
   * Takes over what became of some objects (undefined: no longer a row), and tells what that means for `rows`. Gives
   * undefined where only a new scan can tell: then the set is of no use any more.
   */
  apply (changes: ReadonlyMap<ObjectId, R | undefined>): RowEvent<R>[] | undefined {
    const affected = () => this.#plan.limit === undefined ? this.#pick(changes.keys()) : rowsById(this.rows)
    const before = affected()
    for (const [id, row] of changes) {
      if (!this.#put(id, row)) return undefined
    }
    return difference(before, affected())
  }

  #put (id: ObjectId, row: R | undefined): boolean {
    const last = this.#window.rows.at(-1)
    const old = this.#byId.get(id)
    if (old !== undefined) {
      this.#window.remove(old)
      this.#byId.delete(id)
      // It left, or moved to where one of those behind the window may have to stand before it.
      if (this.#cut && (row === undefined || this.#plan.compare(row, last!) > 0)) return false
    }
    if (row === undefined) return true
    this.#byId.set(id, row)
    const fallen = this.#window.add(row)
    if (fallen !== undefined) {
      this.#byId.delete(fallen.id)
      this.#cut = true
    }
    return true
  }

  #pick (ids: Iterable<ObjectId>): Map<ObjectId, R> {
    return rowsById([...ids].flatMap((id) => this.#byId.get(id) ?? []))
  }
}

/** What happened between two sets of rows. A row that is the same object did not change. */
export function difference<R extends Row> (before: ReadonlyMap<ObjectId, R>, after: ReadonlyMap<ObjectId, R>): RowEvent<R>[] {
  const events: RowEvent<R>[] = []
  for (const [id, row] of before) {
    if (!after.has(id)) events.push({ event: 'removed', row })
  }
  for (const [id, row] of after) {
    const old = before.get(id)
    if (old === undefined) events.push({ event: 'added', row })
    else if (old !== row) events.push({ event: 'changed', row })
  }
  return events
}

export function rowsById<R extends Row> (rows: readonly R[]): Map<ObjectId, R> {
  return new Map(rows.map((row) => [row.id, row]))
}
