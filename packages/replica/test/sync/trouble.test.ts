import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { bindNetwork, bytesToHex, clockMillis, decodeFrame, encode, formatId } from '@dinemic/core'
import type { Network } from '@dinemic/core'
import { MemoryHub, MemoryKeyRing, MemoryStore, SeededPlatform, SeededRandom, VirtualTime } from '@dinemic/core/testing'
import { Replica } from '../../src/replica.js'
import type { ReplicaOptions } from '../../src/compose.js'
import type { Reports } from '../../src/report.js'
import { setKeyOf } from '../../src/reconcile/set-key.js'
import { decodeGot, decodeObjects, decodeRequest, encodeGot, encodeObjects, encodeRequest, encodeWelcome } from '../../src/sync/messages.js'
import type { Request } from '../../src/sync/messages.js'
import { encodeRanges } from '../../src/sync/range-messages.js'
import { TestHooks, provider as native } from '../harness.js'

jest.setTimeout(30_000) // much is made before anything is looked at

/** On this thread: virtual time waits for no other. */
const provider = { ...native, verifyAsync: undefined }

/** Virtual time: hours of a bad peer pass in moments, and the same way each time. */
let time = new VirtualTime()
let hub = new MemoryHub({ schedule: (ms, task) => time.schedule(ms, task) })
const running: Replica[] = []
afterEach(async () => {
  for (const replica of running.splice(0)) await replica.stop()
  time = new VirtualTime()
  hub = new MemoryHub({ schedule: (ms, task) => time.schedule(ms, task) })
})

interface Honest { readonly replica: Replica, readonly network: Network, readonly store: MemoryStore, readonly reports: [keyof Reports, unknown][] }

async function honest (name: string, options: Partial<ReplicaOptions> = {}): Promise<Honest> {
  const [store, keys, network] = [new MemoryStore(), new MemoryKeyRing(), hub.create(name)]
  await store.open()
  await keys.open()
  const seed = new Uint8Array(32).fill(name.length)
  const self = formatId('Node', provider.publicKey(seed))
  await keys.put(self, seed)
  const reports: [keyof Reports, unknown][] = []
  const replica = new Replica({
    networkName: 'test', store, keys, network, hooks: new TestHooks(), provider, platform: new SeededPlatform(time, new SeededRandom(name)), self, models: ['Person'],
    report: (event, payload) => { reports.push([event, payload]) }, ...options
  })
  await replica.start()
  await network.start()
  running.push(replica)
  return { replica, network, store, reports }
}

async function write ({ replica }: Honest, number: number): Promise<string> {
  const seed = new Uint8Array(32).fill(1)
  new DataView(seed.buffer).setUint32(0, number)
  const object = formatId('Person', provider.publicKey(seed))
  await replica.write([{ object, caller: object, create: { seed }, operations: [{ op: 'set', field: 'name', value: 'Bob' }], encrypted: [] }])
  return object
}

/** Without any time passing. */
async function appearance ({ replica }: Honest, object: string): Promise<void> {
  await new Promise<void>(resolve => {
    replica.onCommit(event => { if (event.object === object) resolve() })
    void replica.state(object).then(state => { if (state !== undefined) resolve() })
  })
}

/** Of the event loop: what waits for time goes on waiting. */
const turn = async (): Promise<void> => { for (let i = 0; i < 5; i++) await new Promise<void>(resolve => { setImmediate(resolve) }) }
const pass = async (ms: number): Promise<void> => { await time.pass(ms, async () => { await hub.settle() }) }

/** Says each time that it has something else, and answers the rest as told. */
async function bad (answer: (request: Request) => Uint8Array | Promise<Uint8Array>): Promise<{ network: Network, asked: Request['ask'][] }> {
  const network = hub.create('bad')
  const asked: Request['ask'][] = []
  network.handle({
    message: async () => 'ignore',
    request: async (_from, data) => {
      const request = decodeRequest(data)
      asked.push(request.ask)
      if (request.ask !== 'compare') return await answer(request)
      const print = bytesToHex(new Uint8Array(8).fill(asked.length % 256))
      return encodeWelcome({ version: 1, time: time.now, prints: [{ model: 'Person', count: 10 + asked.length, print }], audit: null })
    },
    connected: () => {},
    disconnected: () => {}
  })
  await network.start()
  return { network, asked }
}

