import { bytesToHex } from '../src/bytes.js'
import { checkCommit } from '../src/check-commit.js'
import { DinemicError } from '../src/errors.js'
import { parseId } from '../src/ids.js'
import type { Commit, ObjectCommit, ObjectScan, SetItem, SetKey, SetScan, Store, StoredCell, StoredEvent, StoredState, StoredUpdate, UpdatesFrom, UpdatesPart } from '../src/ports/store.js'
import type { ObjectId, UpdateId } from '../src/types.js'
import { SortedTable } from './sorted-table.js'

interface UpdateRow extends StoredUpdate { readonly object: ObjectId, readonly order: number }
interface StateRow { readonly object: ObjectId, readonly state: Uint8Array }

/**
 * A store in memory that forgets what a disk would forget. Its content outlives `close()`, as a directory does:
 * open the same instance again to see what a restarted node would find.
 */
export class MemoryStore implements Store {
  readonly #states = new SortedTable<StateRow>()
  readonly #cells = new SortedTable<StoredCell>()
  readonly #updates = new SortedTable<UpdateRow>()
  /** Updates once more, by object and by order of arrival. */
  readonly #chains = new SortedTable<UpdateRow>()
  readonly #sets = new SortedTable<SetItem>()
  readonly #settings = new SortedTable<Uint8Array>()
  readonly #events = new SortedTable<StoredEvent>()
  readonly #tables = [this.#states, this.#cells, this.#updates, this.#chains, this.#sets, this.#settings, this.#events]
  #order = 0
  #open = false

  async open (): Promise<void> {
    this.#open = true
  }

  async close (): Promise<void> {
    this.#open = false
  }

