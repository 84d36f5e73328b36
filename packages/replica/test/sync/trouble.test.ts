import { afterEach, describe, expect, test } from '@jest/globals'
import { bindNetwork, bytesToHex, clockMillis, decodeFrame, encode } from '@dinemic/core'
import type { Network } from '@dinemic/core'
import { SeededPlatform, SeededRandom } from '@dinemic/core/testing'
import { setKeyOf } from '../../src/reconcile/set-key.js'
import { decodeGot, decodeObjects, decodeRequest, encodeGot, encodeObjects, encodeRequest, encodeWelcome } from '../../src/sync/messages.js'
import type { Request } from '../../src/sync/messages.js'
import { encodeRanges } from '../../src/sync/range-messages.js'
import { barePeer, liar, promising } from '../bare-peer.js'
import type { Answer, Liar } from '../bare-peer.js'
import { provider } from '../harness.js'
import { VirtualLan, write } from '../virtual-lan.js'
import type { VirtualPeer } from '../virtual-lan.js'

let lan = new VirtualLan()
afterEach(async () => {
  await lan.stop()
  lan = new VirtualLan()
})

/** Without any time passing. */
async function appearance ({ replica }: VirtualPeer, object: string): Promise<void> {
  await new Promise<void>(resolve => {
    replica.onCommit(event => { if (event.object === object) resolve() })
    void replica.state(object).then(state => { if (state !== undefined) resolve() })
  })
}

/** Of the event loop: what waits for time goes on waiting. */
const turn = async (): Promise<void> => { for (let i = 0; i < 5; i++) await new Promise<void>(resolve => { setImmediate(resolve) }) }

/** Says each time that it has something else, and answers the rest as told. */
async function bad (answer: Answer<Request>): Promise<Liar> {
  return await liar(lan.hub, { name: 'bad', answer, claim: asked => ({ time: Math.floor(lan.time.now), count: 10 + asked, print: bytesToHex(new Uint8Array(8).fill(asked % 256)) }) })
}

let promised = 0
const newId = (): string => (++promised).toString(16).padStart(16, '0')
const promises = promising(() => Array.from({ length: 10 }, newId))

describe.each<[string, Answer<Request>, string]>([
  ['answers nonsense', () => encode('no list'), 'REPLICA_BAD_MESSAGE'],
  ['answers noise', () => Uint8Array.of(255, 1, 2), 'CORE_BAD_ENCODING'],
  ['promises something else each time and never delivers', promises, 'REPLICA_NOT_DELIVERED']
])('a peer that %s', (_, answer, code) => {
  test('is told of with a code and asked less and less, though it calls for news and connects anew; others are served meanwhile', async () => {
    const [one, two] = [await lan.peer('one'), await lan.peer('second')]
    await one.network.connect(two.network.addresses[0]!)
    const { network, asked } = await bad(answer)
    await network.connect(one.network.addresses[0]!)
    await lan.hub.settle()
    expect(one.reports).toContainEqual(['rejected', expect.objectContaining({ code, peer: 'bad' })])

    for (let minute = 0; minute < 60; minute++) {
      await network.request('one', encodeRequest({ ask: 'news' }))
      if (minute % 10 === 5) {
        await network.disconnect('one')
        await network.connect(one.network.addresses[0]!)
      }
      await lan.pass(60_000)
    }
    // From 2 s doubling to 5 min: 8 times until then, and 12 an hour.
    expect(asked.filter(ask => ask === 'compare').length).toBeLessThanOrEqual(22)
    const object = await write(two, 1)
    await appearance(one, object)
  })
})

