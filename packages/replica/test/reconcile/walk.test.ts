import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { bytesToHex } from '@dinemic/core'
import type { SetKey } from '@dinemic/core'
import { SeededRandom } from '@dinemic/core/testing'
import { fingerprintOf } from '../../src/reconcile/fingerprint.js'
import type { RangeAnswer } from '../../src/reconcile/salted-ranges.js'
import { setKeyOf } from '../../src/reconcile/set-key.js'
import { DAY, TestSet, answering, difference, found, randomKeys } from './sets.js'
import type { Ask } from './sets.js'

const salt = new Uint8Array(16).fill(7)

/** Two sets that share some, in one of several shapes of time. */
const pairs = fc.record({
  seed: fc.integer(), shared: fc.nat(400), theirs: fc.nat(120), ours: fc.nat(120), span: fc.constantFrom(1, 40, 5000, 30 * DAY)
})

async function pairOf ({ seed, shared, theirs, ours, span }: { seed: number, shared: number, theirs: number, ours: number, span: number }): Promise<{ ours: TestSet, theirs: TestSet, random: SeededRandom }> {
  const random = new SeededRandom(seed)
  const common = randomKeys(random, shared, { span })
  return {
    random,
    theirs: await TestSet.of([...common, ...randomKeys(random, theirs, { span })]),
    ours: await TestSet.of([...common, ...randomKeys(random, ours, { span })])
  }
}

test('a walk finds what the plain difference of the sets is', async () => {
  await fc.assert(fc.asyncProperty(pairs, fc.boolean(), async (shape, exact) => {
    const { ours, theirs } = await pairOf(shape)
    expect((await found(ours, theirs, { salt, exact })).sort()).toEqual(difference(theirs, ours))
  }), { numRuns: 40 })
})

test('both sides of a walk may hold sets that differ everywhere', async () => {
  const random = new SeededRandom(5)
  const [ours, theirs] = [await TestSet.of(randomKeys(random, 1500)), await TestSet.of(randomKeys(random, 1000))]
  expect((await found(ours, theirs, { salt })).sort()).toEqual(theirs.keys)
})

test('ids that begin alike, in the same millisecond, are told apart', async () => {
  const alike = (n: number): SetKey => setKeyOf({ millis: 5, id: 'ab'.repeat(30) + n.toString(16).padStart(4, '0') })
  const theirs = await TestSet.of(Array.from({ length: 500 }, (_, i) => alike(i)))
  const ours = await TestSet.of(Array.from({ length: 500 }, (_, i) => alike(i + 3)))
  expect((await found(ours, theirs, { salt })).sort()).toEqual([0, 1, 2].map(alike))
})

test('answers that get lost, come short or are cut off cost a walk, and the next one goes on', async () => {
  await fc.assert(fc.asyncProperty(pairs, async shape => {
    const { ours, theirs, random } = await pairOf(shape)
    const expected = new Set([...ours.keys, ...theirs.keys])
    const all = answering(theirs.shown(salt))
    const troubled: Ask = async prefixes => random.chance(0.15) ? undefined : (await all(prefixes))!.slice(0, 1 + random.below(prefixes.length))
    for (let attempt = 0; attempt < 1000 && difference(theirs, ours).length > 0; attempt++) {
      const keys = await found(ours, theirs, { salt, ask: troubled })
      const taken = keys.slice(0, random.below(keys.length + 1)) // the session ends in the middle of the transfer
      await ours.change(taken.map(key => ({ key, sign: 1 })))
    }
    expect(new Set(ours.keys)).toEqual(expected)
  }), { numRuns: 12 })
})

test('the newest come first', async () => {
  const random = new SeededRandom(6)
  const theirs = await TestSet.of(randomKeys(random, 8000, { span: 100 * DAY }))
  const half = theirs.keys.filter((_, i) => i % 2 === 0)
  const keys = await found(await TestSet.of(half), theirs, { salt })
  const millis = (list: readonly SetKey[]): number => list.reduce((sum, key) => sum + Number.parseInt(key.slice(0, 12), 16), 0) / list.length
  expect(millis(keys.slice(0, 500))).toBeGreaterThan(millis(keys.slice(2000, 2500)))
  expect(millis(keys.slice(2000, 2500))).toBeGreaterThan(millis(keys.slice(-500)))
})

test('a set that was made up to have another\'s sum is seen by an exact walk, and by no other', async () => {
  const random = new SeededRandom(8)
  const common = randomKeys(random, 50, { span: 1 })
  const pair = (ids: bigint[]): SetKey[] => ids.map(id => setKeyOf({ millis: 1_700_000_000_000, id: id.toString(16).padStart(64, '0') }))
  const [a, b] = [BigInt(`0x10${bytesToHex(random.bytes(31))}`), BigInt(`0x10${bytesToHex(random.bytes(31))}`)]
  const ours = await TestSet.of([...common, ...pair([a, b])])
  const theirs = await TestSet.of([...common, ...pair([a + 1n, b - 1n])])
  expect(fingerprintOf(theirs.keys)).toEqual(fingerprintOf(ours.keys))
  const root = await theirs.shown(salt).print('')
  expect(await ours.shown(salt).print('')).toEqual(root)
  const exactly = await theirs.shown(salt, true).print('')
  expect(await ours.shown(salt, true).print('')).not.toEqual(exactly)
  expect((await found(ours, theirs, { salt, exact: true })).sort()).toEqual(difference(theirs, ours))
})

test('another salt gives other prints and short ids of the same sets', async () => {
  const set = await TestSet.of(randomKeys(new SeededRandom(9), 20))
  const other = new Uint8Array(16).fill(8)
  expect(await set.shown(salt).print('')).not.toEqual(await set.shown(other).print(''))
  const others = await set.shown(other).shortIds('')
  expect([...(await set.shown(salt).shortIds('')).keys()].filter(id => others.has(id))).toEqual([])
  expect(others.size).toBe(20)
})

describe('a peer that lies', () => {
  test('about parts that aren\'t there sends a walk nowhere for as long as it is asked, and no longer', async () => {
    const ours = await TestSet.of(randomKeys(new SeededRandom(10), 100))
    let asked = 0
    const liar: Ask = async prefixes => asked++ >= 50 ? undefined : prefixes.map((prefix): RangeAnswer => ({ parts: [{ prefix: prefix + 'f', count: 2 ** 50, print: '00'.repeat(8) }] }))
    expect(await found(ours, ours, { salt, ask: liar })).toEqual([])
    expect(asked).toBe(51)
  })
})
