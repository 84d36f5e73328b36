import { bytesToHex, decode, encode, hexToBytes } from '@dinemic/core'
import type { Commit, ObjectId, Store, UpdateId } from '@dinemic/core'

export interface Mask { readonly update: UpdateId, readonly object: ObjectId }

/** What an object's masks were before a commit, and are after it. */
export interface MaskChange { readonly object: ObjectId, readonly before: ReadonlySet<UpdateId>, readonly after: ReadonlySet<UpdateId> }

/** The list lies in so many rows, by the first byte of the update's id: one more mask rewrites one of them. */
const ROWS = 256

/** The updates that before-hooks of this node refused: kept as a list, so that one needn't look at all objects to find them. */
export class Masks {
  readonly #rows = Array.from({ length: ROWS }, () => new Map<UpdateId, ObjectId>())

  async load (store: Store): Promise<void> {
    for (const [number, masks] of this.#rows.entries()) {
      const row = await store.setting(nameOf(number))
      for (const [update, object] of row === undefined ? [] : decode(row) as [Uint8Array, ObjectId][]) masks.set(bytesToHex(update), object)
    }
  }

  get list (): Mask[] {
    return this.#rows.flatMap(masks => [...masks].map(([update, object]) => ({ update, object })))
  }

  objectOf (update: UpdateId): ObjectId | undefined {
    return this.#rows[rowOf(update)]?.get(update)
  }

  /** The rows that these changes make, for their commit. */
  rowsAfter (changes: readonly MaskChange[]): NonNullable<Commit['settings']> {
    const rows = new Map<number, Map<UpdateId, ObjectId>>()
    forEachChange(changes, (update, object) => {
      const number = rowOf(update)
      const masks = rows.get(number) ?? new Map(this.#rows[number])
      rows.set(number, masks)
      change(masks, update, object)
    })
    return [...rows].map(([number, masks]) => ({ name: nameOf(number), value: masks.size === 0 ? null : encode([...masks].map(([update, object]) => [hexToBytes(update), object])) }))
  }

  committed (changes: readonly MaskChange[]): void {
    forEachChange(changes, (update, object) => { change(this.#rows[rowOf(update)]!, update, object) })
  }
}

const rowOf = (update: UpdateId): number => Number.parseInt(update.slice(0, 2), 16)
const nameOf = (number: number): string => `masked/${number}`

/** Object undefined: the mask is gone. */
function forEachChange (changes: readonly MaskChange[], task: (update: UpdateId, object: ObjectId | undefined) => void): void {
  for (const { object, before, after } of changes) {
    if (before === after) continue
    for (const update of before) if (!after.has(update)) task(update, undefined)
    for (const update of after) if (!before.has(update)) task(update, object)
  }
}

function change (masks: Map<UpdateId, ObjectId>, update: UpdateId, object: ObjectId | undefined): void {
  if (object === undefined) masks.delete(update)
  else masks.set(update, object)
}