test('a peer that never answers keeps nobody waiting, and is given up', async () => {
  const [one, two] = [await lan.peer('one'), await lan.peer('second')]
  const object = await write(two, 1)
  const { network, asked } = await bad(async () => await new Promise<Uint8Array>(() => {}))
  await network.connect(one.network.addresses[0]!)
  await one.network.connect(two.network.addresses[0]!)
  await appearance(one, object)
  await lan.time.pass(11_000, async () => { await new Promise(resolve => { setTimeout(resolve, 0) }) })
  expect(asked.slice(0, 2)).toEqual(['compare', 'ranges'])
  expect(one.replica.sync.peers).toContainEqual(expect.objectContaining({ peer: 'bad', result: 'nothing' }))
  expect(one.replica.pending.count).toBe(0)
  const before = asked.length
  for (let i = 0; i < 5; i++) await network.request('one', encodeRequest({ ask: 'news' }))
  expect(asked).toHaveLength(before)
  const told = (): unknown[] => one.reports.filter(([event]) => event === 'rejected')
  expect(told()).toEqual([])
  await lan.time.pass(120_000, turn)
  expect(told()).toEqual([['rejected', expect.objectContaining({ code: 'REPLICA_NOT_DELIVERED', peer: 'bad' })]])
  expect(asked.length).toBeLessThan(before + 12)
})

describe('a peer that brings one update now and then, each time just in time', () => {
  const SLOWLY = 9000

  /** Stands before an honest node, of whose answers it gives the first update alone. */
  async function trickler (behind: VirtualPeer): Promise<Network> {
    const binding = bindNetwork(provider, 'test')
    const network = await barePeer(lan.hub, async data => {
      const request = decodeRequest(data)
      if (request.ask !== 'objects' && request.ask !== 'fetch') return await network.request('behind', data)
      await new Promise<void>(resolve => { lan.time.schedule(SLOWLY, resolve) })
      if (request.ask === 'fetch') {
        const [{ prefix, shortIds }] = request.wanted as [typeof request.wanted[number]]
        return encodeGot(1, decodeGot(await network.request('behind', encodeRequest({ ...request, wanted: [{ prefix, shortIds: shortIds.slice(0, 1) }] }))).frames)
      }
      const { frames, next } = decodeObjects(await network.request('behind', data))
      const { id, clock } = decodeFrame(binding, frames[0]!)
      return encodeObjects(frames.slice(0, 1), frames.length === 1 ? next : { key: setKeyOf({ id, millis: clockMillis(clock) }), skip: 0 })
    }, 'trickler')
    await network.connect(behind.network.addresses[0]!)
    return network
  }

  test.each([['whole objects', 0], ['what differs', 100]])('keeps others from bringing %s for some 20 s and no longer, and is told of', async (_, shared) => {
    const [source, behind, one] = [await lan.peer('source'), await lan.peer('behind'), await lan.peer('one')]
    for (const other of [behind, one]) await other.network.connect(source.network.addresses[0]!)
    for (let i = 0; i < shared; i++) await write(source, i)
    await lan.hub.settle()
    lan.hub.cut('one', 'source')
    for (let i = 0; i < 220; i++) await write(source, 1000 + i)
    await lan.hub.settle()
    const network = await trickler(behind)
    await network.connect(one.network.addresses[0]!)
    await turn() // so that it is asked first
    lan.hub.heal()
    await lan.time.pass(60_000, turn)
    expect(await one.store.setKeys('Person')).toEqual(await source.store.setKeys('Person'))
    expect(one.reports).toContainEqual(['rejected', expect.objectContaining({ code: 'REPLICA_NOT_DELIVERED', peer: 'trickler', reason: expect.stringContaining('slowly') })])
  })
})