let promised = 0
const promises = (request: Request): Uint8Array => {
  switch (request.ask) {
    case 'ranges': return encodeRanges(request.prefixes, request.prefixes.map(() => ({ ids: Array.from({ length: 10 }, () => (++promised).toString(16).padStart(16, '0')) })))
    case 'fetch': return encodeGot(request.wanted.reduce((sum, { shortIds }) => sum + shortIds.length, 0), [])
    default: return encode([])
  }
}

describe.each<[string, (request: Request) => Uint8Array | Promise<Uint8Array>, string]>([
  ['answers nonsense', () => encode('no list'), 'REPLICA_BAD_MESSAGE'],
  ['answers noise', () => Uint8Array.of(255, 1, 2), 'CORE_BAD_ENCODING'],
  ['promises something else each time and never delivers', promises, 'REPLICA_NOT_DELIVERED']
])('a peer that %s', (_, answer, code) => {
  test('is told of with a code and asked less and less, though it calls for news and connects anew; others are served meanwhile', async () => {
    const [one, two] = [await honest('one'), await honest('second')]
    await one.network.connect(two.network.addresses[0]!)
    const { network, asked } = await bad(answer)
    await network.connect(one.network.addresses[0]!)
    await hub.settle()
    expect(one.reports).toContainEqual(['rejected', expect.objectContaining({ code, peer: 'bad' })])

    for (let minute = 0; minute < 60; minute++) {
      await network.request('one', encodeRequest({ ask: 'news' }))
      if (minute % 10 === 5) {
        await network.disconnect('one')
        await network.connect(one.network.addresses[0]!)
      }
      await pass(60_000)
    }
    // From 2 s doubling to 5 min: 8 times until then, and 12 an hour.
    expect(asked.filter(ask => ask === 'compare').length).toBeLessThanOrEqual(22)
    const object = await write(two, 1)
    await appearance(one, object)
  })
})

test('a peer that never answers keeps nobody waiting, and is given up', async () => {
  const [one, two] = [await honest('one'), await honest('second')]
  const object = await write(two, 1)
  const { network, asked } = await bad(async () => await new Promise<Uint8Array>(() => {}))
  await network.connect(one.network.addresses[0]!)
  await one.network.connect(two.network.addresses[0]!)
  await appearance(one, object)
  await time.pass(11_000, async () => { await new Promise(resolve => { setTimeout(resolve, 0) }) })
  expect(asked.slice(0, 2)).toEqual(['compare', 'ranges'])
  expect(one.replica.sync.peers).toContainEqual(expect.objectContaining({ peer: 'bad', result: 'nothing' }))
  expect(one.replica.pending.count).toBe(0)
  const before = asked.length
  for (let i = 0; i < 5; i++) await network.request('one', encodeRequest({ ask: 'news' }))
  expect(asked).toHaveLength(before)
})

describe('a peer that brings one update now and then, each time just in time', () => {
  const SLOWLY = 9000

  /** Stands before an honest node, of whose answers it gives the first update alone. */
  async function trickler (behind: Honest): Promise<Network> {
    const network = hub.create('trickler')
    const binding = bindNetwork(provider, 'test')
    network.handle({
      message: async () => 'ignore',
      request: async (_from, data) => {
        const request = decodeRequest(data)
        if (request.ask !== 'objects' && request.ask !== 'fetch') return await network.request('behind', data)
        await new Promise<void>(resolve => { time.schedule(SLOWLY, resolve) })
        if (request.ask === 'fetch') {
          const [{ prefix, shortIds }] = request.wanted as [typeof request.wanted[number]]
          return encodeGot(1, decodeGot(await network.request('behind', encodeRequest({ ...request, wanted: [{ prefix, shortIds: shortIds.slice(0, 1) }] }))).frames)
        }
        const { frames, next } = decodeObjects(await network.request('behind', data))
        const { id, clock } = decodeFrame(binding, frames[0]!)
        return encodeObjects(frames.slice(0, 1), frames.length === 1 ? next : { key: setKeyOf({ id, millis: clockMillis(clock) }), skip: 0 })
      },
      connected: () => {},
      disconnected: () => {}
    })
    await network.start()
    await network.connect(behind.network.addresses[0]!)
    return network
  }

  test.each([['whole objects', 0], ['what differs', 100]])('keeps others from bringing %s for some 20 s and no longer, and is told of', async (_, shared) => {
    const [source, behind, one] = [await honest('source'), await honest('behind'), await honest('one')]
    for (const other of [behind, one]) await other.network.connect(source.network.addresses[0]!)
    for (let i = 0; i < shared; i++) await write(source, i)
    await hub.settle()
    hub.cut('one', 'source')
    for (let i = 0; i < 220; i++) await write(source, 1000 + i)
    await hub.settle()
    const network = await trickler(behind)
    await network.connect(one.network.addresses[0]!)
    await turn() // so that it is asked first
    hub.heal()
    await time.pass(60_000, turn)
    expect(await one.store.setKeys('Person')).toEqual(await source.store.setKeys('Person'))
    expect(one.reports).toContainEqual(['rejected', expect.objectContaining({ code: 'REPLICA_NOT_DELIVERED', peer: 'trickler', reason: expect.stringContaining('slowly') })])
  })
})

