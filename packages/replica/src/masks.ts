import { bytesToHex, decode, encode, hexToBytes } from '@dinemic/core'
import type { Commit, ObjectId, Store, UpdateId } from '@dinemic/core'
import type { ObjectRow } from './object-row.js'

export interface Mask { readonly update: UpdateId, readonly object: ObjectId }

/** An object's masks before a commit and after it. */
export interface MaskChange { readonly object: ObjectId, readonly before: Pick<ObjectRow, 'masked'>, readonly after: Pick<ObjectRow, 'masked'> }

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

  /** Takes changes into the list, and gives the rows to write. Before their commit: another one may rewrite the same row. */
  apply (changes: readonly MaskChange[]): NonNullable<Commit['settings']> {
    const numbers = new Set<number>()
    for (const { update, object } of flat(changes)) {
      const number = rowOf(update)
      numbers.add(number)
      if (object === undefined) this.#rows[number]!.delete(update)
      else this.#rows[number]!.set(update, object)
    }
    return [...numbers].map(number => {
      const masks = this.#rows[number]!
      return { name: nameOf(number), value: masks.size === 0 ? null : encode([...masks].map(([update, object]) => [hexToBytes(update), object])) }
    })
  }

  /** They weren't committed. */
  undo (changes: readonly MaskChange[]): void {
    this.apply(changes.map(({ object, before, after }) => ({ object, before: after, after: before })))
  }
}

const rowOf = (update: UpdateId): number => Number.parseInt(update.slice(0, 2), 16)
const nameOf = (number: number): string => `masked/${number}`

/** Object undefined: the mask is gone. */
function flat (changes: readonly MaskChange[]): { readonly update: UpdateId, readonly object: ObjectId | undefined }[] {
  return changes.flatMap(({ object, before, after }) =>
    [...after.masked.changesSince(before.masked)].map(({ key, after: masked }) => ({ update: key, object: masked === undefined ? undefined : object })))
}