describe('a peer whose set has no end', () => {
  const DIGITS = '0123456789abcdef'
  const parts = (prefix: string): { prefix: string, count: number, print: string }[] => [...DIGITS].map(digit => ({ prefix: prefix + digit, count: 1_000_000, print: '00'.repeat(8) }))

  test.each<[string, (prefix: string) => string[]]>([
    ['names nothing to get', () => []],
    ['names what it does not give', () => Array.from({ length: 31 }, newId)]
  ])('and that %s is left after some hundred answers, longer each time', async (_, idsAt) => {
    const one = await lan.peer('one')
    const { network, asked } = await bad(request => {
      if (request.ask === 'ranges') return encodeRanges(request.prefixes, request.prefixes.slice(0, 4).map(prefix => prefix.length < 76 ? { parts: parts(prefix) } : { ids: idsAt(prefix) }))
      return request.ask === 'fetch' ? encodeGot(request.wanted.reduce((sum, { shortIds }) => sum + shortIds.length, 0), []) : encode([])
    })
    await network.connect(one.network.addresses[0]!)
    await lan.hub.settle()
    expect(asked.length).toBeLessThan(600)
    expect(one.reports).toContainEqual(['rejected', expect.objectContaining({ code: 'REPLICA_NOT_DELIVERED', peer: 'bad' })])
    const before = asked.length
    for (let i = 0; i < 5; i++) await network.request('one', encodeRequest({ ask: 'news' }))
    await lan.hub.settle()
    expect(asked).toHaveLength(before)
  })
})

test('a peer that calls for news, or shows some, without end is compared with at once, then four times a second, and once more after its last call', async () => {
  const one = await lan.peer('one')
  await write(one, 1)
  const { network, asked } = await liar(lan.hub, { answer: request => request.ask === 'ranges' ? encodeRanges(request.prefixes, request.prefixes.map(() => ({ ids: [] }))) : encode([]), claim: () => ({ time: lan.time.now, count: 0, print: '00'.repeat(8) }) })
  const compared = (): number => asked.filter(ask => ask === 'compare').length
  const greet = async (number: number): Promise<void> => {
    const prints = [{ model: 'Person', count: number, print: '00'.repeat(8) }]
    await network.request('one', encodeRequest({ ask: 'compare', greeting: { version: 1, time: lan.time.now, salt: new Uint8Array(16), prints, audit: null } }))
  }
  await network.connect(one.network.addresses[0]!)
  await lan.hub.settle()
  const first = compared()
  for (let i = 0; i < 100; i++) {
    await (i % 2 === 0 ? network.request('one', encodeRequest({ ask: 'news' })) : greet(i))
    await lan.hub.settle()
  }
  expect(compared() - first).toBe(1)
  for (let i = 0; i < 100; i++) {
    await network.request('one', encodeRequest({ ask: 'news' }))
    await lan.pass(10)
  }
  expect(compared() - first).toBeLessThanOrEqual(5)
  expect(one.reports.filter(([event]) => event === 'clock')).toHaveLength(1)
  await lan.pass(300)
  const all = compared()
  await lan.pass(300)
  expect(compared()).toBe(all)
})

test('a peer that was left alone for a while is asked again although the clock has gone back meanwhile', async () => {
  const platform = new SeededPlatform(lan.time, new SeededRandom('clock'))
  const one = await lan.peer('one', { platform })
  const { network, asked } = await bad(promises)
  await network.connect(one.network.addresses[0]!)
  await lan.hub.settle()
  const before = asked.length
  platform.skew = -120_000
  await lan.time.pass(600_000, async () => { await lan.hub.settle() })
  expect(asked.length).toBeGreaterThan(before)
})

test('a peer that names a model many times has it compared once, and after an empty promise about one model no other', async () => {
  const one = await lan.peer('one', { models: ['Person', 'Company', 'Note'] })
  const asked: string[] = []
  let keeps = false
  const network = await barePeer(lan.hub, data => {
    const request = decodeRequest(data)
    if (request.ask === 'compare') return encodeWelcome({ version: 1, time: 0, prints: ['Person', 'Company', 'Person', 'Note', 'Person'].map(model => ({ model, count: 10, print: '00'.repeat(8) })), audit: null })
    if (request.ask === 'ranges') asked.push(request.model)
    return keeps ? encodeRanges([''], [{ ids: [] }]) : promises(request)
  })
  await network.connect(one.network.addresses[0]!)
  await lan.hub.settle()
  expect(asked).toEqual(['Person'])
  // The others have their turn later, where the promise is not broken anew.
  keeps = true
  await lan.time.pass(10_000, async () => { await lan.hub.settle() })
  expect(asked).toEqual(expect.arrayContaining(['Company', 'Note']))
})

