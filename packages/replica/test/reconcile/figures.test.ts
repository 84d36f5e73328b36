import { expect, test } from '@jest/globals'
import { SeededRandom } from '@dinemic/core/testing'
import type { SetKey } from '@dinemic/core'
import { walk } from '../../src/reconcile/walk.js'
import { decodeRanges, encodeRanges } from '../../src/sync/range-messages.js'
import { encodeRequest, encodeWelcome } from '../../src/sync/messages.js'
import { DAY, TestSet, difference, randomKeys } from './sets.js'

const N = 100_000
const D = 100
const salt = new Uint8Array(16).fill(7)

/** What a comparison costs, both ways: the greetings, the walk over real messages, and the ids that are asked for. */
async function costOf (ours: TestSet, theirs: TestSet): Promise<{ bytes: number, rounds: number, found: number }> {
  const greeting = { version: 1, time: 1_700_000_000_000, salt, prints: [{ model: 'Person', ...await ours.shown(salt).print('') }], audit: { model: 'Person', prefix: '018bcfe568' } }
  const welcome = { version: 1, time: 1_700_000_000_000, prints: [{ model: 'Person', ...await theirs.shown(salt).print('') }], audit: await theirs.shown(salt, true).print('018bcfe568') }
  let bytes = encodeRequest({ ask: 'compare', greeting }).length + encodeWelcome(welcome).length
  let rounds = 1
  let found = 0
  if (welcome.prints[0]!.print === greeting.prints[0]!.print) return { bytes, rounds, found }
  const shown = theirs.shown(salt)
  const ask = async (prefixes: readonly string[]): Promise<ReturnType<typeof decodeRanges>> => {
    const answers = encodeRanges(prefixes, await Promise.all(prefixes.map(async prefix => await shown.answer(prefix))))
    bytes += encodeRequest({ ask: 'ranges', model: 'Person', salt, exact: false, prefixes }).length + answers.length
    rounds++
    return decodeRanges(prefixes, answers)
  }
  for await (const wanted of walk({ ours: ours.shown(salt), ask }, [''])) {
    found += wanted.reduce((sum, { shortIds }) => sum + shortIds.length, 0)
    if (wanted.length > 0) bytes += encodeRequest({ ask: 'fetch', model: 'Person', salt, wanted }).length
  }
  return { bytes, rounds, found }
}

async function both (all: readonly SetKey[], lacking: ReadonlySet<SetKey>): Promise<{ one: Awaited<ReturnType<typeof costOf>>, other: Awaited<ReturnType<typeof costOf>> }> {
  const [ours, theirs] = [await TestSet.of(all.filter(key => !lacking.has(key))), await TestSet.of(all)]
  expect(difference(theirs, ours)).toHaveLength(lacking.size)
  return { one: await costOf(ours, theirs), other: await costOf(theirs, ours) }
}

// Each side compares for itself, so a session is both of these.

test(`${N} updates on both sides, nothing differs: 2 kB, 2 round trips`, async () => {
  const { one, other } = await both(randomKeys(new SeededRandom(1), N, { span: 180 * DAY }), new Set())
  expect(one.rounds + other.rounds).toBe(2)
  expect(one.bytes + other.bytes).toBeLessThan(400)
})

test(`${D} of ${N} differ, the newest: 15 kB`, async () => {
  const all = randomKeys(new SeededRandom(2), N, { span: 180 * DAY }).sort()
  const { one, other } = await both(all, new Set(all.slice(-D)))
  expect(one.found).toBe(D)
  expect(one.bytes + other.bytes).toBeLessThan(12_000)
  expect(one.rounds).toBeLessThan(8)
})

test(`${D} of ${N} differ, spread over half a year: 110 kB`, async () => {
  const random = new SeededRandom(3)
  const all = randomKeys(random, N, { span: 180 * DAY })
  const { one, other } = await both(all, new Set(random.shuffled(all).slice(0, D)))
  expect(one.found).toBe(D)
  expect(one.bytes + other.bytes).toBeLessThan(110_000)
  expect(one.rounds).toBeLessThan(8)
})
