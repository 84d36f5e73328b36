import { concatBytes, hexToBytes, utf8 } from '../../src/bytes.js'
import { clockOf } from '../../src/clock.js'
import { encode } from '../../src/codec/encode.js'
import type { Encodable } from '../../src/codec/format.js'
import { formatId, parseId } from '../../src/ids.js'
import { nativeProvider } from '../../src/keys/native.js'
import { epochId, epochSeed } from '../../src/seal/epoch.js'
import { sealSeed, wrapSeed } from '../../src/seal/wrap.js'
import { sealValue } from '../../src/seal/value.js'
import type { Epoch, Operation } from '../../src/update-types.js'
import { bindNetwork } from '../../src/update/frame.js'
import type { Draft } from '../../src/update/frame.js'

/** Fixed keys, nonces and clocks: the same bytes for ever. */
export const binding = bindNetwork(nativeProvider, 'office')
export const seeds = { owner: new Uint8Array(32).fill(1), caller: new Uint8Array(32).fill(2), stranger: new Uint8Array(32).fill(3) }
export const object = formatId('Person', nativeProvider.publicKey(seeds.owner))
export const caller = formatId('Person', nativeProvider.publicKey(seeds.caller))
export const stranger = formatId('Node', nativeProvider.publicKey(seeds.stranger))
export const hash = (byte: number): string => byte.toString(16).padStart(2, '0').repeat(32)
export const clock = clockOf(1_700_000_000_000, 7)

const nonce = new Uint8Array(16).fill(4)
const seed = epochSeed(nativeProvider, seeds.owner, object, nonce)
export const epoch = epochId(nativeProvider, seed)
const newNonce = new Uint8Array(16).fill(5)
const newSeed = epochSeed(nativeProvider, seeds.owner, object, newNonce)
export const newEpoch = epochId(nativeProvider, newSeed)

const boxedFor = (reader: string, to: string, of: Uint8Array): Uint8Array => wrapSeed(nativeProvider, { ownerSeed: seeds.owner, object, reader, epoch: to, seed: of })
export const firstEpoch: Epoch = { id: epoch, nonce, replaces: [], wraps: [{ epoch, subject: caller, boxed: boxedFor(caller, epoch, seed) }] }
export const secondEpoch: Epoch = {
  id: newEpoch,
  nonce: newNonce,
  replaces: [{ id: epoch, boxed: sealSeed(nativeProvider, { newSeed, object, epoch, seed }) }],
  wraps: [{ epoch: newEpoch, subject: stranger, boxed: boxedFor(stranger, newEpoch, newSeed) }]
}

let calls = 0
const random = (length: number): Uint8Array => new Uint8Array(length).fill(++calls)
const salary = sealValue(nativeProvider, { epoch, seed, place: { object, field: 'salary', slot: 'register' }, value: 1234, random })
const note = sealValue(nativeProvider, { epoch, place: { object, field: 'notes', slot: 'dict', element: 'first' }, value: 'by one who can\'t read', random })

export const everyOperation: readonly Operation[] = [
  { op: 'set', field: 'name', value: 'Bob' },
  { op: 'set', field: 'salary', value: salary },
  { op: 'set', field: 'all', value: { list: [null, true, -1, 0.5, 12345678901234567890n, -1n, new Date(1_700_000_000_000), new Uint8Array([1, 2])], 'żółw': {} } },
  { op: 'delete', field: 'age' },
  { op: 'put', field: 'phones', key: '', value: '+48 1' },
  { op: 'put', field: 'notes', key: 'first', value: note },
  { op: 'drop', field: 'phones', key: 'home' },
  { op: 'insert', field: 'tags', element: 'e1', position: 'abc.B', value: 'lead' },
  { op: 'replace', field: 'tags', element: 'e2', value: 'chief' },
  { op: 'move', field: 'tags', element: 'e3', position: 'abc.B0D,x1.B' },
  { op: 'remove', field: 'tags', element: 'e4' },
  { op: 'add', field: 'visits', amount: -(2 ** 53 - 1) }
]

const owners = { object, author: null, root: null, seq: 1, prev: hash(0xa0), clock, supersedes: [] }
const callers = { ...owners, author: caller, root: { id: hash(0xa0), index: 255 }, seq: 3, prev: hash(0xa1) }

