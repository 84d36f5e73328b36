import { bytesToHex, decode, encode, formatId, hexToBytes, parseId } from '@dinemic/core'
import type { Encodable, ObjectId, UpdateId } from '@dinemic/core'
import type { Print } from '../reconcile/salted-ranges.js'
import { KEY_DIGITS } from '../reconcile/set-key.js'
import type { Lacking } from '../reconcile/walk.js'
import { badMessage, bytesOf, integer, listOf, text } from './wire.js'
import { idsToWire, prefixOf, wireToIds, wireToPrint } from './range-messages.js'
import type { ObjectsPlace } from './range-messages.js'

/** What peers say to each other in requests and responses: CBOR lists that begin with a number. */
export const SYNC_VERSION = 1
export const SALT_BYTES = 16
/** No request or comparison of ours holds more items: so much is read in some 20 ms. */
const MOST_ITEMS = 8192
/** Nor more bytes: the largest proposal, or all that is fetched together. */
const MOST_BYTES = 384 * 1024
const ID_BYTES = 32
/** No frame is shorter: a signature, and a body with a key. */
const LEAST_FRAME = 100

/** All that a node has of a model. `partial`: it replicates chosen objects of it, and lacks the others with intent. */
export interface ModelPrint extends Print { readonly model: string, readonly partial?: boolean }

/** A part of a set of which both sides make an exact print, by chance. */
export interface Audit { readonly model: string, readonly prefix: string }

/** What a peer says of itself when it asks. All prints are under its salt, here and in the answer. */
export interface Greeting { readonly version: number, readonly time: number, readonly salt: Uint8Array, readonly prints: readonly ModelPrint[], readonly audit: Audit | null }

/** What a peer says of itself when it answers. */
export interface Welcome { readonly version: number, readonly time: number, readonly prints: readonly ModelPrint[], readonly audit: Print | null }

/** Where `model` stands in `ranges` and `fetch` it may be the id of an object: then its updates are the set. */
export type Request =
  | { readonly ask: 'compare', readonly greeting: Greeting }
  | { readonly ask: 'ranges', readonly model: string, readonly salt: Uint8Array, readonly exact: boolean, readonly prefixes: readonly string[] }
  | { readonly ask: 'fetch', readonly model: string, readonly salt: Uint8Array, readonly wanted: readonly Lacking[] }
  /** Whole objects of some parts, those that changed last first; the newest part first, too. */
  | { readonly ask: 'objects', readonly model: string, readonly prefixes: readonly string[], readonly from: ObjectsPlace | null }
  | { readonly ask: 'get', readonly ids: readonly UpdateId[] }
  | { readonly ask: 'object', readonly object: ObjectId }
  /** Something new is here: compare with me when you like. */
  | { readonly ask: 'news' }
  | { readonly ask: 'propose', readonly frame: Uint8Array }
  /** How these objects' updates look. */
  | { readonly ask: 'prints', readonly salt: Uint8Array, readonly objects: readonly ObjectId[] }

const NUMBERS = ['compare', 'ranges', 'get', 'object', 'news', 'propose', 'fetch', 'objects', 'prints'] as const

export function encodeRequest (request: Request): Uint8Array {
  const number = NUMBERS.indexOf(request.ask)
  switch (request.ask) {
    case 'compare': {
      const { version, time, salt, prints, audit } = request.greeting
      return encode([number, version, time, salt, printsToWire(prints), audit === null ? null : [audit.model, audit.prefix]])
    }
    case 'ranges': return encode([number, request.model, request.salt, request.exact, [...request.prefixes]])
    case 'fetch': return encode([number, request.model, request.salt, request.wanted.map(({ prefix, shortIds }) => [prefix, idsToWire(shortIds)])])
    case 'objects': return encode([number, request.model, [...request.prefixes], request.from === null ? null : [request.from.key, request.from.skip]])
    case 'get': return encode([number, request.ids.map(hexToBytes)])
    case 'object': return encode([number, ...idToWire(request.object)])
    case 'news': return encode([number])
    case 'propose': return encode([number, request.frame])
    case 'prints': return encode([number, request.salt, request.objects.map(idToWire)])
  }
}

/** Throws `REPLICA_BAD_MESSAGE` or a codec error for what isn't a request of ours. */
export function decodeRequest (bytes: Uint8Array): Request {
  if (bytes.length > MOST_BYTES) throw badMessage('a request that is larger than any')
  const [number, first, second, third, fourth, fifth] = listOf(decode(bytes, { maxItems: MOST_ITEMS }))
  switch (NUMBERS[number as number]) {
    case 'compare': return { ask: 'compare', greeting: { version: integer(first), time: integer(second), salt: saltOf(third), prints: wireToPrints(fourth), audit: wireToAudit(fifth) } }
    case 'ranges': return { ask: 'ranges', model: text(first), salt: saltOf(second), exact: third === true, prefixes: listOf(fourth).map(prefixOf) }
    case 'fetch': return { ask: 'fetch', model: text(first), salt: saltOf(second), wanted: listOf(third).map(wireToLacking) }
    case 'objects': return { ask: 'objects', model: text(first), prefixes: listOf(second).map(prefixOf), from: third === null ? null : wireToPlace(third) }
    case 'get': return { ask: 'get', ids: listOf(first).map(updateIdOf) }
    case 'object': return { ask: 'object', object: formatId(text(first), bytesOf(second)) }
    case 'news': return { ask: 'news' }
    case 'propose': return { ask: 'propose', frame: bytesOf(first) }
    case 'prints': return { ask: 'prints', salt: saltOf(first), objects: listOf(second).map(wireToId) }
    default: throw badMessage('an unknown request')
  }
}

