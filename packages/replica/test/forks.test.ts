import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { bindNetwork, verifyFork } from '@dinemic/core'
import type { ObjectId } from '@dinemic/core'
import { Attacker, grantOf, setting } from './attacks/attacker.js'
import { Lan, allHashes, create, newKey, provider, read, set } from './harness.js'
import type { Peer } from './harness.js'

let lan = new Lan()
afterEach(async () => {
  await lan.stop()
  lan = new Lan()
})

const binding = (network: string) => bindNetwork(provider, network)
const told = ({ reports }: Peer): unknown[] => reports.flatMap(([event, payload]) => event === 'fork' ? [payload] : [])

/** An object on the first of three peers, which meet only later; the others both hold the key of somebody who may write it. */
async function twoDevices (): Promise<{ owner: Peer, one: Peer, other: Peer, chief: ObjectId, object: ObjectId }> {
  const [owner, one, other] = [await lan.peer(), await lan.peer(), await lan.peer()]
  const chief = await newKey(one.keys, 'Person')
  await other.keys.put(chief, (await one.keys.get(chief))!)
  const object = await create(owner, { name: 'Bob' }, { grants: [{ subject: chief, right: 'update' }] })
  for (const device of [one, other]) {
    await device.connect(owner)
    await device.replica.wait(object)
    lan.hub.cut(idOf(owner), idOf(device))
  }
  return { owner, one, other, chief, object }
}

const idOf = ({ address }: Peer): string => address.slice('memory:'.length)

test('two devices that wrote apart: both branches count on all nodes, told once of the chain, with a proof for anybody', async () => {
  const { owner, one, other, chief, object } = await twoDevices()
  const ids = [await set(one, object, { name: 'One' }, { caller: chief }), await set(other, object, { name: 'Other' }, { caller: chief })].flat().sort()
  // The second place of the chain forks too; the chain is told of already.
  for (const device of [one, other]) await set(device, object, { nick: 'N' }, { caller: chief })
  lan.hub.heal()
  await lan.quiet()

  expect(new Set(await allHashes(object, owner, one, other)).size).toBe(1)
  for (const peer of [owner, one, other]) {
    const [proof, ...more] = await peer.replica.forks(object)
    const { frames, ...fork } = proof!
    expect([fork.author, fork.object, more]).toEqual([chief, object, []])
    expect(told(peer)).toEqual([{ ...fork, kept: true }])
    expect(verifyFork(binding('test'), frames)).toEqual(proof)
    expect(verifyFork(binding('test'), [frames[1], frames[0]])).toEqual(proof)
    expect([verifyFork(binding('another'), frames), verifyFork(binding('test'), [frames[0], frames[0]])]).toEqual([undefined, undefined])
    expect(verifyFork(binding('test'), [frames[0], frames[1].map((byte, i) => i === 3 ? byte ^ 1 : byte)])).toBeUndefined()
    const history = await peer.replica.history(object)
    expect(history.filter(({ seq, author }) => seq === 1 && author === chief).map(({ id, verdict, fork: twins }) => [id, verdict, twins]).sort()).toEqual([[ids[0], 'ok', [ids[1]]], [ids[1], 'ok', [ids[0]]]])
    expect(history.filter(({ fork: twins }) => twins.length > 0)).toHaveLength(4)
  }
})

