import { decode, encode, needsKeys, parseId } from '@dinemic/core'
import type { Commit, KeyRing, ObjectId, Store } from '@dinemic/core'
import type { ObjectRow } from './object-row.js'

/** The list lies in so many rows: one object more rewrites one of them. */
const ROWS = 16

/** An object's rows before a commit and after it. */
export interface RowChange { readonly object: ObjectId, readonly before: ObjectRow, readonly after: ObjectRow }

/** Objects that enter the list, and that leave it. */
export interface CareChange { readonly object: ObjectId, readonly needed: boolean }

/**
 * The objects owned here that need keys: a usable epoch, or a wrap of it for a reader. The list changes with the commit
 * that makes the need or meets it, so that a crash between the two leaves no reader without.
 */
export class Care {
  readonly #keys: KeyRing
  readonly #rows = Array.from({ length: ROWS }, () => new Set<ObjectId>())

  constructor (keys: KeyRing) {
    this.#keys = keys
  }

  async load (store: Store): Promise<void> {
    for (const [number, objects] of this.#rows.entries()) {
      const row = await store.setting(nameOf(number))
      for (const object of row === undefined ? [] : decode(row) as ObjectId[]) objects.add(object)
    }
  }

  get objects (): ObjectId[] {
    return this.#rows.flatMap(objects => [...objects])
  }

  has (object: ObjectId): boolean {
    return this.#rows[rowOf(object)]!.has(object)
  }

  /** What these commits change in the list. Only grants, closes, epochs and wraps make or meet a need. */
  async changesOf (rows: readonly RowChange[]): Promise<CareChange[]> {
    const changes: CareChange[] = []
    for (const { object, before, after } of rows) {
      if (sameKeys(before, after)) continue
      const needed = await this.#keys.has(object) && needsKeys(after.full)
      if (needed !== this.has(object)) changes.push({ object, needed })
    }
    return changes
  }

  /** Takes them into the list, and gives the rows to write. Before the commit: the next one may rewrite the same row. */
  apply (changes: readonly CareChange[]): NonNullable<Commit['settings']> {
    for (const { object, needed } of changes) {
      const objects = this.#rows[rowOf(object)]!
      if (needed) objects.add(object)
      else objects.delete(object)
    }
    return [...new Set(changes.map(({ object }) => rowOf(object)))].map(number => {
      const objects = [...this.#rows[number]!]
      return { name: nameOf(number), value: objects.length === 0 ? null : encode(objects) }
    })
  }

  /** Takes one object into the list or out of it, durably, where there is no other commit that this goes with. */
  async set (store: Pick<Store, 'commit'>, change: CareChange): Promise<void> {
    await store.commit({ objects: [], settings: this.apply([change]) })
  }

  /** They weren't committed. */
  undo (changes: readonly CareChange[]): void {
    this.apply(changes.map(({ object, needed }) => ({ object, needed: !needed })))
  }
}

function sameKeys ({ full: a }: ObjectRow, { full: b }: ObjectRow): boolean {
  return a.grants === b.grants && a.closes === b.closes && a.epochs === b.epochs && a.wraps === b.wraps
}

const rowOf = (object: ObjectId): number => parseId(object).key[0]! % ROWS
const nameOf = (number: number): string => `care/${number}`
