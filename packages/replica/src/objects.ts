import { BoundedCache, decodeFrame } from '@dinemic/core'
import type { NetworkBinding, ObjectId, ObjectState, Store } from '@dinemic/core'
import { LiveObject } from './live-object.js'
import { decodeRow, emptyRow } from './object-row.js'
import type { ObjectRow } from './object-row.js'

const ROWS = 4096
const LIVE = 256
/** An object of more updates than this is not kept in memory between writes. */
const LIVE_UPDATES = 20_000

/** Rows and live objects, from memory or from the store. Whoever changes a live object holds the object's turn. */
export class Objects {
  readonly #store: Store
  readonly #binding: NetworkBinding
  readonly #rows = new BoundedCache<ObjectId, ObjectRow>(ROWS)
  readonly #live = new BoundedCache<ObjectId, { readonly object: LiveObject | null }>(LIVE)
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
    const bytes = await this.#store.state(id)
    if (bytes === undefined) return undefined
    // Somebody may have committed while the store was read: what is in memory by now is newer.
    const newer = this.#rows.get(id)
    if (newer !== undefined) return newer
    const row = decodeRow(bytes)
    this.#remember(id, row)
    return row
  }

  async live (id: ObjectId): Promise<LiveObject> {
    return this.atHand(id) ?? await this.read(id)
  }

  /** The live object that is in memory, if one is. */
  atHand (id: ObjectId): LiveObject | undefined {
    return this.#live.get(id)?.object ?? undefined
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
    this.#live.set(object.id, { object: object.updates.size > LIVE_UPDATES ? null : object })
  }

  /** Forgets a live object that was changed and not committed. */
  spoilt (id: ObjectId): void {
    this.#live.set(id, { object: null })
  }

  fullOf (visible: ObjectState): ObjectState {
    return this.#fullByVisible.get(visible) ?? visible
  }

  #remember (id: ObjectId, row: ObjectRow): void {
    if (row.full !== row.visible) this.#fullByVisible.set(row.visible, row.full)
    this.#rows.set(id, row)
  }
}
