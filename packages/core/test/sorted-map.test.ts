import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { SortedMap } from '../src/sorted-map.js'
import { assertAlways } from './verdict/fuzz.js'

const key = fc.string({ unit: fc.constantFrom(...'abc'), maxLength: 5 })
const edits = fc.array(fc.tuple(fc.constantFrom('set', 'delete'), key, fc.nat({ max: 3 })), { maxLength: 200 })
type Edits = readonly (readonly [string, string, number])[]

function edited (map: SortedMap<number>, changes: Edits): SortedMap<number> {
  return changes.reduce((made, [verb, at, value]) => verb === 'set' ? made.set(at, value) : made.delete(at), map)
}

function plain (changes: Edits): [string, number][] {
  const map = new Map<string, number>()
  for (const [verb, at, value] of changes) {
    if (verb === 'set') map.set(at, value)
    else map.delete(at)
  }
  return [...map].sort(([a], [b]) => a < b ? -1 : 1)
}

/** So many keys in order, none like another. */
const numbered = (count: number): [string, number][] => Array.from({ length: count }, (_, i) => [String(i).padStart(6, '0'), i])

/** How many keys a look-up compares at most: the height, found without a look inside. */
function comparisons (map: SortedMap<number>, wanted: string): number {
  let count = 0
  const counting = { [Symbol.toPrimitive]: () => { count++; return wanted } }
  map.rank(counting as unknown as string)
  return count
}

describe('SortedMap', () => {
  test('is what a sorted array would be', () => {
    assertAlways(fc.property(edits, key, fc.nat({ max: 120 }), (changes, wanted, from) => {
      const map = edited(SortedMap.empty(), changes)
      const expected = plain(changes)
      expect([...map]).toEqual(expected)
      expect([...map.keys()]).toEqual(expected.map(([at]) => at))
      expect([...map.values(from)]).toEqual(expected.slice(from).map(([, value]) => value))
      expect(map.size).toBe(expected.length)
      expect(map.get(wanted)).toBe(new Map(expected).get(wanted))
      expect(map.has(wanted)).toBe(new Map(expected).has(wanted))
      expect(map.rank(wanted)).toBe(expected.filter(([at]) => at < wanted).length)
      for (const index of [-1, 0, from, expected.length - 1, expected.length]) expect(map.at(index)).toEqual(index < 0 ? undefined : expected[index])
      expect([...SortedMap.from(expected)]).toEqual(expected)
      expect([...SortedMap.from([...expected].reverse())]).toEqual(expected)
      expect([...map.map((value, at) => at + value)]).toEqual(expected.map(([at, value]) => [at, at + value]))
    }), 500)
  })

  test('an edit leaves the old one as it was, and gives the same where it changes nothing', () => {
    assertAlways(fc.property(edits, edits, key, (first, second, other) => {
      const map = edited(SortedMap.empty(), first)
      const before = [...map]
      edited(map, second)
      expect([...map]).toEqual(before)
      const value = map.get(other)
      expect(value === undefined ? map.delete(other) : map.set(other, value)).toBe(map)
    }), 300)
  })

  test('the changes between two are all that differs, in order', () => {
    assertAlways(fc.property(edits, edits, fc.boolean(), (first, second, related) => {
      const one = edited(SortedMap.empty(), first)
      const other = edited(related ? one : SortedMap.empty(), second)
      const keys = [...new Set([...one.keys(), ...other.keys()])].sort()
      const differing = keys.filter(at => one.get(at) !== other.get(at)).map(at => ({ key: at, before: one.get(at), after: other.get(at) }))
      expect([...other.changesSince(one)]).toEqual(differing)
    }), 500)
  })

  test.each([['in order', (i: number) => i], ['backwards', (i: number) => 20_000 - i], ['from both ends', (i: number) => i % 2 === 0 ? i : 20_000 - i]])('stays in balance when 20,000 come %s and all but 1,000 go again', (_, place) => {
    let map = SortedMap.empty<number>()
    const entries = numbered(20_001)
    for (let i = 0; i < 20_000; i++) map = map.set(...entries[place(i)]!)
    for (let i = 0; i < 20_000; i += 997) expect(comparisons(map, entries[i]![0])).toBeLessThanOrEqual(30)
    for (const at of [...map.keys()].slice(500, -500)) map = map.delete(at)
    expect(map.size).toBe(1000)
    for (const [at] of map.entries(0)) expect(comparisons(map, at)).toBeLessThanOrEqual(22)
  })

  test('finding what one edit changed compares a few keys of 20,000', () => {
    let compared = 0
    const counted = (text: string): string => ({ [Symbol.toPrimitive]: () => { compared++; return text } }) as unknown as string
    const keys = numbered(20_000).map(([at]) => counted(at))
    const map = SortedMap.from(keys.map((at): [string, number] => [at, 1]))
    const edits = [map.set(keys[10_000]!, 2), map.set(counted('010000x'), 2), map.delete(keys[10_000]!), map.set(counted(''), 2), map.delete(keys[19_999]!)]
    compared = 0
    for (const changed of edits) {
      expect([...changed.changesSince(map)]).toHaveLength(1)
      expect([...map.changesSince(changed)]).toHaveLength(1)
    }
    expect(compared).toBeLessThan(10 * 100)
  })
})
