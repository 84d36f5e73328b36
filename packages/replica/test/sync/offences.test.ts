import { expect, test } from '@jest/globals'
import { Offences } from '../../src/sync/offences.js'

const DAY = 86_400_000

/** A clock that is moved by hand. */
function offencesAt (now: number): { offences: Offences, clock: { now: number } } {
  const clock = { now }
  return { offences: new Offences({ now: () => clock.now }), clock }
}

test('a peer is left alone for longer each time, and for five minutes at most', () => {
  const { offences, clock } = offencesAt(DAY)
  const waits = Array.from({ length: 10 }, () => {
    offences.note('peer')
    const wait = offences.wait('peer')
    clock.now += wait - 1
    expect(offences.wait('peer')).toBe(1)
    clock.now++
    expect(offences.wait('peer')).toBe(0)
    return wait
  })
  expect(waits).toEqual([2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000])
})

test('who has brought something may be asked at once and has one offence less, and others have nothing to do with it', () => {
  const { offences } = offencesAt(DAY)
  for (let i = 0; i < 3; i++) offences.note('peer')
  expect(offences.wait('other')).toBe(0)
  offences.forgive('peer')
  expect(offences.wait('peer')).toBe(0)
  offences.note('peer')
  expect(offences.wait('peer')).toBe(8000)
  for (let i = 0; i < 5; i++) offences.forgive('peer')
  offences.note('peer')
  expect(offences.wait('peer')).toBe(2000)
})

test.each([1000, DAY])('a clock that goes back by %d ms makes nobody wait for longer than one time more', back => {
  const { offences, clock } = offencesAt(2 * DAY)
  offences.note('peer')
  clock.now -= back
  expect(offences.wait('peer')).toBe(2000)
  clock.now += 500
  expect(offences.wait('peer')).toBe(1500)
  clock.now += 1500
  expect(offences.wait('peer')).toBe(0)
})
