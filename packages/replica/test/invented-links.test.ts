import { afterEach, describe, expect, test } from '@jest/globals'
import type { ObjectId } from '@dinemic/core'
import { Attacker } from './attacks/attacker.js'
import { Lan, create, nameOf, read, set } from './harness.js'
import type { Peer } from './harness.js'

let lan = new Lan()
afterEach(async () => {
  await lan.stop()
  lan = new Lan()
})

const INVENTED = 'ab'.repeat(32)

/** A reader that was given an update which follows what doesn't exist, of an object that a stranger may write. */
async function pointedAstray (): Promise<{ owner: Peer, reader: Peer, object: ObjectId, stranger: ObjectId }> {
  const [owner, reader] = [await lan.peer(), await lan.peer()]
  const attacker = await Attacker.start(lan)
  const object = await create(owner, { name: 'Bob' }, { grants: [{ subject: attacker.id, right: 'update' }] })
  await reader.connect(owner)
  await lan.quiet()
  await attacker.connect(reader)
  const [genesis] = await owner.replica.history(object)
  await attacker.send(attacker.change({ object, root: { id: genesis!.id, index: 0 }, seq: 7, prev: INVENTED }, { op: 'set', field: 'name', value: 'mine' }))
  return { owner, reader, object, stranger: attacker.id }
}

test('an update with an invented prev blocks nobody: others’ come through, idle() ends, and status says who was asked', async () => {
  const { owner, reader, object } = await pointedAstray()
  await reader.replica.idle()
  expect(reader.replica.missing).toEqual([INVENTED])
  expect(reader.replica.sought).toEqual([{ update: INVENTED, asked: expect.arrayContaining([{ peer: nameOf(owner), said: 'it does not have it' }]) }])

  await set(owner, object, { name: 'Rob' })
  const other = await create(owner, { name: 'Other' })
  await lan.quiet()
  expect([await read(reader, object, 'name'), await read(reader, other, 'name')]).toEqual(['Rob', 'Other'])
  // Once, and again when it has news.
  expect(reader.asked.filter(({ to, request }) => to === nameOf(owner) && request.ask === 'get').length).toBeLessThanOrEqual(2)
})

describe('what was waited for is waited for no more', () => {
  async function waiting (): ReturnType<typeof pointedAstray> {
    const situation = await pointedAstray()
    await lan.quiet()
    expect(situation.reader.replica.missing).toEqual([INVENTED])
    return situation
  }

  test('once what pointed to it is revoked', async () => {
    const { owner, reader, object, stranger } = await waiting()
    await set(owner, object, {}, { revokes: [{ subject: stranger, rights: ['update'] }] })
    await lan.quiet()
    expect([owner, reader].map(({ replica }) => replica.missing)).toEqual([[], []])
  })

  test('once the object is removed, and who hears of that alone waits for nothing of it', async () => {
    const { owner, reader, object } = await waiting()
    await set(owner, object, {}, { remove: true })
    const late = await lan.peer()
    await late.connect(owner)
    await lan.quiet()
    expect([owner, reader, late].map(({ replica }) => replica.missing)).toEqual([[], [], []])
    expect(await late.store.updates(object)).toHaveLength(1)
    expect(late.asked.filter(({ request }) => request.ask === 'get')).toEqual([])
  })
})
