import { checkCommit } from '@dinemic/core'
import type { Commit, ObjectId, ObjectScan, SetItem, SetKey, SetScan, Store, StoredCell, StoredEvent, StoredState, StoredUpdate, UpdateId, UpdatesFrom, UpdatesPart } from '@dinemic/core'
import { Batch } from './batch.js'
import { applyCommit } from './commit.js'
import { Hold } from './hold.js'
import {
  bytesToId, bytesToSetKey, bytesToSetPosition, cellNameOf, cellsRange, decodeEventKey, decodeUpdateKey, eventKey, indexKey, modelOfKey, objectKey,
  rangeAfter, rangeBefore, rowsOf, setKey, setRange, settingKey, updateKey, updatesRange
} from './key-layout.js'
import type { LevelDatabase, Row } from './level-database.js'
import { decodeLocations, decodeNumber, decodeObjectRow, decodeOwner, decodeUpdateRow } from './rows.js'
import type { ObjectRow } from './rows.js'
import { Turns } from './turns.js'

/** Rows that name an object may have a frame of 256 KiB behind the name: so many are read together. */
const AT_ONCE = 32

/** An object with no more updates than this has them read one by one, which takes less than to begin a scan. */
const FEW = 8

/**
 * `Store` on LevelDB. It keeps two things in memory: the next local number of an object, which nobody else allots, and
 * the queue of commits; everything else is read from LevelDB, whose cache it relies on.
 */
export class LevelStore implements Store {
  readonly #database: LevelDatabase
  readonly #hold: Hold
  #nextNumber = 0
  /** Commits run one after another: each reads rows that the one before may write. */
  readonly #commits = new Turns()

  constructor (database: LevelDatabase) {
    this.#database = database
    this.#hold = new Hold(database, 'store')
  }

  async open (): Promise<void> {
    await this.#hold.open(async () => { this.#nextNumber = await this.#readNextNumber() })
  }

  async close (): Promise<void> {
    await this.#hold.close(() => this.#commits.idle())
  }