  /**
   * The process dies at this instant; `open()` is its restart. Kept: the machine lived on, nothing committed is lost.
   * Lost: the power went, and all that was committed after the last `sync` is gone, the worst that LevelDB permits.
   */
  crash ({ unsynced = 'kept' }: { unsynced?: 'kept' | 'lost' } = {}): void {
    this.#open = false
    if (unsynced === 'lost') for (const table of this.#tables) table.rollBack()
  }

  async state (object: ObjectId): Promise<StoredState | undefined> {
    this.#check('state')
    const row = this.#states.get(objectKey(object))?.state.slice()
    return row && { row, cells: this.#cells.scan({ prefix: cellKey(object, '') }).map(({ name, value }) => ({ name, value: value.slice() })) }
  }

  async updates (object: ObjectId): Promise<StoredUpdate[]> {
    this.#check('updates')
    return this.#chains.scan({ prefix: object + '/' }).map(toStoredUpdate)
  }

  async updatesFrom (object: ObjectId, { place, bytes }: UpdatesFrom): Promise<UpdatesPart> {
    this.#check('updatesFrom')
    const rows = this.#chains.scan({ prefix: object + '/' }).filter(({ order }) => order >= place)
    let size = 0
    const full = rows.findIndex(({ frame }) => (size += frame.length) >= bytes)
    const end = full < 0 ? rows.length : full + 1
    return { updates: rows.slice(0, end).map(toStoredUpdate), next: rows[end]?.order ?? null }
  }

  async update (id: UpdateId): Promise<(StoredUpdate & { readonly object: ObjectId }) | undefined> {
    this.#check('update')
    const row = this.#updates.get(id)
    return row && { object: row.object, ...toStoredUpdate(row) }
  }

  async has (id: UpdateId): Promise<boolean> {
    this.#check('has')
    return this.#updates.get(id) !== undefined
  }

  async * objects ({ model, after, limit }: ObjectScan = {}): AsyncIterable<ObjectId> {
    this.#check('objects')
    const prefix = model === undefined ? '' : model + '/'
    const rows = this.#states.scan({ prefix, ...after !== undefined && { after: objectKey(after) }, ...limit !== undefined && { limit } })
    for (const row of rows) {
      this.#check('objects')
      yield row.object
    }
  }

  async * reconciled (model: string, scan: SetScan = {}): AsyncIterable<SetItem> {
    this.#check('reconciled')
    for (const item of this.#scanSet(model, scan)) {
      this.#check('reconciled')
      yield item
    }
  }

  async setKeys (model: string, scan: SetScan = {}): Promise<SetKey[]> {
    this.#check('setKeys')
    return this.#scanSet(model, scan).map(keyOf)
  }

  async models (): Promise<string[]> {
    this.#check('models')
    const rows = [...this.#states.scan(), ...this.#sets.scan()]
    return [...new Set(rows.map(row => parseId(row.object).model))].sort()
  }

  async commit (commit: Commit, { sync = false }: { sync?: boolean } = {}): Promise<void> {
    this.#check('commit')
    checkCommit(commit)
    for (const object of commit.objects) this.#apply(object)
    for (const { seq, data } of commit.events ?? []) this.#events.set(ordered(seq), { seq, data: data.slice() })
    for (const seq of commit.acknowledged ?? []) this.#events.delete(ordered(seq))
    for (const { name, value } of commit.settings ?? []) {
      if (value === null) this.#settings.delete(name)
      else this.#settings.set(name, value.slice())
    }
    if (sync) for (const table of this.#tables) table.sync()
  }

  async setting (name: string): Promise<Uint8Array | undefined> {
    this.#check('setting')
    return this.#settings.get(name)?.slice()
  }

  async pendingEvents ({ after, limit }: { after?: number, limit?: number } = {}): Promise<StoredEvent[]> {
    this.#check('pendingEvents')
    const rows = this.#events.scan({ ...after !== undefined && { after: ordered(after) }, ...limit !== undefined && { limit } })
    return rows.map(({ seq, data }) => ({ seq, data: data.slice() }))
  }

  #scanSet (model: string, { from, prefix = '', reverse = false, limit }: SetScan): SetItem[] {
    const bound = from === undefined ? {} : { [reverse ? 'before' : 'after']: setKey(model, from) }
    return this.#sets.scan({ prefix: `${model}/${prefix}`, ...bound, reverse, ...limit !== undefined && { limit } })
  }

  #apply ({ object, state, cells = [], put, drop }: ObjectCommit): void {
    const { model } = parseId(object)
    for (const id of drop) {
      const row = this.#updates.get(id)
      if (row?.object !== object) continue
      this.#updates.delete(id)
      this.#chains.delete(chainKey(row))
      this.#sets.delete(setKey(model, row))
    }
    for (const { id, millis, frame } of put) {
      if (this.#updates.get(id) !== undefined) continue
      const row = { id, millis, frame: frame.slice(), object, order: this.#order++ }
      this.#updates.set(id, row)
      this.#chains.set(chainKey(row), row)
      this.#sets.set(setKey(model, row), { millis, id, object })
    }
    if (state === null) this.#states.delete(objectKey(object))
    else if (state !== undefined) this.#states.set(objectKey(object), { object, state: state.slice() })
    const isKept = this.#states.get(objectKey(object)) !== undefined
    for (const { name } of isKept ? [] : this.#cells.scan({ prefix: cellKey(object, '') })) this.#cells.delete(cellKey(object, name))
    for (const { name, value } of isKept ? cells : []) {
      if (value === null) this.#cells.delete(cellKey(object, name))
      else this.#cells.set(cellKey(object, name), { name, value: value.slice() })
    }
  }

  #check (verb: string): void {
    if (!this.#open) {
      throw new DinemicError('STORE_NOT_OPEN', `store.${verb}() was called before open() or after close(): call open() first, and don't use a store that was closed.`)
    }
  }
}

function toStoredUpdate ({ id, frame, millis }: UpdateRow): StoredUpdate {
  return { id, frame: frame.slice(), millis }
}

// '/' is below every character of a model name, so that models sort as their names do.

function objectKey (object: ObjectId): string {
  const { model, key } = parseId(object)
  return `${model}/${bytesToHex(key)}`
}

function cellKey (object: ObjectId, name: string): string {
  return `${objectKey(object)}/${name}`
}

function setKey (model: string, item: { millis: number, id: UpdateId }): string {
  return `${model}/${keyOf(item)}`
}

function keyOf ({ millis, id }: { millis: number, id: UpdateId }): SetKey {
  return millis.toString(16).padStart(12, '0') + id
}

function chainKey ({ object, order }: UpdateRow): string {
  return `${object}/${ordered(order)}`
}

/** A safe integer, written so that strings sort as numbers do. */
function ordered (value: number): string {
  return value.toString(16).padStart(14, '0')
}
