import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { bindNetwork, decodeFrame } from '@dinemic/core'
import type { ObjectId, Update } from '@dinemic/core'
import { Lan, allHashes, create, nameOf, newKey, provider, read, set } from './harness.js'
import type { Peer } from './harness.js'

const binding = bindNetwork(provider, 'test')
const reading = (subject: ObjectId): { subject: ObjectId, right: 'read' } => ({ subject, right: 'read' })
const ended = (subject: ObjectId): { subject: ObjectId, rights: ['read'] } => ({ subject, rights: ['read'] })

let lan: Lan
let owner: Peer
let device: Peer
let bob: ObjectId
let [shutOut, other, kept, late]: ObjectId[] = []

/** Two devices of one owner that lose sight of each other, and an object with three readers. */
beforeEach(async () => {
  lan = new Lan()
  ;[owner, device] = [await lan.peer(), await lan.peer()]
  ;[shutOut, other, kept, late] = await Promise.all([1, 2, 3, 4].map(async () => await newKey(owner.keys, 'Person')))
  bob = await create(owner, { salary: 1 }, { sealed: ['salary'], grants: [shutOut!, other!, kept!].map(reading) })
  await device.connect(owner)
  await device.replica.adopt(bob, (await owner.keys.get(bob))!)
  await lan.quiet()
  lan.hub.cut(nameOf(owner), nameOf(device))
})

afterEach(async () => { await lan.stop() })

async function written (peer: Peer): Promise<Update[]> {
  return (await peer.store.updates(bob)).map(({ frame }) => decodeFrame(binding, frame))
}

async function epochsWrappedFor (peer: Peer, reader: ObjectId | undefined): Promise<number> {
  return [...(await peer.replica.state(bob))!.wraps.values()].filter(({ subject }) => subject === reader).length
}

/** The owner shuts out two, one after the other, and the other device hears of the second alone. */
async function shutOutTwo (): Promise<void> {
  await set(owner, bob, {}, { revokes: [ended(shutOut!)] })
  await set(owner, bob, { salary: 2 }, { revokes: [ended(other!)], encrypted: ['salary'] })
  const closes = (await written(owner)).filter(({ kind }) => kind === 'close')
  expect(closes).toHaveLength(2)
  await lan.tell(device, 'Person', closes[1]!.frame)
  expect(await epochsWrappedFor(device, other)).toBe(1)
}

async function meetAgain (): Promise<void> {
  lan.hub.heal()
  await device.connect(owner)
  await lan.quiet()
  expect(new Set(await allHashes(bob, owner, device)).size).toBe(1)
}

describe('a device of the owner that lacks a close lets nobody in again whom it shuts out', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['looks after the keys by itself', async () => {}],
    ['saves', async () => await set(device, bob, { salary: 3 }, { encrypted: ['salary'] })],
    ['names another field encrypted', async () => await set(device, bob, { notes: 'n' }, { encrypted: ['notes'] })],
    ['grants', async () => await set(device, bob, {}, { grants: [reading(late!)] })],
    ['revokes', async () => await set(device, bob, {}, { revokes: [ended(kept!)] })],
    ['accepts a proposal', async () => {
      const asking = await lan.peer()
      const stranger = await newKey(asking.keys, 'Person')
      await asking.connect(device)
      const base = await asking.replica.wait(bob)
      device.hooks.onBefore = async change => { await change.accept?.() }
      expect(await asking.replica.propose({ object: bob, caller: stranger, base, operations: [{ op: 'set', field: 'salary', value: 9 }], encrypted: [] })).toMatchObject([{ answer: 'accepted' }])
    }]
  ])('when it %s', async (_what, write) => {
    await shutOutTwo()
    await write()
    await lan.quiet()
    expect(await epochsWrappedFor(device, shutOut)).toBe(1)

    await meetAgain()
    await set(owner, bob, { salary: 4 }, { encrypted: ['salary'] })
    await lan.quiet()
    expect(await epochsWrappedFor(owner, shutOut)).toBe(1)
    expect(await epochsWrappedFor(owner, other)).toBe(2)
    for (const reader of [shutOut!, other!]) {
      await expect(read(owner, bob, 'salary', reader)).rejects.toThrow(expect.objectContaining({ code: 'ORM_FIELD_SEALED' }))
    }
  })

  test('where it must make an epoch to save at all', async () => {
    await set(owner, bob, {}, { grants: [reading(late!)] })
    await shutOutTwo()
    // The epoch that came is wrapped for somebody of whom this device knows no grant.
    await set(device, bob, { salary: 3 }, { encrypted: ['salary'] })
    const epochs = (await written(device)).filter(({ body }) => body.kind === 'keys' && body.epoch !== null)
    expect(epochs).toHaveLength(1)
    expect(await epochsWrappedFor(device, shutOut)).toBe(1)
    expect(await read(device, bob, 'salary', bob)).toBe(3)

    await meetAgain()
    await set(owner, bob, { salary: 4 }, { encrypted: ['salary'] })
    for (const reader of [kept!, late!]) expect(await read(owner, bob, 'salary', reader)).toBe(4)
    expect(await epochsWrappedFor(owner, shutOut)).toBe(1)
  })

  test('and whom the user lets in by a new grant may read', async () => {
    await shutOutTwo()
    await set(device, bob, { salary: 3 }, { grants: [reading(late!)], encrypted: ['salary'] })
    await meetAgain()
    await set(owner, bob, { salary: 4 }, { encrypted: ['salary'] })
    await lan.quiet()
    for (const reader of [kept!, late!]) expect(await read(owner, bob, 'salary', reader)).toBe(4)
  })
})

test('each close of a grant to read brings an epoch, so that a missing one shows', async () => {
  await set(owner, bob, {}, { grants: [reading(shutOut!)] })
  await set(owner, bob, {}, { revokes: [ended(shutOut!)] })
  const epochs = (await written(owner)).flatMap(({ body }) => body.kind === 'close' ? [body.epoch] : [])
  expect(epochs).toHaveLength(2)
  expect(epochs[1]!.replaces.map(({ id }) => id)).toEqual([epochs[0]!.id])

  const plain = await create(owner, { name: 'Ann' }, { grants: [reading(shutOut!)] })
  await set(owner, plain, {}, { revokes: [ended(shutOut!)] })
  expect((await owner.replica.state(plain))!.epochs.size).toBe(1)
})
