import { expect, test } from '@jest/globals'
import { BoundedCache } from '../src/bounded-cache.js'

test('keeps what is used and forgets what is not', () => {
  const cache = new BoundedCache<number, string>(10)
  cache.set(-1, 'used')
  cache.set(-2, 'unused')
  for (let i = 0; i < 100; i++) {
    cache.set(i, String(i))
    expect(cache.get(-1)).toBe('used')
  }
  expect(cache.get(-2)).toBeUndefined()
  expect(cache.get(99)).toBe('99')
})

test('never holds more than twice its size', () => {
  const cache = new BoundedCache<number, string>(10)
  for (let i = 0; i < 1000; i++) cache.set(i, 'x')
  expect(Array.from({ length: 1000 }, (_, i) => cache.get(i)).filter(value => value !== undefined).length).toBeLessThanOrEqual(20)
})
