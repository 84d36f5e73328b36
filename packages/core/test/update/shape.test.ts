import { describe, expect, test } from '@jest/globals'
import type { Encodable } from '../../src/codec/format.js'
import { Sealed } from '../../src/update-types.js'
import { decodeFrame, signUpdate } from '../../src/update/frame.js'
import { refusal } from './refusal.js'
import { binding, drafts, epoch, plainItems, seeds, signedItems, stranger, wire, wireHash } from './world.js'
import type { Items } from './world.js'

const ref = [wireHash(0xa0), 0]
const byCaller: Partial<Items> = { author: wire.caller, root: ref }
const byStranger: Partial<Items> = { author: wire.stranger, root: null, seq: 0, prev: null }
const genesis: Partial<Items> = { kind: 0, seq: 0, prev: null }
const boxed = new Uint8Array(48)
const sealed = new Sealed({ epoch, nonce: new Uint8Array(24), boxed })

const genesisWith = (...body: Encodable[]): Partial<Items> => ({ ...genesis, body: [body[0] ?? [], body[1] ?? [], body[2] ?? [], body[3] ?? null] })
const grantWith = (...grant: Encodable[]): Partial<Items> => ({ kind: 1, body: [grant] })
const closeWith = (heads: Encodable, epochWire: Encodable = null): Partial<Items> => ({ kind: 2, body: [ref, heads, epochWire] })
const changeWith = (...operations: Encodable[]): Partial<Items> => ({ body: [operations, null] })
const keysWith = (epochWire: Encodable, wraps: Encodable = [], names: Encodable = []): Partial<Items> => ({ kind: 5, body: [epochWire, wraps, names] })

const read = (items: Partial<Items>): unknown => decodeFrame(binding, signedItems(Object.values({ ...plainItems, ...items })))

const GOOD: [string, Partial<Items>][] = [
  ['an owner\'s change', {}],
  ['an owner\'s change with all that it may hold', changeWith([0, 'a', [[1]]], [0, 'b', sealed])],
  ['a caller\'s change', byCaller],
  ['a caller\'s remove', { ...byCaller, kind: 4, body: [null] }],
  ['a proposal', byStranger],
  ['a proposal to remove', { ...byStranger, kind: 4, body: [null] }],
  ['a genesis', genesisWith()],
  ['a grant to read', grantWith(wire.caller, 0, null, null, [wire.epoch, boxed])],
  ['a grant to anyone', grantWith(null, 1, ['a', 'b'], 1, null)],
  ['a close with heads', closeWith([[wireHash(1), 1], [wireHash(2), 1]])],
  ['a close with authors', closeWith([[wireHash(1), 1, wire.caller], [wireHash(2), 1, wire.stranger]])],
  ['keys of nothing', keysWith(null)],
  ['another kind, whatever its body', { kind: 6, body: sealed }],
  ['a later version, whatever its body', { version: 2, kind: 0, seq: 0, prev: null, body: [[sealed]] }],
  ['a later version in which callers write what is the owner\'s now', { ...byCaller, version: 2, kind: 1, body: 1 }]
]

