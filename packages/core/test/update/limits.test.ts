import { describe, expect, test } from '@jest/globals'
import type { Encodable } from '../../src/codec/format.js'
import { formatId } from '../../src/ids.js'
import { nativeProvider } from '../../src/keys/native.js'
import { LIMITS } from '../../src/limits.js'
import type { Value } from '../../src/types.js'
import type { Body, Head, Operation } from '../../src/update-types.js'
import { MAX_FRAME, decodeFrame, signUpdate } from '../../src/update/frame.js'
import type { Draft } from '../../src/update/frame.js'
import { refusal } from './refusal.js'
import { binding, caller, drafts, hash, plainItems, seeds, signedItems, stranger } from './world.js'

// R22: each limit is met by the greatest that is allowed and by the next one.
const base = drafts['change, endorsed by the owner']
const withBody = (body: Exclude<Body, { kind: 'unknown' }>): Draft => ({ ...base, body })
const change = (...operations: Operation[]): Draft => withBody({ kind: 'change', operations, via: null })
const set = (field: string, value: Value = 1): Draft => change({ op: 'set', field, value })
const nested = (depth: number): Value => depth === 0 ? 1 : [nested(depth - 1)]
const id = (number: number): string => number.toString(16).padStart(64, '0')
const times = <T> (count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))
const authors = times(64, i => formatId('Node', nativeProvider.publicKey(new Uint8Array(32).fill(i + 10))))
const close = (heads: Head[]): Draft => withBody({ kind: 'close', grant: { id: hash(1), index: 0 }, heads, epoch: null })
const grant = { subject: caller, right: 'update', fields: null, limit: null, wrap: null } as const
const position = (length: number): string => 'a'.repeat(length - 2) + '.B'
const withSize = (size: number): Draft => {
  const rest = signUpdate(binding, seeds.owner, set('a', 'x'.repeat(70_000))).frame.length - 64 - 70_000
  return set('a', 'x'.repeat(size - rest))
}

const COUNTED: [string, number, (size: number) => Draft][] = [
  ['body', LIMITS.body, withSize],
  ['operations', LIMITS.operations, size => change(...times(size, (i): Operation => ({ op: 'delete', field: `f${i}` })))],
  ['operations of a genesis', LIMITS.operations, size => ({ ...drafts['genesis, empty'], body: { ...drafts['genesis, empty'].body, operations: times(size, (i): Operation => ({ op: 'delete', field: `f${i}` })) } as Draft['body'] })],
  ['supersedes', LIMITS.supersedes, size => ({ ...base, supersedes: times(size, id) })],
  ['grants', LIMITS.grants, size => ({ ...drafts['genesis, empty'], body: { ...drafts['genesis, empty'].body, grants: times(size, () => grant) } as Draft['body'] })],
  ['heads', LIMITS.heads, size => close(times(size, i => ({ id: id(i), seq: 1, author: null })))],
  ['heads of one author', LIMITS.heads, size => close(times(size, i => ({ id: id(i), seq: 1, author: stranger })))],
  ['heads in all', LIMITS.openHeads, size => close(times(size, i => ({ id: id(i), seq: 1, author: authors[i % 64]! })))],
  ['field name', LIMITS.fieldName, size => set('ż'.repeat(size >> 1) + 'x'.repeat(size & 1))],
  ['name of an encrypted field', LIMITS.fieldName, size => withBody({ kind: 'keys', epoch: null, wraps: [], encrypted: ['x'.repeat(size)] })],
  ['field of a grant', LIMITS.fieldName, size => withBody({ kind: 'grant', grant: { ...grant, fields: ['x'.repeat(size)] } })],
  ['dict key', LIMITS.elementKey, size => change({ op: 'put', field: 'a', key: 'x'.repeat(size), value: 1 })],
  ['element id', LIMITS.elementKey, size => change({ op: 'remove', field: 'a', element: 'x'.repeat(size) })],
  ['position', LIMITS.elementKey, size => change({ op: 'move', field: 'a', element: 'e', position: position(size) })]
]

describe('limits of an update', () => {
  test.each(COUNTED)('%s: %d and no more', (_, limit, make) => {
    const update = signUpdate(binding, seeds.owner, make(limit))
    expect(decodeFrame(binding, update.frame).id).toBe(update.id)
    expect(refusal(() => signUpdate(binding, seeds.owner, make(limit + 1)))).toHaveProperty('code', 'ORM_TOO_LARGE')
    expect(refusal(() => signUpdate(binding, seeds.owner, make(limit + 1)))).toHaveProperty('details.limit', limit)
  })

  test('from others each is CORE_BAD_UPDATE', () => {
    const read = (items: Partial<typeof plainItems>): unknown => decodeFrame(binding, signedItems(Object.values({ ...plainItems, ...items })))
    const bad: Encodable[][] = [times(1025, i => [1, `f${i}`]), [[1, 'x'.repeat(129)]], [[2, 'a', 'x'.repeat(257), 1]], [[6, 'a', 'e', position(257)]]]
    for (const operations of bad) {
      expect(refusal(() => read({ body: [operations, null] }))).toHaveProperty('code', 'CORE_BAD_UPDATE')
    }
  })

  test('a frame over the limit is not even read', () => {
    const frame = signUpdate(binding, seeds.owner, withSize(LIMITS.body)).frame
    expect(frame.length).toBe(MAX_FRAME)
    expect(() => decodeFrame(binding, new Uint8Array(MAX_FRAME + 1))).toThrow(/a frame of/)
  })

  test('values are nested 16 deep and no deeper', () => {
    expect(signUpdate(binding, seeds.owner, set('a', nested(16)))).toHaveProperty('body.operations.0.value', nested(16))
    expect(refusal(() => signUpdate(binding, seeds.owner, set('a', nested(17))))).toHaveProperty('code', 'CORE_BAD_ENCODING')
    const frame = signedItems(Object.values({ ...plainItems, body: [[[0, 'a', nested(17) as Encodable]], null] }))
    expect(refusal(() => decodeFrame(binding, frame))).toHaveProperty('code', 'CORE_BAD_ENCODING')
  })

  test('model names have 64 bytes and no more', () => {
    const key = nativeProvider.publicKey(seeds.owner)
    const read = (model: string): string => decodeFrame(binding, signedItems(Object.values({ ...plainItems, object: [model, key] }))).object
    expect(read('P'.repeat(64))).toBe(formatId('P'.repeat(64), key))
    expect(refusal(() => read('P'.repeat(65)))).toHaveProperty('code', 'CORE_BAD_ID')
  })

  test('counters and seqs go up to 2^53 − 1', () => {
    expect(signUpdate(binding, seeds.owner, { ...base, seq: Number.MAX_SAFE_INTEGER }).seq).toBe(Number.MAX_SAFE_INTEGER)
    expect(refusal(() => signUpdate(binding, seeds.owner, { ...base, seq: Number.MAX_SAFE_INTEGER + 1 }))).toHaveProperty('code', 'CORE_BAD_UPDATE')
  })
})