test('a peer whose pages of whole objects are empty and never end is left after some hundred of them', async () => {
  const one = await lan.peer('one')
  const { network, asked } = await liar(lan.hub, {
    name: 'bad',
    claim: () => ({ time: lan.time.now, count: 1000, print: '00'.repeat(8) }),
    answer: request => {
      if (request.ask === 'ranges') return encodeRanges(request.prefixes, request.prefixes.map(prefix => ({ parts: [{ prefix: `${prefix}0`, count: 500, print: '00'.repeat(8) }] })))
      if (request.ask !== 'objects') return encode([])
      const last = request.from === null ? 16n ** 60n : BigInt(`0x${request.from.key}`)
      return encodeObjects([], { key: (last - 1n).toString(16).padStart(76, '0'), skip: 0 })
    }
  })
  await network.connect(one.network.addresses[0]!)
  await lan.hub.settle()
  await one.replica.idle()
  expect(asked.filter(ask => ask === 'objects').length).toBeLessThan(300)
  expect(one.reports).toContainEqual(['rejected', expect.objectContaining({ code: 'REPLICA_NOT_DELIVERED', peer: 'bad' })])
})

test('a peer that answers each question just in time, with next to nothing, keeps idle() waiting for half a minute and no longer', async () => {
  const one = await lan.peer('one')
  const { network } = await bad(async request => {
    await new Promise<void>(resolve => { lan.time.schedule(9000, resolve) })
    return request.ask === 'ranges' ? encodeRanges(request.prefixes, [{ parts: ['0', '1'].map(digit => ({ prefix: request.prefixes[0]! + digit, count: 500, print: '00'.repeat(8) })) }]) : encode([])
  })
  await network.connect(one.network.addresses[0]!)
  let isIdle = false
  const idle = one.replica.idle().then(() => { isIdle = true })
  await lan.time.pass(20_000, turn)
  expect(isIdle).toBe(false)
  await lan.time.pass(12_000, turn)
  await idle
})

test.each([
  ['a long print', encode([[['0', 5, new Uint8Array(1_000_000)]]])],
  ['an empty part', encode([[['0', 0, new Uint8Array(8)]]])]
])('%s is nonsense, and not remembered', async (_, answer) => {
  const one = await lan.peer('one')
  const { network } = await bad(() => answer)
  await network.connect(one.network.addresses[0]!)
  await lan.hub.settle()
  expect(one.reports).toContainEqual(['rejected', expect.objectContaining({ code: 'REPLICA_BAD_MESSAGE', peer: 'bad' })])
})

test.each<[string, string, () => unknown]>([
  ['never answers', 'gave no answer within 5000 ms', async () => await new Promise(() => {})],
  ['forgets to answer', 'gave undefined', () => undefined],
  ['answers something else', 'gave yes', async () => await Promise.resolve('yes')]
])('an admit that %s about an object refuses it, is told of, and keeps nothing else back', async (_, problem, answer) => {
  const one = await lan.peer('one')
  const [refused, before] = [await write(one, 1), await write(one, 2)]
  const two = await lan.peer('second', { admit: ({ id }) => id === refused ? answer() as boolean : true })
  await two.network.connect(one.network.addresses[0]!)
  await turn()
  const after = await write(one, 3)
  await lan.time.pass(10_000, turn)
  for (const object of [before, after]) expect(await two.replica.state(object)).toBeDefined()
  expect(await two.replica.state(refused)).toBeUndefined()
  expect(two.replica.refused.admit).toBe(1)
  expect(two.reports).toContainEqual(['error', expect.objectContaining({ code: 'REPLICA_BAD_ADMIT', message: expect.stringContaining(problem) })])
  expect(two.replica.underWay).toEqual([])
})
