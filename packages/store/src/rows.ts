import type { ObjectId, StoredUpdate } from '@dinemic/core'
import { decodeCompact, encodeCompact } from './compact-int.js'
import { corrupt } from './errors.js'
import { bytesToId, bytesToMillis, bytesToUpdateId, idToBytes, millisToBytes, updateIdToBytes } from './key-layout.js'

/** What stands in the values of the rows of an object. All counters are compact integers. */
export interface ObjectRow {
  /** Its local number, under which its updates are kept. */
  readonly number: number
  /** Index of its next update; none is used twice. */
  readonly next: number
  /** How many updates it has. */
  readonly count: number
  readonly state: Uint8Array | undefined
  /** Whether anything was ever put beside the state: else nobody looks there. */
  readonly hasCells: boolean
}

const STATE = 1
const STATE_AND_CELLS = 2

/** Where an update is: its object's number, and its index there. */
export interface Location { readonly number: number, readonly index: number }

const MILLIS = 6
const UPDATE_HEADER = MILLIS + 32
const KEY = 32

/** The three counters, and, if there is a state, a 1 and the state; a 2 if there are cells beside it. */
export function encodeObjectRow ({ number, next, count, state, hasCells }: ObjectRow): Uint8Array {
  const counters = [number, next, count].map(encodeCompact)
  return Buffer.concat(state === undefined ? counters : [...counters, encodeCompact(hasCells ? STATE_AND_CELLS : STATE), state])
}

export function decodeObjectRow (row: Uint8Array): ObjectRow {
  const [number, next, count, end] = readCompacts(row, 3)
  return { number: number!, next: next!, count: count!, state: end === row.length ? undefined : row.subarray(end! + 1), hasCells: row[end!] === STATE_AND_CELLS }
}

/**
 * Millis, id, frame. The row of index 0 opens with the object's id, for those who know its number only, and so it outlives
 * its update.
 */
export function encodeUpdateRow (object: ObjectId, index: number, update: StoredUpdate | undefined): Uint8Array {
  const owner = index === 0 ? [idToBytes(object)] : []
  const parts = update === undefined ? [] : [millisToBytes(update.millis), updateIdToBytes(update.id), update.frame]
  return Buffer.concat([...owner, ...parts])
}

/** Undefined where the update was dropped and its row names the object only. */
export function decodeUpdateRow (index: number, row: Uint8Array): StoredUpdate | undefined {
  const update = index === 0 ? row.subarray(ownerEnd(row)) : row
  if (update.length === 0) return undefined
  if (update.length < UPDATE_HEADER) throw corrupt('the row of an update is too short')
  return {
    id: bytesToUpdateId(update.subarray(MILLIS, UPDATE_HEADER)),
    frame: update.subarray(UPDATE_HEADER),
    millis: bytesToMillis(update)
  }
}

/** The object that the row of index 0 names. */
export function decodeOwner (row: Uint8Array): ObjectId {
  return bytesToId(row.subarray(0, ownerEnd(row)))
}

export function encodeLocations (locations: readonly Location[]): Uint8Array {
  return Buffer.concat(locations.flatMap(({ number, index }) => [encodeCompact(number), encodeCompact(index)]))
}

export function decodeLocations (row: Uint8Array): Location[] {
  const locations: Location[] = []
  for (let rest = row; rest.length > 0;) {
    const [number, index, end] = readCompacts(rest, 2)
    locations.push({ number: number!, index: index! })
    rest = rest.subarray(end)
  }
  return locations
}

/** A row of the reconciled set holds its object's number. */
export function decodeNumber (row: Uint8Array): number {
  return readCompacts(row, 1)[0]!
}

/** So many compact integers from the beginning of a row, and then where they end. */
function readCompacts (row: Uint8Array, count: number): number[] {
  const values: number[] = []
  let end = 0
  while (values.length < count) {
    const read = decodeCompact(row, end)
    if (read === undefined) throw corrupt('a row ends within a number')
    values.push(read.value)
    end = read.end
  }
  return [...values, end]
}

function ownerEnd (row: Uint8Array): number {
  const zero = row.indexOf(0)
  if (zero < 1 || row.length < zero + 1 + KEY) throw corrupt('the first row of an object does not name it')
  return zero + 1 + KEY
}
