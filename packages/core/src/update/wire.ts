import { bytesToHex, compareBytes, hexToBytes, utf8 } from '../bytes.js'
import type { Encodable } from '../codec/format.js'
import { DinemicError } from '../errors.js'
import { formatId, parseId } from '../ids.js'
import { LIMITS } from '../limits.js'
import type { GrantRef, ObjectId, UpdateId } from '../types.js'

/** The small pieces of a body, both ways. Whatever doesn't fit is `CORE_BAD_UPDATE`. */

export function badUpdate (problem: string, limit?: number): DinemicError {
  return new DinemicError('CORE_BAD_UPDATE', `Not an update of this protocol: ${problem}.`, { details: limit === undefined ? {} : { problem, limit } })
}

export function idToWire (id: ObjectId): Encodable {
  const { model, key } = parseId(id)
  return [model, key]
}

export function wireToId (wire: Encodable | undefined, what: string): ObjectId {
  const [model, key] = tuple(wire, 2, what)
  if (typeof model !== 'string') throw badUpdate(`${what} has no model name`)
  return formatId(model, bytes(key, 32, what))
}

export function nullableId (wire: Encodable | undefined, what: string): ObjectId | null {
  return wire === null ? null : wireToId(wire, what)
}

export function refToWire (ref: GrantRef): Encodable {
  return [hexToBytes(ref.id), ref.index]
}

export function wireToRef (wire: Encodable | undefined, what: string): GrantRef {
  const [id, index] = tuple(wire, 2, what)
  return { id: hash(id, what), index: count(index, LIMITS.grants - 1, what) }
}

export function hash (wire: Encodable | undefined, what: string): UpdateId {
  return bytesToHex(bytes(wire, 32, what))
}

export function bytes (wire: Encodable | undefined, length: number, what: string): Uint8Array {
  if (!(wire instanceof Uint8Array) || wire.length !== length) throw badUpdate(`${what} is not ${length} bytes`)
  return wire
}

export function list (wire: Encodable | undefined, max: number, what: string): readonly Encodable[] {
  if (!Array.isArray(wire)) throw badUpdate(`${what} is not a list`)
  if (wire.length > max) throw badUpdate(`${what} has ${wire.length} items, more than ${max}`, max)
  return wire
}

export function tuple (wire: Encodable | undefined, length: number, what: string): readonly Encodable[] {
  if (!Array.isArray(wire) || wire.length !== length) throw badUpdate(`${what} is not a list of ${length}`)
  return wire
}

export function count (wire: Encodable | undefined, max: number, what: string): number {
  if (typeof wire !== 'number' || !Number.isSafeInteger(wire) || wire < 0 || wire > max) throw badUpdate(`${what} is not an integer from 0 to ${max}`)
  return wire
}

/** Text of 1 to `max` bytes. */
export function text (wire: Encodable | undefined, max: number, what: string): string {
  if (typeof wire !== 'string' || wire.length === 0) throw badUpdate(`${what} is not text of 1 to ${max} bytes`)
  return limited(wire, max, what)
}

export function limited (wire: string, max: number, what: string): string {
  if (tooLong(wire, max)) throw badUpdate(`${what} has more than ${max} bytes`, max)
  return wire
}

/** Names in strictly ascending byte order, so that one set has one encoding. */
export function names (wire: Encodable | undefined, max: number, what: string): readonly string[] {
  const result = list(wire, max, what).map(name => text(name, LIMITS.fieldName, what))
  for (let i = 1; i < result.length; i++) {
    if (compareText(result[i - 1]!, result[i]!) >= 0) throw badUpdate(`${what} is not in ascending order`)
  }
  return result
}

export function sortedNames (given: Iterable<string>): string[] {
  return [...new Set(given)].sort(compareText)
}

/** The order of the UTF-8 bytes, which is not JavaScript's order of UTF-16 units. */
export function compareText (a: string, b: string): number {
  return a === b ? 0 : compareBytes(utf8(a), utf8(b))
}

function tooLong (given: string, max: number): boolean {
  return given.length > max || (given.length * 3 > max && utf8(given).length > max)
}
