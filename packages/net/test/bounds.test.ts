import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { LIMITS, PENDING_GOSSIP, REDIAL } from '../src/limits.js'
import { Offences } from '../src/offences.js'
import { Redial } from '../src/redial.js'
import { Stalls } from '../src/stalls.js'
import { Verdicts } from '../src/verdict.js'

describe('gossip that waits for its verdict', () => {
  function held (): { verdicts: Verdicts, release: () => void, judged: string[] } {
    const judged: string[] = []
    let release!: () => void
    const released = new Promise<void>(resolve => { release = resolve })
    const verdicts = new Verdicts({
      topicOf: topic => topic,
      isPeer: async () => true,
      judge: async (_topic, _data, from) => {
        judged.push(from)
        await released
        return 'accept'
      },
      offended: () => {}
    })
    return { verdicts, release, judged }
  }

  test('is bounded for each peer and for all', async () => {
    const { verdicts, release, judged } = held()
    const data = new Uint8Array(LIMITS.message)
    const perPeer = PENDING_GOSSIP.ofPeer / data.length
    const peers = PENDING_GOSSIP.ofAll / PENDING_GOSSIP.ofPeer
    const waiting = Array.from({ length: peers }, (_, i) => Array.from({ length: perPeer }, async () => await verdicts.of('t', data, `p${i}`))).flat()
    expect(await verdicts.of('t', Uint8Array.of(1), 'p0')).toBe('ignore')
    expect(await verdicts.of('t', Uint8Array.of(1), 'another')).toBe('ignore')
    release()
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['accept']))
    expect(judged.length).toBe(perPeer * peers)
    expect(await verdicts.of('t', Uint8Array.of(1), 'p0')).toBe('accept')
  })
})

describe('offences', () => {
  test('lower the score, shut out, and are forgiven', () => {
    let now = 0
    const offences = new Offences(() => now)
    for (let i = 1; i < 8; i++) expect(offences.add('p')).toBe(false)
    expect(offences.score('p')).toBe(-70)
    expect(offences.isShutOut('p')).toBe(false)
    expect(offences.add('p')).toBe(true)
    expect(offences.isShutOut('p')).toBe(true)
    expect(offences.isShutOut('q')).toBe(false)
    now += 10 * 60_000 + 1
    expect(offences.isShutOut('p')).toBe(false)
    expect(offences.score('p') === 0).toBe(true)
  })

  test('of very many peers are not all remembered', () => {
    const offences = new Offences(() => 0)
    for (let i = 0; i < 8; i++) offences.add('first')
    for (let i = 0; i < 1_000; i++) offences.add(`p${i}`)
    expect(offences.isShutOut('first')).toBe(false)
    expect(offences.score('p999')).toBe(-10)
  })
})

describe('stalls', () => {
  test('are counted by rounds, and not after something was finished', () => {
    let now = 0
    const stalls = new Stalls(() => now)
    const round = (): boolean[] => {
      const began = stalls.now
      now += 10
      return [stalls.add('p', began), stalls.add('p', began), stalls.add('p', began)]
    }
    expect([round(), round()].flat()).not.toContain(true)
    stalls.forget('p')
    expect([round(), round()].flat()).not.toContain(true)
    expect(round()).toContain(true)
  })
})

describe('redial', () => {
  beforeEach(() => { jest.useFakeTimers() })
  afterEach(() => { jest.useRealTimers() })

  test('waits longer each time, up to a bound, and starts anew after a success', async () => {
    const dials: number[] = []
    let reachable = false
    const redial = new Redial({
      dial: async () => {
        dials.push(Date.now())
        if (!reachable) throw new Error('nobody there')
        return 'p'
      },
      isConnected: () => false
    })
    redial.keep('address')
    await jest.advanceTimersByTimeAsync(10 * REDIAL.longest)
    const waits = dials.slice(1).map((time, i) => time - dials[i]!)
    expect(waits.slice(0, 3)).toEqual([2 * REDIAL.first, 4 * REDIAL.first, 8 * REDIAL.first])
    expect(Math.max(...waits)).toBe(REDIAL.longest)
    reachable = true
    await jest.advanceTimersByTimeAsync(REDIAL.longest)
    const count = dials.length
    await jest.advanceTimersByTimeAsync(10 * REDIAL.longest)
    expect(dials.length).toBe(count)
    redial.lost('p')
    await jest.advanceTimersByTimeAsync(REDIAL.first)
    expect(dials.length).toBe(count + 1)
    redial.stop()
    redial.lost('p')
    expect(jest.getTimerCount()).toBe(0)
  })

  test('leaves alone who was forgotten or is connected', async () => {
    let dials = 0
    const connected = new Set(['here'])
    const redial = new Redial({
      dial: async () => {
        dials++
        return 'gone'
      },
      isConnected: peer => connected.has(peer)
    })
    redial.keep('address of here', 'here')
    redial.keep('address of gone', 'gone')
    redial.forget('gone')
    redial.lost('gone')
    redial.lost('here')
    await jest.advanceTimersByTimeAsync(REDIAL.longest)
    expect(dials).toBe(0)
    redial.stop()
  })
})
