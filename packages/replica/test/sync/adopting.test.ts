import { afterEach, expect, test } from '@jest/globals'
import { DinemicError } from '@dinemic/core'
import { MemoryKeyRing, MemoryStore } from '@dinemic/core/testing'
import { Lan, allHashes, create, nameOf, read, set } from '../harness.js'
import type { Peer } from '../harness.js'
import type { ReplicaOptions } from '../../src/compose.js'

let lan = new Lan()
afterEach(async () => {
  await lan.stop()
  lan = new Lan()
})

const BULK = new Uint8Array(200_000)

/** An object of more updates than one answer holds. */
async function large (peer: Peer): Promise<string> {
  const object = await create(peer, { name: 'Bob' })
  for (let i = 0; i < 14; i++) await set(peer, object, { [`bulk${i}`]: BULK })
  return object
}

const isFork = ([event]: Peer['reports'][number]): boolean => event === 'fork'

test('who has an object\'s key from another device hears all of its chain before the first save, however long it is', async () => {
  const [owner, device] = [await lan.peer(), await lan.peer()]
  const object = await large(owner)
  await device.connect(owner)
  await device.replica.adopt(object, (await owner.keys.get(object))!)
  await set(device, object, { nick: 'B' })
  await lan.quiet()
  expect([owner, device].flatMap(({ reports }) => reports.filter(isFork))).toEqual([])
  expect(new Set(await allHashes(object, owner, device)).size).toBe(1)
})

test('what one peer has of it and another has not comes too, though both are asked at once', async () => {
  const [owner, behind, device] = [await lan.peer(), await lan.peer(), await lan.peer()]
  const object = await large(owner)
  await behind.connect(owner)
  await lan.quiet()
  lan.hub.cut(nameOf(owner), nameOf(behind))
  for (let i = 0; i < 3; i++) await set(owner, object, { name: `Bob ${i}` })
  await Promise.all([owner, behind].map(async peer => { await device.connect(peer) }))
  await device.replica.adopt(object, (await owner.keys.get(object))!)
  await set(device, object, { nick: 'B' })
  await lan.quiet()
  expect([owner, device].flatMap(({ reports }) => reports.filter(isFork))).toEqual([])
})

const NARROW: [string, Pick<ReplicaOptions, 'admit' | 'quota' | 'replicate'>][] = [['admit', { admit: () => false }], ['the quota', { quota: { disk: 1000 } }], ['what it has chosen', { replicate: { Person: { ids: [] } } }]]

test.each(NARROW)('who kept it out by %s until the key came hears all of it too', async (_, rules) => {
  const [owner, device] = [await lan.peer(), await lan.peer(rules)]
  const object = await large(owner)
  await device.connect(owner)
  await lan.quiet()
  await device.replica.wait(object, { timeout: 1 }).catch(() => { /* asked for it before, perhaps in vain */ })
  await lan.quiet()
  await device.replica.adopt(object, (await owner.keys.get(object))!)
  await set(device, object, { nick: 'B' })
  await lan.quiet()
  expect([owner, device].flatMap(({ reports }) => reports.filter(isFork))).toEqual([])
  expect(new Set(await allHashes(object, owner, device)).size).toBe(1)
})

test('what did not come when it was asked for comes by comparing', async () => {
  const [owner, device] = [await lan.peer(), await lan.peer({ admit: () => false })]
  const object = await large(owner)
  await device.connect(owner)
  await lan.quiet()
  const read = owner.store.updatesFrom.bind(owner.store)
  owner.store.updatesFrom = async () => { throw new DinemicError('STORE_FAILED', 'the disk is away') }
  await device.replica.adopt(object, (await owner.keys.get(object))!)
  owner.store.updatesFrom = read
  await lan.quiet()
  device.replica.compare(nameOf(owner))
  await lan.quiet()
  expect(new Set(await allHashes(object, owner, device)).size).toBe(1)
})

test('is not given up with the last who waited for it', async () => {
  const [owner, device] = [await lan.peer(), await lan.peer({ replicate: { Person: { ids: [] } } })]
  const object = await create(owner, { name: 'Bob' })
  const leaving = new AbortController()
  const waits = device.replica.wait(object, { signal: leaving.signal })
  await lan.quiet()
  await device.replica.adopt(object, (await owner.keys.get(object))!)
  leaving.abort()
  await expect(waits).rejects.toThrow('abort')
  await device.connect(owner)
  await lan.quiet()
  expect(new Set(await allHashes(object, owner, device)).size).toBe(1)
})

test('of a partial model it comes after a restart, though nobody had it when the key came', async () => {
  const [owner, stranger] = [await lan.peer(), await lan.peer()]
  const object = await create(owner, { name: 'Bob' })
  const partial = { replicate: { Person: { ids: [] } }, store: new MemoryStore(), keys: new MemoryKeyRing() }
  const device = await lan.peer(partial)
  await device.connect(stranger)
  await device.replica.adopt(object, (await owner.keys.get(object))!)
  await lan.quiet()
  await device.stop()
  const again = await lan.peer(partial)
  await again.connect(owner)
  await lan.quiet()
  expect(await read(again, object, 'name')).toBe('Bob')
})
