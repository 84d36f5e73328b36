import { expect, test } from '@jest/globals'
import { WeighedCache } from '../src/weighed-cache.js'

const held = (cache: WeighedCache<string, number[]>, keys: string): string => [...keys].filter(key => cache.get(key) !== undefined).join('')

test('what was used longest ago goes first, when all of it weighs too much', () => {
  const cache = new WeighedCache<string, number[]>(10, ({ length }) => length)
  for (const key of 'abcde') cache.set(key, [1, 2])
  expect(held(cache, 'abcde')).toBe('abcde')
  cache.get('a')
  cache.set('f', [1, 2, 3])
  expect(held(cache, 'abcdef')).toBe('adef')
  cache.set('g', [])
  expect(held(cache, 'adefg')).toBe('adefg')
  cache.delete('d')
  cache.set('h', [1, 2])
  expect(held(cache, 'adefgh')).toBe('aefgh')
})

test('what was set last stays, however heavy; what replaces it is weighed anew', () => {
  const cache = new WeighedCache<string, number[]>(3, ({ length }) => length)
  const grows = [1]
  cache.set('a', grows)
  cache.set('b', [1])
  grows.push(2, 3, 4, 5)
  cache.set('a', grows)
  expect(held(cache, 'ab')).toBe('a')
  cache.set('b', [1])
  expect(held(cache, 'ab')).toBe('b')
  cache.set('a', [1, 2])
  expect(held(cache, 'ab')).toBe('ab')
})
