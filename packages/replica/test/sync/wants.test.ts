import { expect, test } from '@jest/globals'
import { Wants } from '../../src/sync/wants.js'

const [FIRST, SECOND] = ['aa'.repeat(32), 'bb'.repeat(32)]

test('a peer is asked once for each, and again for all when it gave no answer; that is told of', () => {
  const wants = new Wants()
  wants.add(FIRST, 'who brought it')
  expect(wants.toAsk('a')).toEqual([FIRST])
  expect(wants.toAsk('b')).toEqual([FIRST])
  wants.failed('b')
  wants.add(SECOND, 'who brought it')
  expect(wants.toAsk('a')).toEqual([SECOND])
  expect(wants.sought).toEqual([
    { update: FIRST, asked: [{ peer: 'b', isSilent: true }, { peer: 'a', isSilent: false }] },
    { update: SECOND, asked: [{ peer: 'a', isSilent: false }] }
  ])
  expect([wants.toAsk('a'), wants.toAsk('b')]).toEqual([[], [FIRST, SECOND]])
  expect(wants.sought[0]!.asked).toEqual([{ peer: 'a', isSilent: false }, { peer: 'b', isSilent: false }])
  wants.failed('a')
  wants.forget('a')
  expect(wants.sought[1]!.asked).toEqual([{ peer: 'b', isSilent: false }])
})
