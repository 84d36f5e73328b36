import { expect, test } from '@jest/globals'
import { SeededRandom } from '@dinemic/core/testing'
import { fingerprintOf } from '../../src/reconcile/fingerprint.js'
import { LEAF, RadixSums } from '../../src/reconcile/radix-sums.js'
import type { SetChange } from '../../src/reconcile/radix-sums.js'
import { EMPTY_NODE, decodeNode, encodeNode } from '../../src/reconcile/radix-node.js'
import type { RadixNode } from '../../src/reconcile/radix-node.js'
import { KEY_DIGITS } from '../../src/reconcile/set-key.js'
import { DAY, TestSet, randomKeys } from './sets.js'

const SHAPES = { 'one burst': { span: 50 }, 'one millisecond': { span: 1 }, 'half a year': { span: 180 * DAY } }

for (const [name, shape] of Object.entries(SHAPES)) {
  test(`${name}: each part's sum is that of its keys, whatever came and went`, async () => {
    const random = new SeededRandom(1, name)
    const set = await TestSet.of(randomKeys(random, 700, shape))
    for (let round = 0; round < 6; round++) {
      const leaving = random.shuffled([...set.keys]).slice(0, random.below(set.keys.length)).map((key): SetChange => ({ key, sign: -1 }))
      const coming = randomKeys(random, random.below(400), shape).map((key): SetChange => ({ key, sign: 1 }))
      await set.change([...leaving, ...coming])
      for (let i = 0; i < 25; i++) {
        const key = random.pick([...set.keys]) ?? ''
        const prefix = key.slice(0, random.below(40))
        expect(await set.sums.fingerprint(prefix)).toEqual(fingerprintOf(set.under(prefix)))
        const parts = await set.sums.parts(prefix)
        expect(parts.map(part => part.fingerprint)).toEqual(parts.map(part => fingerprintOf(set.under(part.prefix))))
        expect(parts.reduce((sum, part) => sum + part.fingerprint.count, 0)).toBe(set.under(prefix).length)
        expect(parts.length).toBeLessThanOrEqual(16)
        if (set.under(prefix).length > 1) expect(parts.length).toBeGreaterThan(1)
      }
    }
  })
}

test('the tree depends on the set alone: not on the way to it', async () => {
  const random = new SeededRandom(2)
  const keys = randomKeys(random, 900, { span: 5000 })
  const passing = randomKeys(random, 1000, { span: 5000 })
  const straight = await TestSet.of(keys)
  const winding = await TestSet.of(passing)
  const shuffled = random.shuffled(keys)
  for (let at = 0; at < shuffled.length; at += 7) await winding.change(shuffled.slice(at, at + 7).map(key => ({ key, sign: 1 })))
  await winding.change(passing.map(key => ({ key, sign: -1 })))
  const nodes = (set: TestSet): [string, RadixNode][] => [...set.taken()].flatMap(([prefix, node]): [string, RadixNode][] => node === undefined ? [] : [[prefix, node]]).sort()
  expect(nodes(winding)).toEqual(nodes(straight))
})

test('a change writes one node on each level; rows that no part needs go', async () => {
  const random = new SeededRandom(3)
  const set = await TestSet.of(randomKeys(random, 10_000, { span: 180 * DAY }))
  const built = set.taken()
  expect(built.size).toBeLessThan(10_000 / 16)
  const [key] = randomKeys(random, 1, { span: 180 * DAY })
  await set.change([{ key: key!, sign: 1 }])
  const touched = [...set.taken().keys()]
  expect(touched.length).toBeLessThanOrEqual(8)
  expect(touched.every(prefix => key!.startsWith(prefix))).toBe(true)
  await set.change(set.keys.slice(LEAF).map(gone => ({ key: gone, sign: -1 })))
  const left = set.taken()
  expect([...built.keys()].filter(prefix => prefix !== '' && left.get(prefix) !== undefined)).toEqual([...left].flatMap(([prefix, node]) => prefix !== '' && node !== undefined ? [prefix] : []))
  expect([...left.values()].filter(node => node === undefined).length).toBeGreaterThan(built.size / 2)
})

