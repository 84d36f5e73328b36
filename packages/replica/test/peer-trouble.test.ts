import { afterEach, describe, expect, test } from '@jest/globals'
import { DinemicError, encode, formatId } from '@dinemic/core'
import type { Network } from '@dinemic/core'
import { MemoryHub, MemoryKeyRing, MemoryStore, SeededPlatform, SeededRandom, VirtualTime } from '@dinemic/core/testing'
import { Replica } from '../src/replica.js'
import { Lan, TestHooks, create, provider, read, set } from './harness.js'

describe('a peer that answers nonsense when it is asked for an object', () => {
  let lan = new Lan()
  afterEach(async () => {
    await lan.stop()
    lan = new Lan()
  })

  /** A peer without an engine that gives the same answer to whatever it is asked. */
  async function babbler (answer: Uint8Array): Promise<string> {
    const network = lan.hub.create()
    network.handle({ message: async () => 'ignore', request: async () => answer, connected: () => {}, disconnected: () => {} })
    await network.start()
    return network.addresses[0]!
  }

  test.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['noise', Uint8Array.from({ length: 300 }, (_, i) => i * 37 % 251)],
    ['no list', encode('no list')],
    ['a list of numbers', encode([1, 2, 3])],
    ['lists in lists', encode([[[[1]]], [[[2]]]])],
    ['a map', encode({ frames: [] })],
    ['frames that are none', encode([new Uint8Array(3), new Uint8Array(100)])]
  ])('(%s) keeps nobody from saving, nor from hearing what others answer', async (_, answer) => {
    const [owner, device] = [await lan.peer(), await lan.peer()]
    const object = await create(owner, { name: 'Bob' })
    await device.connect(owner)
    await device.replica.wait(object)
    const ids = [owner, device].map(({ address }) => address.slice('memory:'.length)) as [string, string]
    lan.hub.cut(...ids)
    await device.connect({ address: await babbler(answer) })
    // Whoever takes a key asks everybody for the object before it is first written.
    await device.replica.adopt(object, (await owner.keys.get(object))!)
    await set(device, object, { nick: 'B' })
    expect(await read(device, object, 'nick')).toBe('B')

    await set(owner, object, { name: 'Rob' })
    lan.hub.heal(...ids)
    await device.replica.adopt(object, (await owner.keys.get(object))!)
    expect(await read(device, object, 'name')).toBe('Rob')
  })
})

describe('whatever request gets lost in a comparison', () => {
  /** Two nodes under virtual time, of which the second has to fetch what the first wrote before they met; it sends no other requests. */
  async function fetching (lost: number): Promise<{ requests: number, fetched: boolean }> {
    const time = new VirtualTime()
    const hub = new MemoryHub({ schedule: (ms, task) => time.schedule(ms, task) })
    const nodes = [await start(hub, time, 'first'), await start(hub, time, 'second')] as const
    const [{ replica: first, network: there }, { replica: second, network: here }] = nodes
    let requests = 0
    const request = here.request.bind(here)
    here.request = async (...args) => {
      if (requests++ !== lost) return await request(...args)
      throw new DinemicError('NET_TIMEOUT', 'Nothing arrived in time.')
    }

    const seed = new Uint8Array(32).fill(1)
    const object = formatId('Person', provider.publicKey(seed))
    await first.write([{ object, caller: object, create: { seed }, operations: [{ op: 'set', field: 'name', value: 'Bob' }], encrypted: [] }])
    await here.connect(there.addresses[0]!)
    await hub.settle()
    const sent = requests
    await time.pass(300_000, async () => { await hub.settle() })
    const fetched = await second.state(object) !== undefined
    for (const { replica } of nodes) await replica.stop()
    return { requests: sent, fetched }
  }

  async function start (hub: MemoryHub, time: VirtualTime, name: string): Promise<{ replica: Replica, network: Network }> {
    const [store, keys, network] = [new MemoryStore(), new MemoryKeyRing(), hub.create(name)]
    await store.open()
    await keys.open()
    const seed = new Uint8Array(32).fill(name.length)
    const self = formatId('Node', provider.publicKey(seed))
    await keys.put(self, seed)
    const replica = new Replica({
      networkName: 'test', store, keys, network, hooks: new TestHooks(), provider, platform: new SeededPlatform(time, new SeededRandom(name)), self, models: ['Person'], report: () => {}
    })
    await replica.start()
    await network.start()
    return { replica, network }
  }

  test('the next one brings what is lacking, with no news from anybody', async () => {
    const undisturbed = await fetching(-1)
    expect(undisturbed.fetched).toBe(true)
    expect(undisturbed.requests).toBeGreaterThan(1)
    for (let lost = 0; lost < undisturbed.requests; lost++) {
      expect([lost, (await fetching(lost)).fetched]).toEqual([lost, true])
    }
  })
})