  async state (object: ObjectId): Promise<StoredState | undefined> {
    this.#hold.check('state')
    const stored = await this.#readObject(object)
    if (stored?.state === undefined) return undefined
    if (!stored.hasCells) return { row: stored.state, cells: [] }
    // Between two commits: row and cells are of one.
    return this.#commits.take(async () => {
      const { number, state } = await this.#readObject(object) ?? {}
      return state && { row: state, cells: await this.#readCells(number!) }
    })
  }

  async updates (object: ObjectId): Promise<StoredUpdate[]> {
    this.#hold.check('updates')
    return (await this.#updatesFrom(object, { place: 0, bytes: Infinity })).updates
  }

  async updatesFrom (object: ObjectId, from: UpdatesFrom): Promise<UpdatesPart> {
    this.#hold.check('updatesFrom')
    return await this.#updatesFrom(object, from)
  }

  /** Places are the numbers of the updates' rows. */
  async #updatesFrom (object: ObjectId, { place, bytes }: UpdatesFrom): Promise<{ updates: StoredUpdate[], next: number | null }> {
    const stored = await this.#readObject(object)
    const updates: StoredUpdate[] = []
    let size = 0
    for await (const rows of stored === undefined ? [] : this.#updateRows(stored, place)) {
      for (const { key, value } of rows) {
        const { index } = decodeUpdateKey(key)
        const update = decodeUpdateRow(index, value)
        if (update === undefined) continue
        if (size >= bytes) return { updates, next: index }
        updates.push(update)
        size += update.frame.length
      }
    }
    return { updates, next: null }
  }

  async * #updateRows ({ number, next }: ObjectRow, place: number): AsyncIterable<Row[]> {
    if (next > FEW) return yield * this.#database.scan({ ...updatesRange(number), gte: updateKey(number, place) })
    for (let index = place; index < next; index++) {
      const key = updateKey(number, index)
      // One by one, for whoever wants no more than the first: together they may be 2 MiB, and many objects are read side by side.
      const value = await this.#database.get(key)
      if (value !== undefined) yield [{ key, value }]
    }
  }

  async update (id: UpdateId): Promise<(StoredUpdate & { readonly object: ObjectId }) | undefined> {
    this.#hold.check('update')
    const row = await this.#database.get(indexKey(id))
    for (const { number, index } of row === undefined ? [] : decodeLocations(row)) {
      const [first, value] = await this.#database.getMany([updateKey(number, 0), updateKey(number, index)])
      const update = value && decodeUpdateRow(index, value)
      if (first !== undefined && update?.id === id) return { object: decodeOwner(first), ...update }
    }
    return undefined
  }

  async has (id: UpdateId): Promise<boolean> {
    this.#hold.check('has')
    return await this.update(id) !== undefined
  }

  async * objects ({ model, after, limit = Infinity }: ObjectScan = {}): AsyncIterable<ObjectId> {
    this.#hold.check('objects')
    let left = limit
    if (left <= 0) return
    const range = rangeAfter(rowsOf('o', model), after === undefined ? undefined : objectKey(after))
    for await (const rows of this.#database.scan(range)) {
      for (const { key, value } of rows) {
        this.#hold.check('objects')
        if (decodeObjectRow(value).state === undefined) continue
        yield bytesToId(key.subarray(1))
        if (--left <= 0) return
      }
    }
  }

  async * reconciled (model: string, scan: SetScan = {}): AsyncIterable<SetItem> {
    this.#hold.check('reconciled')
    for await (const rows of this.#scanSet(model, scan)) {
      const numbers = rows.map(row => decodeNumber(row.value))
      const objects = await this.#objectsByNumber(numbers)
      for (const [i, { key }] of rows.entries()) {
        this.#hold.check('reconciled')
        const object = objects.get(numbers[i]!)
        // Gone since the scan began. No number is given twice while the store is open, so it can't be another's.
        if (object === undefined) continue
        yield { object, ...bytesToSetPosition(key.subarray(modelOfKey(key).end)) }
      }
    }
  }

  async setKeys (model: string, scan: SetScan = {}): Promise<SetKey[]> {
    this.#hold.check('setKeys')
    const keys: SetKey[] = []
    for await (const rows of this.#scanSet(model, scan)) {
      for (const { key } of rows) keys.push(bytesToSetKey(key.subarray(modelOfKey(key).end)))
    }
    return keys
  }

  async models (): Promise<string[]> {
    this.#hold.check('models')
    const models: string[] = []
    const all = rowsOf('o')
    for (let range = all, found = true; found;) {
      found = false
      for await (const [row] of this.#database.scan(range, { limit: 1 })) {
        const { model } = modelOfKey(row!.key)
        models.push(model)
        range = { gte: rowsOf('o', model).lt, lt: all.lt }
        found = true
      }
    }
    return models
  }

  async commit (commit: Commit, { sync = false }: { sync?: boolean } = {}): Promise<void> {
    this.#hold.check('commit')
    checkCommit(commit)
    await this.#commits.take(async () => {
      const batch = new Batch(this.#database)
      await applyCommit(batch, commit, () => this.#nextNumber++)
      await batch.write({ sync })
    })
  }

  async setting (name: string): Promise<Uint8Array | undefined> {
    this.#hold.check('setting')
    return this.#database.get(settingKey(name))
  }

  async pendingEvents ({ after = -1, limit }: { after?: number, limit?: number } = {}): Promise<StoredEvent[]> {
    this.#hold.check('pendingEvents')
    const range = rangeAfter(rowsOf('h'), after < 0 ? undefined : eventKey(after))
    const events: StoredEvent[] = []
    for await (const rows of this.#database.scan(range, { limit })) {
      for (const { key, value } of rows) events.push({ seq: decodeEventKey(key), data: value })
    }
    return events
  }

  #scanSet (model: string, { from, prefix = '', reverse = false, limit }: SetScan): AsyncGenerator<Row[]> {
    const all = setRange(model, prefix)
    const bound = from && setKey(model, from)
    const range = reverse ? rangeBefore(all, bound) : rangeAfter(all, bound)
    return this.#database.scan(range, { limit, reverse })
  }

  async #readObject (object: ObjectId): Promise<ObjectRow | undefined> {
    const row = await this.#database.get(objectKey(object))
    return row && decodeObjectRow(row)
  }

  async #readCells (number: number): Promise<StoredCell[]> {
    const cells: StoredCell[] = []
    for await (const rows of this.#database.scan(cellsRange(number))) {
      for (const { key, value } of rows) cells.push({ name: cellNameOf(key), value })
    }
    return cells
  }

  async #objectsByNumber (numbers: readonly number[]): Promise<Map<number, ObjectId>> {
    const objects = new Map<number, ObjectId>()
    const distinct = [...new Set(numbers)]
    for (let i = 0; i < distinct.length; i += AT_ONCE) {
      const slice = distinct.slice(i, i + AT_ONCE)
      const rows = await this.#database.getMany(slice.map(number => updateKey(number, 0)))
      for (const [j, row] of rows.entries()) if (row !== undefined) objects.set(slice[j]!, decodeOwner(row))
    }
    return objects
  }

  /** One more than the last number, which the last row of updates has: each object has one from its first commit to its end. */
  async #readNextNumber (): Promise<number> {
    for await (const [row] of this.#database.scan(rowsOf('u'), { limit: 1, reverse: true })) return decodeUpdateKey(row!.key).number + 1
    return 0
  }
}
