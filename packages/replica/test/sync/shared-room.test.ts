import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { SharedRoom } from '../../src/sync/shared-room.js'
import { Wants } from '../../src/sync/wants.js'

const fill = (room: SharedRoom<string>, peer: string, count: number, bytes = 1): string[] =>
  Array.from({ length: count }, (_, i) => room.put(`${peer} ${i}`, `${peer} ${i}`, { peer, bytes })).flat()

describe('a room that peers share', () => {
  test('is all one peer\'s while nobody else wants any', () => {
    const room = new SharedRoom<string>({ entries: 10 })
    expect(fill(room, 'loud', 12)).toEqual(['loud 0', 'loud 1'])
    expect(room.size).toBe(10)
  })

  test('makes the one who takes most make room, by count and by bytes', () => {
    const room = new SharedRoom<string>({ entries: 10, bytes: 1000 })
    fill(room, 'quiet', 3)
    expect(fill(room, 'loud', 20).every(key => key.startsWith('loud'))).toBe(true)
    expect(fill(room, 'other', 2)).toEqual(['loud 13', 'loud 14'])
    expect(fill(room, 'large', 1, 990)).toEqual(['large 0'])
    expect(['quiet 0', 'quiet 1', 'quiet 2', 'other 0', 'loud 19'].map(key => room.get(key))).not.toContain(undefined)
  })

  test('never holds more than it may, and nobody who takes less than an equal part loses anything', () => {
    const step = fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 40 }))
    fc.assert(fc.property(fc.array(step, { maxLength: 200 }), steps => {
      const room = new SharedRoom<string>({ entries: 20, bytes: 200 })
      const held = new Map<string, { peer: number, bytes: number }>()
      for (const [i, [peer, bytes]] of steps.entries()) {
        held.set(`${i}`, { peer, bytes })
        for (const key of room.put(`${i}`, `${i}`, { peer: `${peer}`, bytes })) {
          const { peer: loser } = held.get(key)!
          const share = [...held.values()].filter(entry => entry.peer === loser)
          expect(share.length > 4 || share.reduce((sum, entry) => sum + entry.bytes, 0) > 40).toBe(true)
          held.delete(key)
        }
        expect([...room.keys]).toEqual([...held.keys()])
        expect(held.size).toBeLessThanOrEqual(20)
        expect([...held.values()].reduce((sum, entry) => sum + entry.bytes, 0)).toBeLessThanOrEqual(200)
      }
    }))
  })
})

describe('wants', () => {
  test('of one peer are still asked for while another points to thousands of updates that nobody has', () => {
    const wants = new Wants()
    wants.add('honest', 'a')
    for (let i = 0; i < 20_000; i++) wants.add(`false ${i}`, 'b')
    expect(wants.size).toBe(10_000)
    expect(wants.missing).toContain('honest')
  })

  test('are asked of each peer once, and again when it is forgotten', () => {
    const wants = new Wants()
    wants.add('one', 'a')
    expect(wants.toAsk('b')).toEqual(['one'])
    wants.add('two', 'a')
    wants.add('one', 'c')
    expect(wants.toAsk('b')).toEqual(['two'])
    expect(wants.toAsk('b')).toEqual([])
    wants.arrived('one')
    wants.forget('b')
    expect(wants.toAsk('b')).toEqual(['two'])
  })
})
