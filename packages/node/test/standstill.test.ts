import { expect, test } from '@jest/globals'
import { describeStandstill } from '../src/standstill.js'

type Known = Parameters<typeof describeStandstill>[0]
type Round = Known['sync']['peers'][number]

const HERE = 'everything that the connected peers have is here'

function known (round: Partial<Round>, refused: Partial<Known['refused']>): Known {
  return {
    running: true, peers: ['a'], sync: { models: [], peers: [{ peer: 'a', at: 0, result: 'equal', differs: [], ...round }] }, pending: { count: 0, bytes: 0, limit: 1000 },
    refused: { admit: 0, quota: 0, rate: 0, ...refused }, missing: [], disk: { strangers: 3, quota: 10 }
  }
}

test('what was refused once and has come since is no reason', () => {
  expect(describeStandstill(known({}, { admit: 2, quota: 5 }))).toBe(HERE)
})

test('what was refused is a reason where the last comparison with somebody found something that differs', () => {
  const round = { result: 'nothing', differs: [{ model: 'Person', here: 1, there: 2 }] } as const
  const quota = 'updates found no room in the quotas (5 refusals since the start); strangers take 3 of 10 bytes'
  expect(describeStandstill(known(round, { quota: 5 }))).toBe(quota)
  expect(describeStandstill(known(round, { admit: 1 }))).toBe('the option admit refused updates (1 refusal since the start)')
  expect(describeStandstill(known(round, { admit: 2, quota: 5 }))).toBe(`${quota}; the option admit refused updates (2 refusals since the start)`)
  expect(describeStandstill(known(round, {}))).toBe(HERE)
})