/** One of each kind, with all that it can carry. */
export const drafts = {
  genesis: {
    ...owners,
    seq: 0,
    prev: null,
    body: {
      kind: 'genesis',
      operations: [{ op: 'set', field: 'name', value: 'Bob' }, { op: 'set', field: 'salary', value: salary }, { op: 'add', field: 'visits', amount: 1 }],
      grants: [
        { subject: caller, right: 'read', fields: null, limit: null, wrap: { epoch, boxed: boxedFor(caller, epoch, seed) } },
        { subject: caller, right: 'update', fields: ['name', 'salary'], limit: null, wrap: null },
        { subject: caller, right: 'remove', fields: null, limit: 1, wrap: null },
        { subject: null, right: 'update', fields: ['nickname'], limit: 1000, wrap: null }
      ],
      encrypted: ['salary'],
      epoch: { ...firstEpoch, wraps: [] }
    }
  },
  'genesis, empty': { ...owners, seq: 0, prev: null, body: { kind: 'genesis', operations: [], grants: [], encrypted: [], epoch: null } },
  grant: { ...owners, seq: 2, body: { kind: 'grant', grant: { subject: stranger, right: 'read', fields: null, limit: null, wrap: { epoch, boxed: boxedFor(stranger, epoch, seed) } } } },
  close: { ...owners, seq: 3, body: { kind: 'close', grant: { id: hash(0xa0), index: 1 }, heads: [{ id: hash(0xb1), seq: 3, author: null }, { id: hash(0xb2), seq: 2 ** 53 - 1, author: null }], epoch: secondEpoch } },
  'close of a grant to anyone': { ...owners, seq: 4, body: { kind: 'close', grant: { id: hash(0xa0), index: 3 }, heads: [{ id: hash(0xb1), seq: 3, author: stranger }, { id: hash(0xb2), seq: 9, author: caller }], epoch: null } },
  change: { ...callers, supersedes: [hash(0xc1), hash(0xc2)], body: { kind: 'change', operations: everyOperation, via: null } },
  'change, endorsed by the owner': { ...owners, seq: 5, body: { kind: 'change', operations: [{ op: 'set', field: 'nickname', value: 'Bobby' }], via: { id: hash(0xd1), author: stranger } } },
  remove: { ...callers, body: { kind: 'remove', via: null } },
  'remove, endorsed by the owner': { ...owners, seq: 6, body: { kind: 'remove', via: { id: hash(0xd2), author: stranger } } },
  keys: { ...owners, seq: 7, body: { kind: 'keys', epoch: secondEpoch, wraps: [{ epoch, subject: stranger, boxed: boxedFor(stranger, epoch, seed) }], encrypted: ['address', 'ulica'] } },
  proposal: { ...callers, author: stranger, root: null, seq: 0, prev: null, body: { kind: 'change', operations: [{ op: 'set', field: 'nickname', value: 'Bobby' }], via: null } },
  'proposal to remove': { ...callers, author: stranger, root: null, seq: 0, prev: null, body: { kind: 'remove', via: null } }
} satisfies Record<string, Draft>

export function seedOf (draft: Pick<Draft, 'author'>): Uint8Array {
  return draft.author === null ? seeds.owner : draft.author === caller ? seeds.caller : seeds.stranger
}

const wireId = (id: string): Encodable => [parseId(id).model, parseId(id).key]
export const wireHash = (byte: number): Uint8Array => hexToBytes(hash(byte))
export const wireClock = new Uint8Array([0x01, 0x8b, 0xcf, 0xe5, 0x68, 0x00, 0x00, 0x07])
export const wire = { object: wireId(object), caller: wireId(caller), stranger: wireId(stranger), epoch: hexToBytes(epoch) }

/** The ten items of an owner's change, in their places. */
export interface Items { version: Encodable, kind: Encodable, object: Encodable, author: Encodable, root: Encodable, seq: Encodable, prev: Encodable, clock: Encodable, supersedes: Encodable, body: Encodable }
export const plainItems: Items = { version: 1, kind: 3, object: wire.object, author: null, root: null, seq: 1, prev: wireHash(0xa0), clock: wireClock, supersedes: [], body: [[], null] }

/** Bodies that this code would not write, signed as they are. */
export function signedItems (items: readonly Encodable[], seed = seeds.owner): Uint8Array {
  return signedBytes(encode(items, { maxDepth: 40 }), seed)
}

export function signedBytes (body: Uint8Array, seed = seeds.owner): Uint8Array {
  const preimage = concatBytes(utf8('dinemic/update\0'), nativeProvider.sha256(utf8('office')), body)
  return concatBytes(nativeProvider.sign(seed, preimage), body)
}

export const foreign = {
  'unknown kind': signedItems(Object.values({ ...plainItems, kind: 6, body: { later: [salary] } })),
  'unknown kind by a caller': signedItems(Object.values({ ...plainItems, kind: 99, author: wire.caller, root: [wireHash(0xa0), 0] }), seeds.caller),
  'newer version': signedItems(Object.values({ ...plainItems, version: 2, body: 'anything' })),
  'newer version with more items': signedItems([...Object.values({ ...plainItems, version: 3 }), 1, 2]),
  'newer version with the header alone': signedItems(Object.values({ ...plainItems, version: 2 }).slice(0, 9)),
  'newer genesis': signedItems(Object.values({ ...plainItems, version: 2, kind: 0, seq: 0, prev: null }))
}
