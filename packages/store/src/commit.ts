import { parseId, type Commit, type ObjectCommit, type ObjectId, type StoredUpdate, type UpdateId } from '@dinemic/core'
import type { Batch } from './batch.js'
import { encodeCompact } from './compact-int.js'
import { cellKey, cellsRange, eventKey, indexKey, objectKey, setKey, settingKey, updateKey } from './key-layout.js'
import {
  decodeLocations, decodeObjectRow, decodeUpdateRow, encodeLocations, encodeObjectRow, encodeUpdateRow, type Location, type ObjectRow
} from './rows.js'

/** Rows that are made before other work gets its turn: some ms. */
const BREATH = 256
/** Rows that are read at once, likewise. */
const READ = 1024

/** Puts the rows of a commit into a batch. `allot` gives the next local number of an object. */
export async function applyCommit (batch: Batch, commit: Commit, allot: () => number): Promise<void> {
  await load(batch, keysOf(commit))
  for (const part of commit.objects) await applyObject(batch, part, allot)
  await inTurns(commit.events ?? [], ({ seq, data }) => { batch.set(eventKey(seq), data.slice()) })
  await inTurns(commit.acknowledged ?? [], seq => { batch.set(eventKey(seq), undefined) })
  for (const { name, value } of commit.settings ?? []) batch.set(settingKey(name), value?.slice())
}

function * keysOf ({ objects }: Commit): Generator<Uint8Array> {
  for (const { object, put, drop } of objects) {
    yield objectKey(object)
    for (const { id } of put) yield indexKey(id)
    for (const id of drop) yield indexKey(id)
  }
}

async function load (batch: Batch, keys: Iterable<Uint8Array>): Promise<void> {
  let some: Uint8Array[] = []
  for (const key of keys) {
    some.push(key)
    if (some.length < READ) continue
    await batch.load(some)
    some = []
  }
  await batch.load(some)
}

async function applyObject (batch: Batch, { object, state, cells = [], put, drop }: ObjectCommit, allot: () => number): Promise<void> {
  const stored = await batch.get(objectKey(object))
  if (stored === undefined && put.length === 0 && !state) return
  const old: ObjectRow = stored === undefined ? { number: allot(), next: 0, count: 0, state: undefined, hasCells: false } : decodeObjectRow(stored)
  if (stored === undefined) batch.set(updateKey(old.number, 0), encodeUpdateRow(object, 0, undefined))

  let { next, count } = old
  await inTurns(drop, async id => { if (await dropUpdate(batch, object, old.number, id)) count-- })
  await inTurns(put, async update => {
    if (!await putUpdate(batch, object, { number: old.number, index: next }, update)) return
    next++
    count++
  })
  const newState = state === undefined ? old.state : state ?? undefined
  if (newState === undefined && old.hasCells) await batch.clear(cellsRange(old.number))
  const writes = newState === undefined ? [] : cells
  await inTurns(writes, ({ name, value }) => { batch.set(cellKey(old.number, name), value?.slice()) })
  const row = { number: old.number, next, count, state: newState, hasCells: newState !== undefined && (old.hasCells || writes.length > 0) }
  const empty = count === 0 && newState === undefined
  batch.set(objectKey(object), empty ? undefined : encodeObjectRow(row))
  if (empty) batch.set(updateKey(old.number, 0), undefined)
}

/** One commit may have any number of each, and what they need is read already: nothing else would get its turn. */
async function inTurns<T> (items: readonly T[], task: (item: T) => void | Promise<void>): Promise<void> {
  for (const [i, item] of items.entries()) {
    await task(item)
    if (i % BREATH === BREATH - 1) await new Promise(resolve => { setImmediate(resolve) })
  }
}

async function putUpdate (batch: Batch, object: ObjectId, location: Location, update: StoredUpdate): Promise<boolean> {
  const { locations, found } = await locate(batch, update.id)
  if (found !== undefined) return false
  batch.set(indexKey(update.id), encodeLocations([...locations, location]))
  batch.set(updateKey(location.number, location.index), encodeUpdateRow(object, location.index, update))
  batch.set(setKey(parseId(object).model, update), encodeCompact(location.number))
  return true
}

async function dropUpdate (batch: Batch, object: ObjectId, number: number, id: UpdateId): Promise<boolean> {
  const { locations, found } = await locate(batch, id)
  if (found?.number !== number) return false
  const others = locations.filter(location => location !== found)
  batch.set(indexKey(id), others.length === 0 ? undefined : encodeLocations(others))
  batch.set(updateKey(number, found.index), found.index === 0 ? encodeUpdateRow(object, 0, undefined) : undefined)
  batch.set(setKey(parseId(object).model, found.update), undefined)
  return true
}

/** Where updates whose ids begin like this one are, and the one that has this id. */
async function locate (batch: Batch, id: UpdateId): Promise<{ locations: Location[], found: Location & { update: StoredUpdate } | undefined }> {
  const row = await batch.get(indexKey(id))
  const locations = row === undefined ? [] : decodeLocations(row)
  for (const location of locations) {
    const update = await readUpdate(batch, location)
    if (update?.id === id) return { locations, found: Object.assign(location, { update }) }
  }
  return { locations, found: undefined }
}

async function readUpdate (batch: Batch, { number, index }: Location): Promise<StoredUpdate | undefined> {
  const row = await batch.get(updateKey(number, index))
  return row && decodeUpdateRow(index, row)
}
