import { concatBytes, hexToBytes, utf8 } from '../bytes.js'
import { decode } from '../codec/decode.js'
import { encode } from '../codec/encode.js'
import { ARRAY } from '../codec/format.js'
import type { Encodable } from '../codec/format.js'
import { DinemicError, isDinemicError } from '../errors.js'
import type { CryptoProvider } from '../keys/provider.js'
import { parseId } from '../ids.js'
import { LIMITS, PROTOCOL_VERSION } from '../limits.js'
import type { Clock, UpdateId } from '../types.js'
import { KINDS } from '../update-types.js'
import type { Body, Header, Kind, Update } from '../update-types.js'
import { bodyToWire, wireToBody } from './body.js'
import { badUpdate, bytes, count, hash, idToWire, list, nullableId, refToWire, wireToId, wireToRef } from './wire.js'

/**
 * frame    = signature (64 bytes) ‖ body
 * preimage = "dinemic/update" ‖ 0x00 ‖ SHA-256(network name) ‖ body
 * id       = SHA-256(preimage), signature = Ed25519(preimage)
 */
const PURPOSE = utf8('dinemic/update\0')
const SIGNATURE = 64
/** Where a value stands in a body: body, operations of the kind, list of operations, operation. */
const VALUE_DEPTH = 4
const CODEC = { maxDepth: VALUE_DEPTH + LIMITS.nesting, sealed: VALUE_DEPTH } as const
/** Where sealed values stand in what a later version brings is not for this one to say. Encoding, depth and size are for ever. */
const FOREIGN_CODEC = { ...CODEC, sealed: 'any' } as const
const HEADER_ITEMS = 9
const ITEMS = HEADER_ITEMS + 1
/** The first byte of a CBOR array of so many. */
const KNOWN_HEAD = ARRAY << 5 | ITEMS
export const MAX_FRAME = SIGNATURE + LIMITS.body

/** What a writer decides; the rest follows. */
export interface Draft extends Omit<Header, 'version' | 'kind'> { readonly body: Exclude<Body, { kind: 'unknown' }> }

/** Binds updates to one network: nothing that was signed for another counts. */
export interface NetworkBinding { readonly provider: CryptoProvider, readonly networkHash: Uint8Array }

export function bindNetwork (provider: CryptoProvider, networkName: string): NetworkBinding {
  return { provider, networkHash: provider.sha256(utf8(networkName)) }
}

/**
 * Writes and signs an update with the seed of its author's key. Throws `ORM_TOO_LARGE` where it is over a limit of the
 * protocol (R22), `CORE_BAD_UPDATE` for whatever else others would refuse.
 */
export function signUpdate (binding: NetworkBinding, seed: Uint8Array, draft: Draft): Update {
  const { provider, networkHash } = binding
  const body = encode(headerToWire(draft), CODEC)
  if (body.length > LIMITS.body) throw tooLarge(draft, `its body has ${body.length} bytes, more than ${LIMITS.body}`, { size: body.length, limit: LIMITS.body })
  const signature = provider.sign(seed, concatBytes(PURPOSE, networkHash, body))
  try {
    // What others will read, and not what was meant: the writer applies no other bytes than everybody else.
    return decodeFrame(binding, concatBytes(signature, body))
  } catch (error) {
    throw isDinemicError(error, 'CORE_BAD_UPDATE') && 'limit' in error.details ? tooLarge(draft, String(error.details.problem), error.details) : error
  }
}

/**
 * Reads a frame and checks all that needs no key and no other update: encoding, limits, shape.
 * Throws `CORE_BAD_ENCODING`, `CORE_BAD_UPDATE` or `CORE_BAD_ID`. Doesn't verify the signature: see `verifyUpdate`.
 */
export function decodeFrame ({ provider, networkHash }: NetworkBinding, frame: Uint8Array): Update {
  if (frame.length <= SIGNATURE || frame.length > MAX_FRAME) throw badUpdate(`a frame of ${frame.length} bytes`)
  const signed = frame.subarray(SIGNATURE)
  const wire = decode(signed, isForeign(signed) ? FOREIGN_CODEC : CODEC)
  const header = wireToHeader(wire)
  const { version, kind, object, author, root, seq, prev, clock, supersedes } = header
  const body = bodyOf(wire as Encodable[], header)
  // Piece by piece: such objects are smaller than those that spread others.
  return { version, kind, object, author, root, seq, prev, clock, supersedes, body, id: idOf(provider, concatBytes(PURPOSE, networkHash, signed)), frame }
}

/** True if the author's signature over the bytes received is good. */
export function verifyUpdate ({ provider, networkHash }: NetworkBinding, update: Update): boolean {
  const preimage = concatBytes(PURPOSE, networkHash, update.frame.subarray(SIGNATURE))
  return provider.verify(parseId(update.author ?? update.object).key, preimage, update.frame.subarray(0, SIGNATURE))
}

