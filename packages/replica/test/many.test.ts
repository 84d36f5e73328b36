import { afterEach, expect, test } from '@jest/globals'
import type { ObjectId } from '@dinemic/core'
import { Lan, allHashes, create, newKey, set, type Peer } from './harness.js'

const SIZE = 50

let lan: Lan
afterEach(async () => { await lan.stop() })

/** A ring with chords: each has six neighbours, and nobody is more than a few hops from anybody. */
async function fifty (): Promise<Peer[]> {
  lan = new Lan()
  const peers: Peer[] = []
  for (let i = 0; i < SIZE; i++) peers.push(await lan.peer())
  for (const [i, peer] of peers.entries()) {
    for (const step of [1, 4, 16]) await peer.connect(peers[(i + step) % SIZE]!)
  }
  await lan.quiet()
  return peers
}

/** That all show the same of each of these objects. */
async function expectEqual (objects: readonly ObjectId[], peers: Peer[]): Promise<void> {
  for (const object of objects) expect(new Set(await allHashes(object, ...peers)).size).toBe(1)
  for (const { store } of peers) {
    const here = []
    for await (const object of store.objects()) here.push(object)
    expect(here.sort()).toEqual([...objects].sort())
  }
}

function idOf ({ address }: Peer): string {
  return address.slice('memory:'.length)
}

test('fifty replicas converge after all of them have written at once', async () => {
  const peers = await fifty()
  const objects = await Promise.all(peers.map(async (peer, i) => await create(peer, { name: `${i}` })))
  await Promise.all(peers.map(async (peer, i) => await set(peer, objects[i]!, { name: `${i} again` })))
  await lan.quiet()
  await expectEqual(objects, peers)
}, 60_000)

test('fifty replicas in two halves write the same object, and converge when the halves meet', async () => {
  const peers = await fifty()
  const [left, right] = [peers.slice(0, SIZE / 2), peers.slice(SIZE / 2)]
  const chief = await newKey(right[0]!.keys, 'Person')
  const shared = await create(left[0]!, { name: 'shared' }, { grants: [{ subject: chief, right: 'update' }] })
  await lan.quiet()

  for (const one of left) for (const other of right) lan.hub.cut(idOf(one), idOf(other))
  await set(left[0]!, shared, { name: 'left', note: 'left' })
  await set(right[0]!, shared, { name: 'right' }, { caller: chief })
  const created = await Promise.all([left, right].map(async half => await Promise.all(half.map(async (peer, i) => await create(peer, { name: `${i}` })))))
  await lan.quiet()
  expect(new Set(await allHashes(shared, ...peers)).size).toBe(2)

  lan.hub.heal()
  await lan.quiet()
  await expectEqual([shared, ...created.flat()], peers)
}, 60_000)
