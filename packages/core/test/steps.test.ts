import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { SortedMap } from '../src/sorted-map.js'
import { finish, sortInSteps } from '../src/steps.js'

test('sorting in steps sorts, and leaves equal ones as they came', () => {
  fc.assert(fc.property(fc.array(fc.nat({ max: 500 }), { maxLength: 3000, size: 'max' }), numbers => {
    const items = numbers.map((key, place) => ({ key, place }))
    expect(finish(sortInSteps(items, (a, b) => a.key - b.key))).toEqual(items.toSorted((a, b) => a.key - b.key))
  }), { seed: 20140 })
})

test('no step compares many', () => {
  let compared = 0
  let most = 0
  const items = Array.from({ length: 50_000 }, (_, i) => i * 7919 % 50_000)
  const sorting = sortInSteps(items, (a, b) => { compared++; return a - b })
  for (let step = sorting.next(); step.done !== true; step = sorting.next()) {
    most = Math.max(most, compared)
    compared = 0
  }
  expect(most).toBeLessThan(512 * 10)
})

test('a sorted map of entries in any order, of two with one key the later one', () => {
  const entries = Array.from({ length: 2000 }, (_, i): [string, number] => [`k${i * 7919 % 1500}`, i])
  expect([...finish(SortedMap.building(entries))]).toEqual([...SortedMap.from(entries)])
  expect([...SortedMap.from(entries)]).toEqual([...new Map(entries)].sort(([a], [b]) => a < b ? -1 : 1))
})