test('a close that names one branch ends the fork; its proof outlasts what was dropped, and a restart', async () => {
  const { owner, one, other, chief, object } = await twoDevices()
  const [kept] = await set(one, object, { name: 'One' }, { caller: chief })
  const [dropped] = await set(other, object, { name: 'Other' }, { caller: chief })
  lan.hub.heal()
  await lan.quiet()
  await set(owner, object, {}, { revokes: [{ subject: chief, rights: ['update'], keep: [kept!] }] })
  await lan.quiet()

  const { store, keys } = other
  await other.stop()
  const again = await lan.peer({ store, keys })
  for (const peer of [owner, one, again]) {
    expect(await read(peer, object, 'name')).toBe('One')
    expect((await peer.store.updates(object)).map(({ id }) => id)).not.toContain(dropped)
    expect((await peer.replica.history(object)).find(({ id }) => id === kept)).toMatchObject({ verdict: 'ok', fork: [dropped] })
    const [proof] = await peer.replica.forks(object)
    expect(proof!.updates).toEqual([kept!, dropped!].sort())
    expect(verifyFork(binding('test'), proof!.frames)).toEqual(proof)
  }
  // Who hears of the object now can't know of the fork: proofs don't travel.
  const late = await lan.peer()
  await late.connect(owner)
  await late.replica.wait(object)
  await lan.quiet()
  expect([await late.replica.forks(object), told(late)]).toEqual([[], []])
  expect(new Set(await allHashes(object, owner, late)).size).toBe(1)
})

test('one object created twice is a fork at seq 0', async () => {
  const [a, b] = [await lan.peer(), await lan.peer()]
  const object = await create(a, { name: 'A' })
  const seed = (await a.keys.get(object))!
  await b.replica.write([{ object, caller: object, create: { seed }, operations: [{ op: 'set', field: 'name', value: 'B' }], encrypted: [] }])
  await b.connect(a)
  await lan.quiet()
  for (const peer of [a, b]) {
    expect(await peer.replica.forks(object)).toMatchObject([{ author: object, root: null, seq: 0 }])
    expect((await peer.replica.history(object)).map(({ kind, fork }) => [kind, fork.length])).toEqual([['genesis', 1], ['genesis', 1]])
  }
})

test('what its owner removes takes its proofs along', async () => {
  const { owner, one, other, chief, object } = await twoDevices()
  const ids = [await set(one, object, { name: 'One' }, { caller: chief }), await set(other, object, { name: 'Other' }, { caller: chief })].flat().sort()
  lan.hub.heal()
  await lan.quiet()
  const row = `fork/${ids.join('/')}`
  expect(await one.store.setting(row)).toBeDefined()
  await set(owner, object, {}, { remove: true })
  await lan.quiet()
  for (const peer of [owner, one, other]) expect([await peer.store.setting(row), await peer.replica.forks(object)]).toEqual([undefined, []])
})

describe('while a hook decides', () => {
  test('history, forks and explain speak of what is committed', async () => {
    const peer = await lan.peer()
    const object = await create(peer, { name: 'Bob' })
    const seen: unknown[] = []
    peer.hooks.onBefore = async ({ update }) => {
      seen.push((await peer.replica.history(object)).length, (await peer.replica.explain(update.id)).is)
      throw new TypeError('no')
    }
    await expect(set(peer, object, { name: 'Rob' })).rejects.toMatchObject({ code: 'ORM_VETOED' })
    expect([...seen, (await peer.replica.history(object)).length]).toEqual([1, 'unknown', 1])
  })
})

test('thousands at one place are told without a list of the others for each', async () => {
  const peer = await lan.peer()
  const eve = await Attacker.start(lan)
  await eve.connect(peer)
  const object = await create(peer, { name: 'Bob' }, { grants: [{ subject: eve.id, right: 'update' }] })
  const root = await grantOf(peer, object, eve.id)
  const forks = Array.from({ length: 1500 }, (_, i) => eve.change({ object, root, clock: BigInt(i) }, setting(`field ${i % 50}`, `${i}`)))
  for (let i = 0; i < forks.length; i += 500) await eve.send(...forks.slice(i, i + 500))
  const filtered = jest.spyOn(Array.prototype, 'filter')
  const history = await peer.replica.history(object)
  const lists = filtered.mock.calls.length
  filtered.mockRestore()
  expect(lists).toBeLessThan(20)
  const last = history.at(-1)!
  expect(last.fork).toEqual(forks.map(({ id }) => id).filter(id => id !== last.id).sort())
})
