import { decodeFrame } from '@dinemic/core'
import type { CellWrite, NetworkBinding, ObjectCommit, ObjectId, ObjectState, Platform, Store, StoredUpdate } from '@dinemic/core'
import { Breath } from './breath.js'
import { LiveObject } from './live-object.js'
import { decodingRow, emptyRow } from './object-row.js'
import type { ObjectRow } from './object-row.js'
import { WeighedCache } from './weighed-cache.js'

/** Rows that are kept in memory, in bytes as far as they can be guessed: some 15,000 small ones, or a hundred thousand entries of dicts and lists. */
const ROWS = 64 * 1024 * 1024
/** Live objects that are kept in memory for the next write: some 25,000 small updates, of as many objects as they are of. */
const LIVE = 64 * 1024 * 1024

/** What memory holds of a row, for each byte of it; of an object, of an update, and for each byte of its frame. */
const PER_ROW_BYTE = 6
const OBJECT = 1024
const UPDATE = 2048
const PER_FRAME_BYTE = 2

export interface ObjectsParts { readonly store: Store, readonly binding: NetworkBinding, readonly platform: Platform }

/** A row with the bytes that are stored of it. */
interface KnownRow { readonly row: ObjectRow, readonly head: number, readonly cells: number }

/** Rows and live objects, from memory or from the store. Whoever changes a live object holds the object's turn. */
export class Objects {
  readonly #parts: ObjectsParts
  readonly #rows = new WeighedCache<ObjectId, KnownRow>(ROWS, ({ head, cells }) => OBJECT + PER_ROW_BYTE * (head + cells))
  readonly #live = new WeighedCache<ObjectId, LiveObject>(LIVE, ({ updates, bytes }) => OBJECT + UPDATE * updates.size + PER_FRAME_BYTE * bytes)
  /** The full state behind a visible one: a writer replaces what it saw, masked values included. */
  readonly #fullByVisible = new WeakMap<ObjectState, ObjectState>()

  constructor (parts: ObjectsParts) {
    this.#parts = parts
  }

  /** What is stored of an object; undefined if nothing is. */
  async row (id: ObjectId): Promise<ObjectRow | undefined> {
    const known = this.#rows.get(id)
    if (known !== undefined) return known.row
    const stored = await this.#parts.store.state(id)
    if (stored === undefined) return undefined
    const row = await new Breath(this.#parts.platform).through(decodingRow(stored))
    // Somebody may have committed while it was read: what is in memory by now is newer.
    const newer = this.#rows.get(id)
    if (newer !== undefined) return newer.row
    this.#link(row)
    this.#rows.set(id, { row, head: stored.row.length, cells: bytesOf(stored.cells) })
    return row
  }

  async live (id: ObjectId): Promise<LiveObject> {
    return this.atHand(id) ?? await this.read(id)
  }

  /** The live object that is in memory, if one is. */
  atHand (id: ObjectId): LiveObject | undefined {
    return this.#live.get(id)
  }

  /** A live object of one's own, as the store has it: for who holds the object's turn. */
  async read (id: ObjectId): Promise<LiveObject> {
    const row = await this.row(id)
    return row === undefined ? new LiveObject(id, emptyRow(id), []) : await this.#build(id, row, await this.#parts.store.updates(id))
  }

  /**
   * The same for who doesn't. Between the moment at which a commit is written and the one at which that is told, what is in memory
   * is older than the store; so both the row and the updates are read there, while nothing is written (`alone`).
   */
  async readAlone (id: ObjectId, alone: <T>(task: () => Promise<T>) => Promise<T>): Promise<LiveObject> {
    const { store } = this.#parts
    const [state, updates] = await alone(async () => [await store.state(id), await store.updates(id)] as const)
    return await this.#build(id, state === undefined ? emptyRow(id) : await new Breath(this.#parts.platform).through(decodingRow(state)), updates)
  }

  async #build (id: ObjectId, row: ObjectRow, updates: readonly StoredUpdate[]): Promise<LiveObject> {
    const { binding, platform } = this.#parts
    const live = new LiveObject(id, row, [])
    const breath = new Breath(platform)
    for (const stored of updates) {
      await breath.through(live.adding(decodeFrame(binding, stored.frame)))
      await breath.after(stored)
    }
    return live
  }

  committed (object: LiveObject, { state, cells = [], put, drop }: Omit<ObjectCommit, 'object'>): void {
    const { id, row, updates, bytes } = object
    this.#link(row)
    // It is new. A newcomer gets tens of thousands at once: what somebody comes back to is read again.
    if (put.length === updates.size && drop.length === 0) return
    // Cells that were replaced count too, until the row is read again; but there is no more than what all its updates brought.
    const beside = Math.min(bytes, (this.#rows.get(id)?.cells ?? 0) + bytesOf(cells))
    this.#rows.set(id, { row, head: state?.length ?? 0, cells: beside })
    this.#live.set(id, object)
  }

  /** Forgets a live object that was changed and not committed. */
  spoilt (id: ObjectId): void {
    this.#live.delete(id)
  }

  fullOf (visible: ObjectState): ObjectState {
    return this.#fullByVisible.get(visible) ?? visible
  }

  #link ({ full, visible }: ObjectRow): void {
    if (full !== visible) this.#fullByVisible.set(visible, full)
  }
}

function bytesOf (cells: readonly CellWrite[]): number {
  return cells.reduce((sum, { name, value }) => value === null ? sum : sum + name.length + value.length, 0)
}