export function encodeWelcome ({ version, time, prints, audit }: Welcome): Uint8Array {
  return encode([version, time, printsToWire(prints), audit === null ? null : [audit.count, hexToBytes(audit.print)]])
}

export function decodeWelcome (bytes: Uint8Array): Welcome {
  const [version, time, prints, audit] = listOf(decode(bytes, { maxItems: MOST_ITEMS }))
  return { version: integer(version), time: integer(time), prints: wireToPrints(prints), audit: audit === null ? null : wireToPrint(listOf(audit)) }
}

/** The answer to `get` and `fetch`: how many of the ids were looked up before the answer was full, and what was found of these. */
export function encodeGot (looked: number, frames: readonly Uint8Array[]): Uint8Array {
  return encode([looked, [...frames]])
}

export function decodeGot (bytes: Uint8Array): { looked: number, frames: Uint8Array[] } {
  const [looked, frames] = listOf(decodeWithFrames(bytes))
  return { looked: integer(looked), frames: listOf(frames).map(bytesOf) }
}

/** The answer to `objects`: where the next one goes on, null at the end. */
export function encodeObjects (frames: readonly Uint8Array[], next: ObjectsPlace | null): Uint8Array {
  return encode([[...frames], next === null ? null : [next.key, next.skip]])
}

export function decodeObjects (bytes: Uint8Array): { frames: Uint8Array[], next: ObjectsPlace | null } {
  const [frames, next] = listOf(decodeWithFrames(bytes))
  return { frames: listOf(frames).map(bytesOf), next: next === null ? null : wireToPlace(next) }
}

/** The answer to `prints`: of the first of these objects, in their order, at least one. */
export function encodePrints (prints: readonly Print[]): Uint8Array {
  return encode(prints.map(({ count, print }) => [count, hexToBytes(print)]))
}

/** Throws `REPLICA_BAD_MESSAGE` where it isn't about so many objects. */
export function decodePrints (objects: number, bytes: Uint8Array): Print[] {
  const prints = listOf(decode(bytes, { maxItems: MOST_ITEMS }))
  if (prints.length === 0 || prints.length > objects) throw badMessage('prints of other objects than were asked for')
  return prints.map(print => wireToPrint(listOf(print)))
}

/** Frames of updates: what gossip carries and what `object` answers. */
export function encodeFrames (frames: readonly Uint8Array[]): Uint8Array {
  return encode([...frames])
}

export function decodeFrames (bytes: Uint8Array): Uint8Array[] {
  return decodeItems(bytes).map(bytesOf)
}

/** The same with what isn't a frame: for who takes the others all the same. */
export function decodeItems (bytes: Uint8Array): readonly Encodable[] {
  return listOf(decodeWithFrames(bytes))
}

export function encodeAnswer (answer: 'accepted' | 'refused', reason?: string): Uint8Array {
  return encode([answer === 'accepted', reason ?? null])
}

export function decodeAnswer (bytes: Uint8Array): { answer: 'accepted' | 'refused', reason?: string } {
  const [accepted, reason] = listOf(decode(bytes, { maxItems: MOST_ITEMS }))
  return { answer: accepted === true ? 'accepted' : 'refused', ...(typeof reason === 'string' ? { reason } : {}) }
}

function updateIdOf (wire: Encodable): UpdateId {
  const id = bytesOf(wire)
  if (id.length !== ID_BYTES) throw badMessage('an id of another length')
  return bytesToHex(id)
}

/** Without room for more items than frames that could be some, and a few beside them. */
function decodeWithFrames (bytes: Uint8Array): Encodable {
  return decode(bytes, { maxItems: bytes.length / LEAST_FRAME + 8 })
}

/** Hashed with each id: a long one would be long work. */
function saltOf (wire: Encodable | undefined): Uint8Array {
  const salt = bytesOf(wire)
  if (salt.length !== SALT_BYTES) throw badMessage('a salt of another length')
  return salt
}

function printsToWire (prints: readonly ModelPrint[]): Encodable[] {
  return prints.map(({ model, count, print, partial = false }) => [model, count, hexToBytes(print), ...(partial ? [true] : [])])
}

function wireToPrints (wire: Encodable | undefined): ModelPrint[] {
  return listOf(wire).map(item => {
    const [model, count, print, partial] = listOf(item)
    return { model: text(model), ...wireToPrint([count, print]), ...(partial === true ? { partial } : {}) }
  })
}

function idToWire (id: ObjectId): [string, Uint8Array] {
  const { model, key } = parseId(id)
  return [model, key]
}

function wireToId (wire: Encodable): ObjectId {
  const [model, key] = listOf(wire)
  return formatId(text(model), bytesOf(key))
}

function wireToAudit (wire: Encodable | undefined): Audit | null {
  if (wire === null) return null
  const [model, prefix] = listOf(wire)
  return { model: text(model), prefix: prefixOf(prefix) }
}

function wireToLacking (wire: Encodable): Lacking {
  const [prefix, ids] = listOf(wire)
  return { prefix: prefixOf(prefix), shortIds: wireToIds(ids) }
}

function wireToPlace (wire: Encodable | undefined): ObjectsPlace {
  const [wireKey, skip] = listOf(wire)
  const key = prefixOf(wireKey)
  if (key.length !== KEY_DIGITS) throw badMessage('a place that is no key')
  return { key, skip: integer(skip) }
}
