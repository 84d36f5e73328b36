import { DinemicError, bytesToHex, decode, encode, formatId, hexToBytes, parseId } from '@dinemic/core'
import type { Encodable, ObjectId, SetItem, UpdateId } from '@dinemic/core'

/** What peers say to each other in requests and responses: CBOR lists that begin with a number. */
export const SYNC_VERSION = 1

/** A fingerprint of a model's reconciled set: how many updates, and the sum of their ids mod 2^256 in hex. */
export interface ModelSum { readonly model: string, readonly count: number, readonly sum: string }
export interface Greeting { readonly version: number, readonly time: number, readonly sums: readonly ModelSum[] }

export type Request =
  | { readonly ask: 'compare', readonly greeting: Greeting }
  /** The keys of a model's reconciled set, after `from`. */
  | { readonly ask: 'list', readonly model: string, readonly from: { readonly millis: number, readonly id: UpdateId } | null }
  | { readonly ask: 'get', readonly ids: readonly UpdateId[] }
  | { readonly ask: 'object', readonly object: ObjectId }
  /** Something new is here: compare with me when you like. */
  | { readonly ask: 'news' }
  | { readonly ask: 'propose', readonly frame: Uint8Array }

export type ListItem = Pick<SetItem, 'millis' | 'id'>
const ITEM_BYTES = 6 + 32
const NUMBERS = ['compare', 'list', 'get', 'object', 'news', 'propose'] as const

export function encodeRequest (request: Request): Uint8Array {
  const number = NUMBERS.indexOf(request.ask)
  switch (request.ask) {
    case 'compare': return encode([number, ...greetingToWire(request.greeting)])
    case 'list': return encode([number, request.model, request.from === null ? null : itemsToBytes([request.from])])
    case 'get': return encode([number, request.ids.map(hexToBytes)])
    case 'object': {
      const { model, key } = parseId(request.object)
      return encode([number, model, key])
    }
    case 'news': return encode([number])
    case 'propose': return encode([number, request.frame])
  }
}

/** Throws `REPLICA_BAD_MESSAGE` or a codec error for what isn't a request of ours. */
export function decodeRequest (bytes: Uint8Array): Request {
  const [number, first, second, third] = listOf(decode(bytes))
  switch (NUMBERS[number as number]) {
    case 'compare': return { ask: 'compare', greeting: wireToGreeting([first, second, third]) }
    case 'list': return { ask: 'list', model: text(first), from: second === null ? null : bytesToItems(bytesOf(second))[0] ?? null }
    case 'get': return { ask: 'get', ids: listOf(first).map(id => bytesToHex(bytesOf(id))) }
    case 'object': return { ask: 'object', object: formatId(text(first), bytesOf(second)) }
    case 'news': return { ask: 'news' }
    case 'propose': return { ask: 'propose', frame: bytesOf(first) }
    default: throw badMessage('an unknown request')
  }
}

export function encodeGreeting (greeting: Greeting): Uint8Array {
  return encode(greetingToWire(greeting))
}

export function decodeGreeting (bytes: Uint8Array): Greeting {
  return wireToGreeting(listOf(decode(bytes)))
}

export function encodeList (items: readonly ListItem[], more: boolean): Uint8Array {
  return encode([itemsToBytes(items), more])
}

export function decodeList (bytes: Uint8Array): { items: ListItem[], more: boolean } {
  const [items, more] = listOf(decode(bytes))
  return { items: bytesToItems(bytesOf(items)), more: more === true }
}

/** The answer to `get`: how many of the ids were looked up before the answer was full, and what was found of these. */
export function encodeGot (looked: number, frames: readonly Uint8Array[]): Uint8Array {
  return encode([looked, [...frames]])
}

export function decodeGot (bytes: Uint8Array): { looked: number, frames: Uint8Array[] } {
  const [looked, frames] = listOf(decode(bytes))
  return { looked: integer(looked), frames: listOf(frames).map(bytesOf) }
}

/** Frames of updates: what gossip carries and what `object` answers. */
export function encodeFrames (frames: readonly Uint8Array[]): Uint8Array {
  return encode([...frames])
}

export function decodeFrames (bytes: Uint8Array): Uint8Array[] {
  return listOf(decode(bytes)).map(bytesOf)
}

export function encodeAnswer (answer: 'accepted' | 'refused', reason?: string): Uint8Array {
  return encode([answer === 'accepted', reason ?? null])
}

export function decodeAnswer (bytes: Uint8Array): { answer: 'accepted' | 'refused', reason?: string } {
  const [accepted, reason] = listOf(decode(bytes))
  return { answer: accepted === true ? 'accepted' : 'refused', ...(typeof reason === 'string' ? { reason } : {}) }
}

function greetingToWire ({ version, time, sums }: Greeting): Encodable[] {
  return [version, time, sums.map(({ model, count, sum }) => [model, count, hexToBytes(sum)])]
}

function wireToGreeting ([version, time, sums]: readonly (Encodable | undefined)[]): Greeting {
  return {
    version: integer(version),
    time: integer(time),
    sums: listOf(sums).map(item => {
      const [model, count, sum] = listOf(item)
      return { model: text(model), count: integer(count), sum: bytesToHex(bytesOf(sum)) }
    })
  }
}

/** 6 bytes of ms, 32 of id, each. */
function itemsToBytes (items: readonly ListItem[]): Uint8Array {
  const bytes = new Uint8Array(items.length * ITEM_BYTES)
  const view = new DataView(bytes.buffer)
  items.forEach(({ millis, id }, i) => {
    const at = i * ITEM_BYTES
    view.setUint16(at, Math.floor(millis / 2 ** 32))
    view.setUint32(at + 2, millis % 2 ** 32)
    bytes.set(hexToBytes(id), at + 6)
  })
  return bytes
}

function bytesToItems (bytes: Uint8Array): ListItem[] {
  if (bytes.length % ITEM_BYTES !== 0) throw badMessage('a list that is no multiple of its items')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.length / ITEM_BYTES }, (_, i) => {
    const at = i * ITEM_BYTES
    return { millis: view.getUint16(at) * 2 ** 32 + view.getUint32(at + 2), id: bytesToHex(bytes.subarray(at + 6, at + ITEM_BYTES)) }
  })
}

function listOf (wire: Encodable | undefined): readonly Encodable[] {
  if (!Array.isArray(wire)) throw badMessage('no list where one belongs')
  return wire
}

function text (wire: Encodable | undefined): string {
  if (typeof wire !== 'string') throw badMessage('no text where it belongs')
  return wire
}

function integer (wire: Encodable | undefined): number {
  if (typeof wire !== 'number' || !Number.isSafeInteger(wire)) throw badMessage('no integer where one belongs')
  return wire
}

function bytesOf (wire: Encodable | undefined): Uint8Array {
  if (!(wire instanceof Uint8Array)) throw badMessage('no bytes where they belong')
  return wire
}

function badMessage (problem: string): DinemicError {
  return new DinemicError('REPLICA_BAD_MESSAGE', `A peer sent ${problem}. It runs another version, or means harm.`)
}
