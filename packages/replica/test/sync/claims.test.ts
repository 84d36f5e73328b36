import { expect, test } from '@jest/globals'
import { VirtualTime } from '@dinemic/core/testing'
import { Claims } from '../../src/sync/claims.js'
import { Join, Joins, rangesOf } from '../../src/sync/join.js'
import type { JoinRange } from '../../src/sync/join.js'
import { Pace } from '../../src/sync/pace.js'

/** Lets everything follow that follows without time. */
const turn = async (): Promise<void> => { await new Promise<void>(resolve => { setImmediate(resolve) }) }

const time = new VirtualTime()
const whole = (prefix: string): JoinRange => ({ prefixes: [prefix], from: null })

test('claims: one at a time for a range, free again when it ends, and told when all have', async () => {
  const claims = new Claims(time)
  const first = claims.take('Person', '01')
  expect(claims.take('Person', '01')).toBeUndefined()
  const others = [claims.take('Person', '02'), claims.take('Note', '01')]
  let settled = false
  void claims.settled().then(() => { settled = true })
  for (const release of [first, ...others]) {
    await turn()
    expect(settled).toBe(false)
    release!()
  }
  await turn()
  expect(settled).toBe(true)
  expect(claims.take('Person', '01')).toBeDefined()
})

test('small parts are put together to ranges, the newest first, and large ones stay apart', () => {
  const parts = [{ prefix: '0', count: 3 }, { prefix: '3', count: 9 }, { prefix: '1', count: 4 }, { prefix: '2', count: 2 }, { prefix: '4', count: 50 }]
  expect(rangesOf(parts, 10).map(({ prefixes }) => prefixes)).toEqual([['4'], ['3'], ['2', '1', '0']])
  expect(rangesOf(parts, 100).map(({ prefixes }) => prefixes)).toEqual([['4', '3', '2', '1', '0']])
  expect(rangesOf(Array.from({ length: 130 }, (_, i) => ({ prefix: i.toString(16).padStart(2, '0'), count: 0 })), 10).map(({ prefixes }) => prefixes.length)).toEqual([64, 64, 2])
})

test('a join hands out the newest first, waits for parts that may be given back, and ends when all are done', async () => {
  const join = new Join(time, [whole('03'), whole('02'), whole('01')], 3)
  const parts = [(await join.next())!, (await join.next())!, (await join.next())!]
  expect(parts.map(({ range }) => range)).toEqual([whole('03'), whole('02'), whole('01')])
  const fourth = join.next()
  join.done(parts[0]!)
  const left = { prefixes: ['02'], from: { key: '02ab', skip: 0 } }
  join.giveBack(parts[1]!, left)
  const again = (await fourth)!
  expect(again.range).toEqual(left)
  const end = Promise.all([join.next(), join.next()])
  join.done(parts[2]!)
  join.done(again)
  expect(await end).toEqual([undefined, undefined])
})

test('claims end by themselves after a while, and who had one then ends none of another', async () => {
  const claims = new Claims(time)
  const slow = claims.take('Person', '01')!
  await time.pass(19_000, turn)
  expect(claims.take('Person', '01')).toBeUndefined()
  const settled = claims.settled()
  await time.pass(1000, turn)
  await settled
  const release = claims.take('Person', '01')
  slow()
  expect(claims.take('Person', '01')).toBeUndefined()
  release!()
  expect(claims.take('Person', '01')).toBeDefined()
})

test('who waits for a part of a join for long takes it over, the one that takes longest first, and what has come is nobody else\'s', async () => {
  const joins = new Joins(time)
  const join = (await joins.of('Person', async () => ({ ranges: [whole('03'), whole('02'), whole('01')], size: 3 })))!
  const [written, silent, slow] = [(await join.next())!, (await join.next())!, (await join.next())!]
  written.isHere = true
  const [one, other] = [join.next(), join.next()]
  await time.pass(1000, turn)
  expect([await one, await other]).toEqual([silent, slow])
  join.giveBack(slow, whole('01')) // another is at it
  join.done(silent)
  join.giveBack(silent, whole('02')) // another has brought it
  const end = join.next()
  joins.ended('Person', join)
  expect(joins.underWay('Person')).toBe(join)
  join.done(slow)
  join.done(written)
  expect(await end).toBeUndefined()
  joins.ended('Person', join)
  expect(joins.underWay('Person')).toBeUndefined()
  expect(joins.isLeft('Person')).toBe(false)
})

test('a plan that takes long is waited for so long and no longer: the first that is ready counts', async () => {
  const joins = new Joins(time)
  let answer!: (plan: { ranges: JoinRange[], size: number }) => void
  const first = joins.of('Person', async () => await new Promise(resolve => { answer = resolve }))
  const second = joins.of('Person', async () => ({ ranges: [whole('02')], size: 2 }))
  await time.pass(1000, turn)
  const join = (await second)!
  expect(join.size).toBe(2)
  answer({ ranges: [whole('01')], size: 1 })
  expect(await first).toBe(join)
  expect(await joins.of('Person', async () => undefined)).toBe(join)
})

test('where nobody has a plan there is no join, and the next one plans anew', async () => {
  const joins = new Joins(time)
  const none = [joins.of('Person', async () => undefined), joins.of('Person', async () => ({ ranges: [whole('02')], size: 2 }))]
  expect(await Promise.all(none)).toEqual([undefined, undefined])
  expect((await joins.of('Person', async () => ({ ranges: [whole('01')], size: 1 })))?.size).toBe(1)
})

test('a pace: who is prompt is never too slow, nor who brings much; who keeps one waiting for little is', async () => {
  let now = 0
  const answer = async (pace: Pace, ms: number, bytes: number): Promise<boolean> => {
    await pace.measure(async () => {
      now += ms
      return new Uint8Array(bytes)
    })
    return pace.isTooSlow
  }
  const paces = Array.from({ length: 3 }, () => new Pace({ now: () => now }))
  const seen: boolean[][] = []
  for (let i = 0; i < 4; i++) seen.push([await answer(paces[0]!, 900, 0), await answer(paces[1]!, 9000, 40_000), await answer(paces[2]!, 9000, 300)])
  expect(seen).toEqual([[false, false, false], [false, false, false], [false, false, true], [false, false, true]])
})
