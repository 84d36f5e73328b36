import { afterEach, expect, test } from '@jest/globals'
import type { DinemicError } from '@dinemic/core'
import { VirtualLan, write } from './virtual-lan.js'
import type { VirtualPeer } from './virtual-lan.js'

let lan = new VirtualLan()
afterEach(async () => {
  await lan.stop()
  lan = new VirtualLan()
})

const turn = async (): Promise<void> => { for (let i = 0; i < 20; i++) await new Promise<void>(resolve => { setImmediate(resolve) }) }

/** What an object that doesn't come within a second is told to be, when `meanwhile` happens meanwhile. */
async function notFound ({ replica }: VirtualPeer, object: string, meanwhile = async (): Promise<void> => {}): Promise<DinemicError> {
  const error = replica.wait(object, { timeout: 1000 }).then(() => { throw new Error('It came.') }, (reason: DinemicError) => reason)
  await turn()
  await meanwhile()
  await lan.time.pass(2000, turn)
  return await error
}

test('who connects while somebody waits is named among those that had nothing', async () => {
  const [owner, one, other] = [await lan.peer('owner'), await lan.peer('one'), await lan.peer('another')]
  const object = await write(owner, 1)
  const error = await notFound(one, object, async () => { await one.network.connect(other.network.addresses[0]!) })
  expect(error).toMatchObject({ code: 'ORM_NOT_FOUND', details: { asked: ['another'], answers: [{ peer: 'another', said: expect.stringContaining('comparing brought nothing') }] } })
})

test.each([['admit', { admit: () => false }, 'the admit option of this node refused its object'], ['the quota', { quota: { disk: 0 } }, 'the quotas of this node leave no room for it']])('what %s keeps out is told to be refused here', async (_, rules, reason) => {
  const [owner, one] = [await lan.peer('owner'), await lan.peer('one', rules)]
  const object = await write(owner, 1)
  await one.network.connect(owner.network.addresses[0]!)
  await turn()
  const error = await notFound(one, object)
  expect(error.message).toContain(`owner: it gave one update of it, and nothing shows here: ${reason}`)
})
