import { bytesToHex, decode, encode, hexToBytes } from '@dinemic/core'
import type { Commit, ObjectId, Store, UpdateId } from '@dinemic/core'

export interface Mask { readonly update: UpdateId, readonly object: ObjectId }

const ROW = 'masked'

/** The updates that before-hooks of this node refused: kept as a list, so that one needn't look at all objects to find them. */
export class Masks {
  readonly #objects = new Map<UpdateId, ObjectId>()

  async load (store: Store): Promise<void> {
    const row = await store.setting(ROW)
    for (const [update, object] of row === undefined ? [] : decode(row) as [Uint8Array, ObjectId][]) this.#objects.set(bytesToHex(update), object)
  }

  get list (): Mask[] {
    return [...this.#objects].map(([update, object]) => ({ update, object }))
  }

  objectOf (update: UpdateId): ObjectId | undefined {
    return this.#objects.get(update)
  }

  /** Takes over what an object's masks were and are, and gives the row to commit; none where nothing changed. */
  follow (changes: readonly { readonly object: ObjectId, readonly before: ReadonlySet<UpdateId>, readonly after: ReadonlySet<UpdateId> }[]): NonNullable<Commit['settings']> {
    let changed = false
    for (const { object, before, after } of changes) {
      if (before === after) continue
      changed = true
      for (const update of before) this.#objects.delete(update)
      for (const update of after) this.#objects.set(update, object)
    }
    if (!changed) return []
    const rows = this.list.map(({ update, object }) => [hexToBytes(update), object])
    return [{ name: ROW, value: rows.length === 0 ? null : encode(rows) }]
  }
}
