import { BoundedCache, formatId, parseId, utf8, type ObjectId, type SetKey, type UpdateId } from '@dinemic/core'
import { decodeCompact, encodeCompact } from './compact-int.js'

const ZERO = new Uint8Array(1)

/**
 * The keys of all rows. One letter says what a row is; a model's name ends with a zero byte, so that models sort as their
 * names do; LevelDB leaves out what a key shares with the one before, which makes a repeated name cheaper than a number
 * for each model and a row to look it up.
 *
 * | key | row |
 * |---|---|
 * | `v` | layout version |
 * | `o` model 0 key | object: its local number, its state |
 * | `p` number, name | cell: a part of the object's state, where that is too much for one row |
 * | `u` number, index | update: millis, id, frame; index 0 also names the object |
 * | `i` first 8 bytes of an update id | where its update is: number, index |
 * | `s` model 0 millis, id | the reconciled set: number |
 * | `h` seq | event |
 * | `c` name | setting |
 * | `k` model 0 key | private key |
 * | `r` | how the private keys are encrypted |
 * | `w` | the files may still hold private keys in the clear |
 */
export const VERSION_KEY = utf8('v')
export const RING_KEY = utf8('r')
export const REWRITE_KEY = utf8('w')

const UPDATE = utf8('u')
const INDEX = utf8('i')
const heads = new BoundedCache<string, Uint8Array>(256)

/** How much of an update id its index row has. Ids that begin alike share the row, so a collision costs a read and no more. */
const ID_PREFIX = 8

/** Millis and update id of a row of the reconciled set, in hex. */
const SET_DIGITS = 76

/** What a scan covers: from `gte` up to but not including `lt`. */
export interface Range { readonly gte: Uint8Array, readonly lt: Uint8Array }

export function objectKey (object: ObjectId): Uint8Array {
  return ofObject('o', object)
}

export function privateKey (id: ObjectId): Uint8Array {
  return ofObject('k', id)
}

export function updateKey (number: number, index: number): Uint8Array {
  return Buffer.concat([UPDATE, encodeCompact(number), encodeCompact(index)])
}

export function cellKey (number: number, name: string): Uint8Array {
  return Buffer.concat([utf8('p'), encodeCompact(number), utf8(name)])
}

export function indexKey (id: UpdateId): Uint8Array {
  return Buffer.concat([INDEX, updateIdToBytes(id).subarray(0, ID_PREFIX)])
}

export function setKey (model: string, { millis, id }: { millis: number, id: UpdateId }): Uint8Array {
  return Buffer.concat([headOf('s', model), millisToBytes(millis), updateIdToBytes(id)])
}

export function eventKey (seq: number): Uint8Array {
  return Buffer.concat([utf8('h'), encodeCompact(seq)])
}

export function settingKey (name: string): Uint8Array {
  return utf8('c' + name)
}

/** The rows of one kind, and of one model where it is named. */
export function rowsOf (letter: 'o' | 'u' | 's' | 'h' | 'k', model?: string): Range {
  const gte = model === undefined ? utf8(letter) : headOf(letter, model)
  const lt = new Uint8Array(gte)
  lt[lt.length - 1]! += 1
  return { gte, lt }
}

/** The rows of a model's reconciled set whose keys begin with these hex digits. */
export function setRange (model: string, prefix: string): Range {
  const head = headOf('s', model)
  const gte = Buffer.from(prefix.padEnd(SET_DIGITS, '0'), 'hex')
  const last = Buffer.from(prefix.padEnd(SET_DIGITS, 'f'), 'hex')
  return { gte: Buffer.concat([head, gte]), lt: Buffer.concat([head, last, ZERO]) }
}

export function updatesRange (number: number): Range {
  return { gte: updateKey(number, 0), lt: Buffer.concat([UPDATE, encodeCompact(number + 1)]) }
}

export function cellsRange (number: number): Range {
  return { gte: cellKey(number, ''), lt: cellKey(number + 1, '') }
}

/** The same range, but only what comes after `key`. */
export function rangeAfter (range: Range, key: Uint8Array | undefined): Range {
  if (key === undefined || Buffer.compare(key, range.gte) < 0) return range
  return { gte: Buffer.concat([key, ZERO]), lt: range.lt }
}

/** The same range, but only what comes before `key`. */
export function rangeBefore (range: Range, key: Uint8Array | undefined): Range {
  return key === undefined || Buffer.compare(key, range.lt) > 0 ? range : { gte: range.gte, lt: key }
}

export function decodeUpdateKey (key: Uint8Array): { number: number, index: number } {
  const number = decodeCompact(key, 1)!
  return { number: number.value, index: decodeCompact(key, number.end)!.value }
}

export function cellNameOf (key: Uint8Array): string {
  return Buffer.from(key.subarray(decodeCompact(key, 1)!.end)).toString()
}

export function decodeEventKey (key: Uint8Array): number {
  return decodeCompact(key, 1)!.value
}

/** The model that is named in a row's key, and where what follows it begins. */
export function modelOfKey (key: Uint8Array): { model: string, end: number } {
  const zero = key.indexOf(0)
  return { model: Buffer.from(key.subarray(1, zero)).toString(), end: zero + 1 }
}

/** The millis and the update id at the end of a row's key in the reconciled set. */
export function bytesToSetPosition (bytes: Uint8Array): { millis: number, id: UpdateId } {
  return { millis: bytesToMillis(bytes), id: bytesToUpdateId(bytes.subarray(6)) }
}

export function bytesToSetKey (bytes: Uint8Array): SetKey {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

export function updateIdToBytes (id: UpdateId): Uint8Array {
  return Buffer.from(id, 'hex')
}

export function bytesToUpdateId (bytes: Uint8Array): UpdateId {
  return Buffer.from(bytes).toString('hex')
}

export function millisToBytes (millis: number): Uint8Array {
  const bytes = Buffer.alloc(6)
  bytes.writeUIntBE(millis, 0, 6)
  return bytes
}

export function bytesToMillis (bytes: Uint8Array): number {
  return Buffer.from(bytes.subarray(0, 6)).readUIntBE(0, 6)
}

/** Model name, a zero byte, public key. */
export function idToBytes (id: ObjectId): Uint8Array {
  return ofObject('', id)
}

function ofObject (letter: string, id: ObjectId): Uint8Array {
  const { model, key } = parseId(id)
  return Buffer.concat([headOf(letter, model), key])
}

/** What the keys of one kind and model begin with: made once, as each update has several. */
function headOf (letter: string, model: string): Uint8Array {
  const text = letter + model
  const known = heads.get(text)
  if (known !== undefined) return known
  const head = Buffer.concat([utf8(text), ZERO])
  heads.set(text, head)
  return head
}

export function bytesToId (bytes: Uint8Array): ObjectId {
  const zero = bytes.indexOf(0)
  return formatId(Buffer.from(bytes.subarray(0, zero)).toString(), bytes.slice(zero + 1))
}
