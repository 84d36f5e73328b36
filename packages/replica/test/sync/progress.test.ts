import { expect, test } from '@jest/globals'
import type { Reports } from '../../src/report.js'
import { Progress } from '../../src/sync/progress.js'

test('what is on the way is what is left, though one of those who bring it has stopped', () => {
  const told: Reports['sync'][] = []
  const progress = new Progress({
    platform: { now: () => 0, random: length => new Uint8Array(length), schedule: () => () => {} },
    report: (_event, payload) => { told.push(payload as Reports['sync']) },
    interest: { models: ['Person'], isPartial: () => false }
  })
  const want = (): number => progress.status.models[0]!.want
  for (const peer of ['stops', 'goes on']) progress.met(peer)
  progress.joining('stops', 'Person', 100)
  progress.counted('Person', 60)
  progress.joining('goes on', 'Person', 100)
  expect([want(), told.at(-1)]).toEqual([40, { peer: 'goes on', model: 'Person', have: 60, want: 40 }])
  progress.counted('Person', 30)
  expect(want()).toBe(10)
  progress.pulling('goes on', 'Person', 25)
  expect(want()).toBe(25)
  progress.pulling('goes on', 'Person', 25, 200)
  expect([want(), told.at(-1)]).toEqual([110, { peer: 'goes on', model: 'Person', have: 90, want: 110 }])
  progress.counted('Person', 95)
  expect(want()).toBe(25)
  for (const peer of ['goes on', 'stops']) progress.pulling(peer, 'Person', 0)
  expect(want()).toBe(0)
})

test('of a peer that has gone nothing is told and nothing expected, whatever ends later', () => {
  const told: Reports['sync'][] = []
  const progress = new Progress({
    platform: { now: () => 7, random: length => new Uint8Array(length), schedule: () => () => {} },
    report: (_event, payload) => { told.push(payload as Reports['sync']) },
    interest: { models: ['Person'], isPartial: () => false }
  })
  progress.met('a')
  progress.ended('a', { result: 'equal' })
  expect(progress.status.peers).toEqual([{ peer: 'a', at: 7, result: 'equal', differs: [] }])
  progress.joining('a', 'Person', 100)
  progress.gone('a')
  expect(told.at(-1)).toEqual({ peer: 'a', model: 'Person', have: 0, want: 0 })
  expect(progress.joining('a', 'Person', 100)).toBe(100)
  progress.pulling('a', 'Person', 7)
  progress.ended('a', { result: 'failed', reason: 'no answer' })
  expect(told).toHaveLength(2)
  expect(progress.status).toEqual({ models: [{ model: 'Person', have: 0, want: 0 }], peers: [] })
})