test('sums go on from their rows, without a look at what they know', async () => {
  const random = new SeededRandom(4)
  const set = await TestSet.of(randomKeys(random, 3000, { span: 100_000 }))
  const rows = new Map([...set.taken()].flatMap(([prefix, node]) => node === undefined ? [] : [[prefix, encodeNode(node)]]))
  let scanned = 0
  const again = new RadixSums({
    node: async prefix => rows.has(prefix) ? decodeNode(rows.get(prefix)!) : undefined,
    keys: async (prefix, limit) => {
      const keys = set.under(prefix).slice(0, limit)
      scanned += keys.length
      return keys
    }
  })
  expect(await again.fingerprint('')).toEqual(fingerprintOf(set.keys))
  expect(scanned).toBe(0)
  const more = randomKeys(random, 50, { span: 100_000 })
  await set.change(more.map(key => ({ key, sign: 1 })))
  await again.apply(more.map(key => ({ key, sign: 1 })))
  for (const key of set.keys.slice(0, 60)) expect(await again.fingerprint(key.slice(0, 10))).toEqual(fingerprintOf(set.under(key.slice(0, 10))))
})

test('a part whose sums are wrong is made right from its keys, with all above and below it', async () => {
  const random = new SeededRandom(5)
  const set = await TestSet.of(randomKeys(random, 2000, { span: 5000 }))
  const rows = new Map([...set.taken()].flatMap(([prefix, node]) => node === undefined ? [] : [[prefix, node]]))
  const stale = new Set(random.shuffled([...set.keys]).slice(0, 300))
  await set.change([...stale].map(key => ({ key, sign: -1 })))
  const again = new RadixSums({ node: async prefix => rows.get(prefix), keys: async (prefix, limit) => set.under(prefix).slice(0, limit) })
  expect(await again.fingerprint('')).not.toEqual(fingerprintOf(set.keys))
  let mended = 0
  for (const { prefix } of await again.parts('')) if (await again.correct(prefix, set.under(prefix))) mended++
  expect(mended).toBeGreaterThan(0)
  expect(await again.fingerprint('')).toEqual(fingerprintOf(set.keys))
  for (const key of set.keys.slice(0, 60)) expect(await again.fingerprint(key.slice(0, 11))).toEqual(fingerprintOf(set.under(key.slice(0, 11))))
  expect(await again.correct('', set.keys)).toBe(false)
})

test('who looks while thousands of nodes are being stored sees what is, then and afterwards, and so does who began before', async () => {
  /** As if there were five keys for each four digits behind the millis: so 4,096 nodes at the lowest level, more than memory keeps. */
  const [top, bottom, of] = [12, 15, 5]
  const wide = (prefix: string): RadixNode => EMPTY_NODE.map((empty, digit) => prefix.length < top && digit > 0 ? empty : { count: of * 16 ** Math.min(4, bottom - prefix.length), sum: 0n })
  const rows = new Map<string, RadixNode>()
  let pause: Promise<void> | undefined
  const sums = new RadixSums({
    node: async prefix => {
      const node = rows.get(prefix) ?? wide(prefix)
      await pause
      return node
    },
    keys: async () => []
  })
  const places = Array.from({ length: 4096 }, (_, i) => `${'0'.repeat(top)}${i.toString(16).padStart(3, '0')}0`)
  const look = async (): Promise<void> => { for (const place of places) expect(await sums.fingerprint(place)).toMatchObject({ count: of - 1 }) }

  let goOn = (): void => {}
  pause = new Promise(resolve => { goOn = resolve })
  const early = places.slice(0, 50).map(async place => await sums.fingerprint(place))
  pause = undefined
  await sums.apply(places.map(place => ({ key: place.padEnd(KEY_DIGITS, '0'), sign: -1 })))
  const changed = sums.takeChanged()
  await look()
  for (const [prefix, node] of changed) rows.set(prefix, node!)
  sums.stored()
  goOn()
  await Promise.all(early)
  await look()
})
