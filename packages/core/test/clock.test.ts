import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { CLOCK_BOUND, clockMillis, clockOf, nextClock } from '../src/clock.js'
import { assertAlways } from './verdict/fuzz.js'

const NOW = 1_700_000_000_000

describe('the hybrid clock', () => {
  test('has milliseconds above 16 bits of counter', () => {
    expect(clockOf(NOW, 7)).toBe(BigInt(NOW) * 65_536n + 7n)
    expect(clockMillis(clockOf(NOW, 65_535))).toBe(NOW)
    expect([clockOf(-1), clockOf(2 ** 50), clockOf(1.9)]).toEqual([0n, clockOf(2 ** 48 - 1), clockOf(1)])
  })

  test.each([
    ['nothing seen', [], clockOf(NOW, 1)],
    ['what is past makes no difference', [clockOf(NOW - 1, 65_535), clockOf(NOW)], clockOf(NOW, 1)],
    ['a tick after the greatest', [clockOf(NOW, 3), clockOf(NOW + 5, 9), clockOf(NOW + 2)], clockOf(NOW + 5, 10)],
    ['the counter runs over into the milliseconds', [clockOf(NOW, 65_535)], clockOf(NOW + 1)],
    ['the bound is followed', [clockOf(NOW + CLOCK_BOUND, 65_535)], clockOf(NOW + CLOCK_BOUND + 1)],
    ['and nothing beyond it', [clockOf(NOW + CLOCK_BOUND + 1), clockOf(NOW + 1)], clockOf(NOW + 1, 1)],
    ['the far future is passed over', [2n ** 64n - 1n], clockOf(NOW, 1)]
  ])('%s', (_, seen, expected) => {
    expect(nextClock(NOW, seen)).toBe(expected)
  })

  test('goes past what it follows, stays near its own time, and has its 64 bits', () => {
    const clock = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
    const near = fc.tuple(fc.integer({ min: -CLOCK_BOUND * 2, max: CLOCK_BOUND * 2 }), fc.nat({ max: 65_535 })).map(([ms, counter]) => clockOf(NOW + ms, counter))
    assertAlways(fc.property(fc.oneof(fc.constantFrom(NOW, 0, 2 ** 48 - 1), fc.nat()), fc.array(fc.oneof(clock, near)), (now, seen) => {
      const next = nextClock(now, seen)
      const limit = clockOf(now + CLOCK_BOUND, 65_535)
      expect(next > clockOf(now) || next === 2n ** 64n - 1n).toBe(true)
      for (const other of seen) if (other <= limit) expect(next > other || other === 2n ** 64n - 1n).toBe(true)
      expect(next <= limit + 1n && next < 2n ** 64n).toBe(true)
    }), 300)
  })

  test('at the end of time it stands still', () => {
    expect(nextClock(2 ** 48 - 1, [2n ** 64n - 1n])).toBe(2n ** 64n - 1n)
  })
})
