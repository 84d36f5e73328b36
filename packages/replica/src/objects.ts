import { decodeFrame } from '@dinemic/core'
import type { NetworkBinding, ObjectId, ObjectState, Store } from '@dinemic/core'
import { LiveObject } from './live-object.js'
import { decodeRow, emptyRow } from './object-row.js'
import type { ObjectRow } from './object-row.js'
import { WeighedCache } from './weighed-cache.js'

/** Rows that are kept in memory. */
const ROWS = 8192
/** Entries of dicts and lists that count for one row: half a million are kept at most, beside those of one object. */
const ENTRIES_IN_ROW = 64
/** Updates that are kept in memory for the next write, of as many objects as they are of. */
const LIVE_UPDATES = 50_000
/** An object costs as much as so many updates, beside its own, */
const LIVE_OBJECT = 100
/** and as one more for so many entries of its dicts and lists. */
const ENTRIES_IN_UPDATE = 10

/** Rows and live objects, from memory or from the store. Whoever changes a live object holds the object's turn. */
export class Objects {
  readonly #store: Store
  readonly #binding: NetworkBinding
  readonly #rows = new WeighedCache<ObjectId, ObjectRow>(ROWS, ({ full }) => 1 + entriesOf(full) / ENTRIES_IN_ROW)
  readonly #live = new WeighedCache<ObjectId, LiveObject>(LIVE_UPDATES, ({ updates, row }) => LIVE_OBJECT + updates.size + entriesOf(row.full) / ENTRIES_IN_UPDATE)
  /** The full state behind a visible one: a writer replaces what it saw, masked values included. */
  readonly #fullByVisible = new WeakMap<ObjectState, ObjectState>()

  constructor (store: Store, binding: NetworkBinding) {
    this.#store = store
    this.#binding = binding
  }

  /** What is stored of an object; undefined if nothing is. */
  async row (id: ObjectId): Promise<ObjectRow | undefined> {
    const known = this.#rows.get(id)
    if (known !== undefined) return known
    const stored = await this.#store.state(id)
    if (stored === undefined) return undefined
    // Somebody may have committed while the store was read: what is in memory by now is newer.
    const newer = this.#rows.get(id)
    if (newer !== undefined) return newer
    const row = decodeRow(stored)
    this.#remember(id, row)
    return row
  }

  async live (id: ObjectId): Promise<LiveObject> {
    return this.atHand(id) ?? await this.read(id)
  }

  /** The live object that is in memory, if one is. */
  atHand (id: ObjectId): LiveObject | undefined {
    return this.#live.get(id)
  }

  /** A live object of one's own, as the store has it. */
  async read (id: ObjectId): Promise<LiveObject> {
    const row = await this.row(id)
    if (row === undefined) return new LiveObject(id, emptyRow(id), [])
    const updates = (await this.#store.updates(id)).map(({ frame }) => decodeFrame(this.#binding, frame))
    return new LiveObject(id, row, updates)
  }

  /** An object that nothing is stored of. */
  fresh (id: ObjectId): LiveObject {
    return new LiveObject(id, emptyRow(id), [])
  }

  committed (object: LiveObject): void {
    this.#remember(object.id, object.row)
    this.#live.set(object.id, object)
  }

  /** Forgets a live object that was changed and not committed. */
  spoilt (id: ObjectId): void {
    this.#live.delete(id)
  }

  fullOf (visible: ObjectState): ObjectState {
    return this.#fullByVisible.get(visible) ?? visible
  }

  #remember (id: ObjectId, row: ObjectRow): void {
    if (row.full !== row.visible) this.#fullByVisible.set(row.visible, row.full)
    this.#rows.set(id, row)
  }
}

function entriesOf ({ fields }: ObjectState): number {
  let count = 0
  for (const { dict, list } of fields.values()) count += dict.size + list.size
  return count
}