/** The same on other threads, where the provider has them. */
export async function verifyUpdateAsync ({ provider, networkHash }: NetworkBinding, update: Update): Promise<boolean> {
  if (provider.verifyAsync === undefined) return verifyUpdate({ provider, networkHash }, update)
  const preimage = concatBytes(PURPOSE, networkHash, update.frame.subarray(SIGNATURE))
  return await provider.verifyAsync(parseId(update.author ?? update.object).key, preimage, update.frame.subarray(0, SIGNATURE))
}

/** A signed change by somebody without the right: author, but neither root nor prev, and seq 0. Never a link. */
export function isProposal (update: Header): boolean {
  return update.author !== null && update.root === null
}

function idOf (provider: CryptoProvider, preimage: Uint8Array): UpdateId {
  return hash(provider.sha256(preimage), 'an id')
}

function headerToWire (draft: Draft): Encodable {
  return [
    PROTOCOL_VERSION, KINDS.indexOf(draft.body.kind), idToWire(draft.object),
    draft.author === null ? null : idToWire(draft.author), draft.root === null ? null : refToWire(draft.root),
    draft.seq, draft.prev === null ? null : hexToBytes(draft.prev), clockToWire(draft.clock),
    draft.supersedes.map(hexToBytes), bodyToWire(draft.body)
  ]
}

/** Of another version or kind than we know, by the first bytes: each number has one encoding. */
function isForeign (body: Uint8Array): boolean {
  const [head, version, kind] = body
  return head !== KNOWN_HEAD || version !== PROTOCOL_VERSION || kind! >= KINDS.length
}

function wireToHeader (wire: Encodable): Header {
  if (!Array.isArray(wire) || wire.length < HEADER_ITEMS) throw badUpdate(`a body of fewer than ${HEADER_ITEMS} items`)
  const version = count(wire[0], Number.MAX_SAFE_INTEGER, 'the version')
  const number = count(wire[1], Number.MAX_SAFE_INTEGER, 'the kind')
  const kind: Kind | undefined = KINDS[number]
  const header: Header = {
    version,
    kind,
    object: wireToId(wire[2], 'the object'),
    author: nullableId(wire[3], 'the author'),
    root: wire[4] === null ? null : wireToRef(wire[4], 'the root'),
    seq: count(wire[5], Number.MAX_SAFE_INTEGER, 'seq'),
    prev: wire[6] === null ? null : hash(wire[6], 'prev'),
    clock: wireToClock(wire[7]),
    supersedes: wireToSupersedes(wire[8])
  }
  checkShape(header)
  if (version === 0) throw badUpdate('version 0')
  return header
}

function bodyOf (wire: readonly Encodable[], header: Header): Body {
  const { version, kind } = header
  if (version > PROTOCOL_VERSION || kind === undefined) return { kind: 'unknown' }
  if (wire.length !== ITEMS) throw badUpdate(`a body that has not ${ITEMS} items`)
  const body = wireToBody(kind, wire[HEADER_ITEMS]!)
  if (isProposal(header) && 'via' in body && body.via !== null) throw badUpdate('a proposal that endorses another')
  return body
}

/** Who may write what kind, and where it stands in its chain. Holds for every version. */
function checkShape ({ version, kind, object, author, root, seq, prev }: Header): void {
  if (author === object) throw badUpdate('the owner named as author, where null stands for the owner')
  const known = version === PROTOCOL_VERSION && kind !== undefined
  if (author === null) {
    if (root !== null) throw badUpdate('an owner\'s update with a grant')
    if (kind === 'genesis' ? seq !== 0 || prev !== null : seq === 0 || prev === null) throw badUpdate('a wrong seq or prev for its kind')
    return
  }
  if (known && kind !== 'change' && kind !== 'remove') throw badUpdate(`a ${kind} that the owner did not write`)
  if (root === null ? seq !== 0 || prev !== null || !known : seq === 0 || prev === null) throw badUpdate('a wrong seq or prev')
}

function wireToSupersedes (wire: Encodable | undefined): readonly UpdateId[] {
  const ids = list(wire, LIMITS.supersedes, 'supersedes').map(id => hash(id, 'a superseded id'))
  for (let i = 1; i < ids.length; i++) {
    if (ids[i - 1]! >= ids[i]!) throw badUpdate('supersedes is not in ascending order')
  }
  return ids
}

/** 48 bits of ms and 16 of counter, big endian. */
function clockToWire (clock: Clock): Uint8Array {
  const wire = new Uint8Array(8)
  new DataView(wire.buffer).setBigUint64(0, clock)
  return wire
}

function wireToClock (wire: Encodable | undefined): Clock {
  const clock = bytes(wire, 8, 'the clock')
  return new DataView(clock.buffer, clock.byteOffset, 8).getBigUint64(0)
}

function tooLarge ({ object, body }: Draft, problem: string, details: Readonly<Record<string, unknown>>): DinemicError {
  const fields = 'operations' in body ? [...new Set(body.operations.map(({ field }) => field))] : []
  const what = fields.length === 1 ? `${fields[0]} of ${object}` : object
  return new DinemicError('ORM_TOO_LARGE', `The change of ${what} can't be signed: ${problem}. Save less at once, shorten what is too long, or keep large content elsewhere and store a reference.`, { details: { ...details, object, fields } })
}
