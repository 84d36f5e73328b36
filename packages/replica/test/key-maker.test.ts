import { expect, test } from '@jest/globals'
import { SortedMap, applyUpdate, decodeFrame, bindNetwork, emptyState, formatId, needsKeys, refKey, seedsOf, signUpdate, usableEpoch } from '@dinemic/core'
import type { Draft, GrantState, KeyHolder, ObjectState } from '@dinemic/core'
import { KeyMaker } from '../src/author/key-maker.js'
import { provider } from './harness.js'

const binding = bindNetwork(provider, 'test')
const holder = (number: number): KeyHolder => {
  const seed = new Uint8Array(32)
  new DataView(seed.buffer).setUint32(0, number)
  return { id: formatId('Person', provider.publicKey(seed)), seed }
}
const owner = holder(0)
const readers = Array.from({ length: 1050 }, (_, i) => holder(i + 1))
const keyMaker = new KeyMaker({ provider, owner, random: length => crypto.getRandomValues(new Uint8Array(length)) })

/** The state with one more update of the owner, which must fit into a frame. */
function written (state: ObjectState, seq: number, body: Draft['body']): ObjectState {
  const { frame } = signUpdate(binding, owner.seed, { object: owner.id, author: null, root: null, seq, prev: 'ab'.repeat(32), clock: BigInt(seq), supersedes: [], body })
  return applyUpdate(state, decodeFrame(binding, frame), { verdict: () => 'ok', isAncestor: () => false })
}

test('more readers than the wraps of one update get theirs in several', () => {
  const grants = readers.map(({ id }, index): GrantState => ({ ref: { id: 'cd'.repeat(32), index }, clock: 1n, grant: { subject: id, right: 'read', fields: null, limit: null, wrap: null } }))
  const granted: ObjectState = { ...emptyState(owner.id), grants: SortedMap.from(grants.map(grant => [refKey(grant.ref), grant])) }
  expect(keyMaker.mending(granted, [])).toEqual([])

  const first = keyMaker.mending(granted, ['salary'])
  expect(first).toHaveLength(2)
  const mended = first.reduce<ObjectState>((state, keys, i) => written(state, 5000 + i, keys), granted)
  expect(needsKeys(mended)).toBe(false)

  // As a close does it: it has room for some, and the rest is mended.
  const after = written(mended, 6000, { kind: 'keys', epoch: keyMaker.epoch(mended, readers.map(({ id }) => id)), wraps: [], encrypted: [] })
  expect(needsKeys(after)).toBe(true)
  const rest = keyMaker.mending(after, [])
  expect(rest).toHaveLength(1)
  const whole = rest.reduce<ObjectState>((state, keys, i) => written(state, 6001 + i, keys), after)
  expect(needsKeys(whole)).toBe(false)
  for (const reader of [readers[0]!, readers[1049]!]) expect(seedsOf(provider, whole, reader).has(usableEpoch(whole)!.id)).toBe(true)
}, 30_000)