describe('a peer whose set has no end', () => {
  const DIGITS = '0123456789abcdef'
  const parts = (prefix: string): { prefix: string, count: number, print: string }[] => [...DIGITS].map(digit => ({ prefix: prefix + digit, count: 1_000_000, print: '00'.repeat(8) }))

  test.each<[string, (prefix: string) => string[]]>([
    ['names nothing to get', () => []],
    ['names what it does not give', () => Array.from({ length: 31 }, () => (++promised).toString(16).padStart(16, '0'))]
  ])('and that %s is left after some hundred answers, longer each time', async (_, idsAt) => {
    const one = await honest('one')
    const { network, asked } = await bad(request => {
      if (request.ask === 'ranges') return encodeRanges(request.prefixes, request.prefixes.slice(0, 4).map(prefix => prefix.length < 76 ? { parts: parts(prefix) } : { ids: idsAt(prefix) }))
      return request.ask === 'fetch' ? encodeGot(request.wanted.reduce((sum, { shortIds }) => sum + shortIds.length, 0), []) : encode([])
    })
    await network.connect(one.network.addresses[0]!)
    await hub.settle()
    expect(asked.length).toBeLessThan(600)
    expect(one.reports).toContainEqual(['rejected', expect.objectContaining({ code: 'REPLICA_NOT_DELIVERED', peer: 'bad' })])
    const before = asked.length
    for (let i = 0; i < 5; i++) await network.request('one', encodeRequest({ ask: 'news' }))
    await hub.settle()
    expect(asked).toHaveLength(before)
  })
})

test.each([
  ['a long print', encode([[['0', 5, new Uint8Array(1_000_000)]]])],
  ['an empty part', encode([[['0', 0, new Uint8Array(8)]]])]
])('%s is nonsense, and not remembered', async (_, answer) => {
  const one = await honest('one')
  const { network } = await bad(() => answer)
  await network.connect(one.network.addresses[0]!)
  await hub.settle()
  expect(one.reports).toContainEqual(['rejected', expect.objectContaining({ code: 'REPLICA_BAD_MESSAGE', peer: 'bad' })])
})

test.each<[string, string, () => unknown]>([
  ['never answers', 'gave no answer within 5000 ms', async () => await new Promise(() => {})],
  ['forgets to answer', 'gave undefined', () => undefined],
  ['answers something else', 'gave yes', async () => await Promise.resolve('yes')]
])('an admit that %s about an object refuses it, is told of, and keeps nothing else back', async (_, problem, answer) => {
  const one = await honest('one')
  const [refused, before] = [await write(one, 1), await write(one, 2)]
  const two = await honest('second', { admit: ({ id }) => id === refused ? answer() as boolean : true })
  await two.network.connect(one.network.addresses[0]!)
  await turn()
  const after = await write(one, 3)
  await time.pass(10_000, turn)
  for (const object of [before, after]) expect(await two.replica.state(object)).toBeDefined()
  expect(await two.replica.state(refused)).toBeUndefined()
  expect(two.replica.refused.admit).toBe(1)
  expect(two.reports).toContainEqual(['error', expect.objectContaining({ code: 'REPLICA_BAD_ADMIT', message: expect.stringContaining(problem) })])
  expect(two.replica.underWay).toEqual([])
})