const BAD: [string, Partial<Items>, RegExp][] = [
  ['version 0', { version: 0 }, /version 0/],
  ['a version that is no number', { version: 'one' }, /the version/],
  ['a negative version', { version: -1 }, /the version/],
  ['a kind that is no number', { kind: null }, /the kind/],
  ['no object', { object: null }, /the object/],
  ['an object of three parts', { object: [...wire.object as Encodable[], 1] }, /the object/],
  ['an object with a short key', { object: ['Person', new Uint8Array(31)] }, /the object/],
  ['an object without model', { object: [1, new Uint8Array(32)] }, /model name/],
  ['the owner as author', { ...byCaller, author: wire.object }, /null stands for the owner/],
  ['the owner as author of a later version', { ...byCaller, version: 2, author: wire.object }, /null stands for the owner/],
  ['an owner with a grant', { root: ref }, /with a grant/],
  ['a root with an index out of range', { ...byCaller, root: [wireHash(0xa0), 256] }, /the root/],
  ['a root that is short', { ...byCaller, root: [new Uint8Array(31), 0] }, /the root/],
  ['an owner\'s change at seq 0', { seq: 0 }, /wrong seq or prev/],
  ['an owner\'s change without prev', { prev: null }, /wrong seq or prev/],
  ['an unknown kind of the owner without prev', { kind: 7, prev: null }, /wrong seq or prev/],
  ['a genesis at seq 1', { ...genesisWith(), seq: 1 }, /wrong seq or prev/],
  ['a genesis with prev', { ...genesisWith(), prev: wireHash(0xa0) }, /wrong seq or prev/],
  ['a genesis by another', { ...genesisWith(), ...byCaller, seq: 1, prev: wireHash(0xa0) }, /a genesis that the owner did not write/],
  ['a grant by a caller', { ...grantWith(null, 1, null, null, null), ...byCaller }, /a grant that the owner did not write/],
  ['a close by a caller', { ...closeWith([]), ...byCaller }, /a close that the owner did not write/],
  ['keys by a caller', { ...keysWith(null), ...byCaller }, /a keys that the owner did not write/],
  ['a caller\'s change at seq 0', { ...byCaller, seq: 0 }, /wrong seq or prev/],
  ['a caller\'s change without prev', { ...byCaller, prev: null }, /wrong seq or prev/],
  ['a proposal with seq', { ...byStranger, seq: 1 }, /wrong seq or prev/],
  ['a proposal with prev', { ...byStranger, prev: wireHash(0xa0) }, /wrong seq or prev/],
  ['a proposal of an unknown kind', { ...byStranger, kind: 6 }, /wrong seq or prev/],
  ['a proposal of a later version', { ...byStranger, version: 2 }, /wrong seq or prev/],
  ['a proposal that endorses', { ...byStranger, body: [[], [wireHash(1), wire.caller]] }, /endorses another/],
  ['a proposal to remove that endorses', { ...byStranger, kind: 4, body: [[wireHash(1), wire.caller]] }, /endorses another/],
  ['a fractional seq', { seq: 1.5 }, /seq/],
  ['a seq that is a bigint', { seq: 1n }, /seq/],
  ['a prev that is short', { prev: new Uint8Array(31) }, /prev/],
  ['a clock of seven bytes', { clock: new Uint8Array(7) }, /the clock/],
  ['a clock that is a number', { clock: 1 }, /the clock/],
  ['supersedes out of order', { supersedes: [wireHash(2), wireHash(1)] }, /ascending/],
  ['supersedes twice', { supersedes: [wireHash(1), wireHash(1)] }, /ascending/],
  ['supersedes that is no list', { supersedes: null }, /supersedes/],
  ['a body that is no list', { body: null }, /a change/],
  ['a change of three parts', { body: [[], null, null] }, /a change/],
  ['an operation that is no list', changeWith('set'), /an operation/],
  ['an operation without number', changeWith(['set', 'a', 1]), /an operation/],
  ['an operation that there isn\'t', changeWith([9, 'a']), /no operation 9/],
  ['a set without value', changeWith([0, 'a']), /operation set/],
  ['a delete with value', changeWith([1, 'a', 1]), /operation delete/],
  ['a field without name', changeWith([0, '', 1]), /a field name/],
  ['an element without id', changeWith([7, 'a', '']), /an element id/],
  ['a dict key that is no text', changeWith([2, 'a', 1, 1]), /a dict key/],
  ['a position that is none', changeWith([6, 'a', 'e', 'abc']), /the grammar/],
  ['a position that ends even', changeWith([6, 'a', 'e', 'abc.A']), /the grammar/],
  ['an increment that is too great', changeWith([8, 'a', 2 ** 53]), /an increment/],
  ['an increment that is a fraction', changeWith([8, 'a', 0.5]), /an increment/],
  ['two values of one field', changeWith([0, 'a', 1], [1, 'a']), /the same cell/],
  ['two values of one key', changeWith([2, 'a', 'k', 1], [3, 'a', 'k']), /the same cell/],
  ['two values of one element', changeWith([4, 'a', 'e', 'a.B', 1], [5, 'a', 'e', 2]), /the same cell/],
  ['two positions of one element', changeWith([4, 'a', 'e', 'a.B', 1], [6, 'a', 'e', 'a.D']), /the same cell/],
  ['two increments of one field', changeWith([8, 'a', 1], [8, 'a', 1]), /the same cell/],
  ['via without author', { body: [[], [wireHash(1)]] }, /via/],
  ['via with a short id', { body: [[], [new Uint8Array(1), wire.caller]] }, /a proposal/],
  ['a right that there isn\'t', grantWith(wire.caller, 3, null, null, null), /a right/],
  ['anyone may read', grantWith(null, 0, null, null, null), /to anyone/],
  ['anyone may remove', grantWith(null, 2, null, null, null), /to anyone/],
  ['reading limited to fields', grantWith(wire.caller, 0, ['a'], null, null), /with fields/],
  ['removing limited to fields', grantWith(wire.caller, 2, ['a'], null, null), /with fields/],
  ['a grant for no field', grantWith(wire.caller, 1, [], null, null), /no field/],
  ['fields of a grant out of order', grantWith(wire.caller, 1, ['b', 'a'], null, null), /ascending/],
  ['fields of a grant twice', grantWith(wire.caller, 1, ['a', 'a'], null, null), /ascending/],
  ['a limit for reading', grantWith(wire.caller, 0, null, 5, null), /a limit/],
  ['a limit of nothing', grantWith(wire.caller, 1, null, 0, null), /a limit/],
  ['a wrap for a writer', grantWith(wire.caller, 1, null, null, [wire.epoch, boxed]), /a wrap/],
  ['a wrap of 47 bytes', grantWith(wire.caller, 0, null, null, [wire.epoch, new Uint8Array(47)]), /a wrapped seed/],
  ['encrypted names out of order', genesisWith([], [], ['b', 'a']), /ascending/],
  ['an epoch with a short nonce', keysWith([wire.epoch, new Uint8Array(15), [], []]), /the nonce/],
  ['an epoch that replaces a short id', keysWith([wire.epoch, new Uint8Array(16), [[new Uint8Array(31), boxed]], []]), /a replaced epoch/],
  ['an epoch with a wrap for nobody', keysWith([wire.epoch, new Uint8Array(16), [], [[null, boxed]]]), /a reader/],
  ['a wrap of no epoch', keysWith(null, [[null, wire.caller, boxed]]), /an epoch/],
  ['a head at seq 0', closeWith([[wireHash(1), 0]]), /seq 0/],
  ['a head without seq', closeWith([[wireHash(1)]]), /a head/],
  ['heads out of order', closeWith([[wireHash(2), 1], [wireHash(1), 1]]), /ascending/],
  ['a head twice', closeWith([[wireHash(1), 1], [wireHash(1), 2]]), /ascending/],
  ['heads with and without author', closeWith([[wireHash(1), 1], [wireHash(2), 1, wire.caller]]), /with and without author/]
]

