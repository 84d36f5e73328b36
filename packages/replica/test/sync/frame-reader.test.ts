import { expect, test } from '@jest/globals'
import { bindNetwork, encode } from '@dinemic/core'
import type { Reports } from '../../src/report.js'
import { FrameReader } from '../../src/sync/frame-reader.js'
import { CountingPlatform } from '../counting-platform.js'
import { provider } from '../harness.js'

/** A reader, what it reported, and how often it let others have their turn. */
function reading (): { reader: FrameReader, reasons: string[], turns: () => number } {
  const reasons: string[] = []
  const platform = new CountingPlatform()
  const reader = new FrameReader({
    binding: bindNetwork(provider, 'test'),
    platform,
    report: (_event, payload) => { reasons.push((payload as Reports['rejected']).reason) }
  })
  return { reader, reasons, turns: () => platform.pauses }
}

test('a message of very many empty frames is refused before it is built, and told of once', async () => {
  const { reader, reasons } = reading()
  const data = encode(Array.from({ length: 500_000 }, () => new Uint8Array(0)))
  expect(await reader.message('Person', data, 'eve')).toEqual({ updates: [], bad: true })
  expect(reasons).toEqual([expect.stringContaining('more items than they may')])
})

test('of many bad frames some are told of one by one, the rest together, and others have their turn in between', async () => {
  const { reader, reasons, turns } = reading()
  const frames = Array.from({ length: 3000 }, (_, i) => new Uint8Array(150).fill(i))
  expect(await reader.message('Person', encode(frames), 'eve')).toEqual({ updates: [], bad: true })
  expect(reasons).toHaveLength(11)
  expect(reasons[10]).toBe('2990 more frames of the same message or answer are bad')
  expect(turns()).toBeGreaterThan(40)
})
