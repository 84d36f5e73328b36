import { expect, test } from '@jest/globals'
import { Claims } from '../../src/sync/claims.js'
import { Join } from '../../src/sync/join.js'

/** Lets everything follow that follows without time. */
const turn = async (): Promise<void> => { await new Promise<void>(resolve => { setImmediate(resolve) }) }

test('claims: one at a time for a range, free again when it ends, and told when all have', async () => {
  const claims = new Claims()
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

test('a join hands out the newest first, waits for parts that may be given back, and ends when all are done', async () => {
  const join = new Join(['01', '03', '02'])
  const [first, second] = [await join.next(), await join.next()]
  expect([first, second]).toEqual([{ prefix: '03', from: null }, { prefix: '02', from: null }])
  expect(await join.next()).toEqual({ prefix: '01', from: null })
  const fourth = join.next()
  join.done()
  join.giveBack({ prefix: '02', from: { key: '02ab', skip: 0 } })
  expect(await fourth).toEqual({ prefix: '02', from: { key: '02ab', skip: 0 } })
  const end = Promise.all([join.next(), join.next()])
  join.done()
  join.done()
  expect(await end).toEqual([undefined, undefined])
})