describe('the shape of an update', () => {
  test.each(GOOD)('%s is read', (_, items) => {
    expect(read(items)).toHaveProperty('id')
  })

  test.each(BAD)('%s is refused', (_, items, problem) => {
    const error = refusal(() => read(items))
    expect(error).toHaveProperty('code', 'CORE_BAD_UPDATE')
    expect(error).toHaveProperty('message', expect.stringMatching(problem))
  })

  test('too few items, too many, none', () => {
    const items = Object.values(plainItems) as Encodable[]
    for (const wrong of [items.slice(0, 9), items.slice(0, 8), [...items, null], []]) {
      expect(() => decodeFrame(binding, signedItems(wrong))).toThrow(/Not an update.*items/)
    }
    expect(() => decodeFrame(binding, new Uint8Array(64))).toThrow(/a frame of 64 bytes/)
  })

  test('ids with weak keys or bad names are CORE_BAD_ID', () => {
    const weak = new Uint8Array(32)
    for (const items of [{ object: ['Person', weak] }, { ...byCaller, author: ['Person', weak] }, { object: ['Per son', (wire.object as Encodable[])[1]!] }]) {
      expect(refusal(() => read(items))).toHaveProperty('code', 'CORE_BAD_ID')
    }
  })

  test('a sealed value stands where a value does, not within one nor elsewhere', () => {
    for (const items of [changeWith([0, 'a', [sealed]]), changeWith([0, 'a', { b: sealed }]), { prev: sealed }, { body: sealed }]) {
      expect(refusal(() => read(items))).toHaveProperty('code', 'CORE_BAD_ENCODING')
    }
    expect(() => read(changeWith([0, sealed, 1]))).toThrow(/a field name/)
  })

  test('nobody signs what others would refuse', () => {
    const bad = { ...drafts.change, supersedes: drafts.change.supersedes.toReversed() }
    expect(refusal(() => signUpdate(binding, seeds.caller, bad))).toHaveProperty('code', 'CORE_BAD_UPDATE')
    expect(() => signUpdate(binding, seeds.caller, { ...drafts.grant, author: stranger })).toThrow(/did not write/)
  })
})
