import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { Encounters } from '../src/encounters.js'
import { ENOUGH_PEERS, MOST_FOUND, TIMES } from '../src/limits.js'
import { soften } from '../src/soften.js'

beforeEach(() => { jest.useFakeTimers() })
afterEach(() => { jest.useRealTimers() })

describe('questions and answers in the LAN', () => {
  function record (connected: number, random?: () => number) {
    const log: object[] = []
    const multicast = { query: (question: object) => { log.push(question) }, respond: (answer: object) => { log.push(answer) } }
    soften(multicast, () => connected, random)
    return { multicast, log }
  }

  test('who is alone asks each time, and of many about one', () => {
    const alone = record(0)
    for (let i = 0; i < 100; i++) alone.multicast.query({})
    expect(alone.log).toHaveLength(100)

    let draws = 0
    const among = record(9, () => (draws++ % 1_000) / 1_000)
    for (let i = 0; i < 1_000; i++) among.multicast.query({})
    expect(among.log).toHaveLength(100)
  })

  test('a host answers at once, and then once a second, with what is true then', () => {
    const { multicast, log } = record(0)
    for (let ms = 0; ms < 2_500; ms += 100) {
      multicast.respond({ ms })
      jest.advanceTimersByTime(100)
    }
    expect(log).toEqual([{ ms: 0 }, { ms: 900 }, { ms: 1_900 }])
    jest.advanceTimersByTime(10_000)
    expect(log).toHaveLength(4)
    multicast.respond({ ms: 'later' })
    expect(log).toHaveLength(5)
  })
})

describe('encounters', () => {
  function gather (connected: string[]) {
    const met: string[] = []
    const encounters = new Encounters({
      isConnected: peer => connected.includes(peer),
      connected: () => connected.length,
      meet: ({ id }) => { met.push(id) }
    })
    return { met, encounters }
  }
  const peer = (id: string) => ({ id, addresses: [] })

  test('all who are found are met, once, unless they are connected', () => {
    const { met, encounters } = gather(['b'])
    for (const id of ['a', 'b', 'c', 'a']) encounters.found(peer(id))
    jest.advanceTimersByTime(TIMES.gather)
    expect(met.sort()).toEqual(['a', 'c'])
    jest.advanceTimersByTime(10 * TIMES.gather)
    expect(met).toHaveLength(2)
  })

  test('of too many some are met, and not those who were first', () => {
    const { met, encounters } = gather(Array.from({ length: ENOUGH_PEERS - 50 }, (_, i) => `connected ${i}`))
    for (let i = 0; i < 2 * MOST_FOUND; i++) encounters.found(peer(`${i}`))
    jest.advanceTimersByTime(TIMES.gather)
    expect(met).toHaveLength(50)
    expect(new Set(met).size).toBe(50)
    expect(met.every(id => Number(id) < MOST_FOUND)).toBe(true)
    // By chance these are the first fifty once in 10^84 runs.
    expect(met.some(id => Number(id) >= 50)).toBe(true)
  })

  test('nobody is met after the end', () => {
    const { met, encounters } = gather([])
    encounters.found(peer('a'))
    encounters.stop()
    jest.advanceTimersByTime(TIMES.gather)
    expect(met).toEqual([])
    expect(jest.getTimerCount()).toBe(0)
  })
})
