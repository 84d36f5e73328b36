import { afterEach, describe, expect, test } from '@jest/globals'
import { bytesToHex, encode } from '@dinemic/core'
import type { Encodable, StoredUpdate } from '@dinemic/core'
import { shortIdsOf } from '../../src/reconcile/salted-ranges.js'
import { setKeyOf } from '../../src/reconcile/set-key.js'
import { decodeGot, decodeObjects, decodeRequest, encodeGot, encodeRequest, encodeWelcome } from '../../src/sync/messages.js'
import type { Request } from '../../src/sync/messages.js'
import { decodeRanges, encodeRanges } from '../../src/sync/range-messages.js'
import type { ObjectsPlace } from '../../src/sync/range-messages.js'
import { barePeer, liar, promising } from '../bare-peer.js'
import type { Answer, Liar } from '../bare-peer.js'
import { Lan, allHashes, create, newKey, provider, set } from '../harness.js'
import type { Peer } from '../harness.js'

let lan = new Lan()
afterEach(async () => {
  await lan.stop()
  lan = new Lan()
})

/** How many updates are read in parts from now on. */
function readsOf ({ store }: Peer): { updates: number } {
  const reads = { updates: 0 }
  const updatesFrom = store.updatesFrom.bind(store)
  store.updatesFrom = async (id, from) => {
    const part = await updatesFrom(id, from)
    reads.updates += part.updates.length
    return part
  }
  return reads
}

const idOf = (peer: Peer): string => peer.address.slice('memory:'.length)
const asks = (peer: Peer): Request['ask'][] => peer.asked.map(({ request }) => request.ask)
const bytes = (...peers: Peer[]): number => peers.flatMap(({ asked }) => asked).reduce((sum, { sent, answer }) => sum + sent + (answer?.length ?? 0), 0)

function framesGot ({ asked }: Peer): number {
  return asked.reduce((sum, { request, answer }) => {
    if (answer === undefined) return sum
    if (request.ask === 'fetch' || request.ask === 'get') return sum + decodeGot(answer).frames.length
    return request.ask === 'objects' ? sum + decodeObjects(answer).frames.length : sum
  }, 0)
}

const keysOf = async (peer: Peer): Promise<string[]> => await peer.store.setKeys('Person')

describe('peers that were apart', () => {
  test('hold the same when they meet again, and neither fetches what it had', async () => {
    const [a, b] = [await lan.peer(), await lan.peer()]
    await b.connect(a)
    const shared: string[] = []
    for (let i = 0; i < 40; i++) shared.push(await create(a, { name: `Shared ${i}` }))
    await lan.quiet()
    lan.hub.cut(idOf(a), idOf(b))
    for (const id of shared.slice(0, 15)) await set(a, id, { name: 'by a' })
    for (let i = 0; i < 20; i++) await create(b, { name: `Of b ${i}` })
    const lacking = { a: (await keysOf(b)).length - 40, b: (await keysOf(a)).length - 40 }
    for (const peer of [a, b]) peer.asked.length = 0
    lan.hub.heal()
    await lan.quiet()
    expect(await keysOf(a)).toEqual(await keysOf(b))
    expect({ a: framesGot(a), b: framesGot(b) }).toEqual(lacking)
    expect(new Set(await allHashes(shared[0]!, a, b)).size).toBe(1)
  })

  test('that hold the same ask once each, in some hundred bytes', async () => {
    const [a, b] = [await lan.peer(), await lan.peer()]
    await b.connect(a)
    for (let i = 0; i < 30; i++) await create(a, { name: `${i}` })
    await lan.quiet()
    lan.hub.cut(idOf(a), idOf(b))
    for (const peer of [a, b]) peer.asked.length = 0
    lan.hub.heal()
    await lan.quiet()
    expect([asks(a), asks(b)]).toEqual([['compare'], ['compare']])
    expect(bytes(a, b)).toBeLessThan(400)
    expect(a.replica.sync.peers).toMatchObject([{ peer: idOf(b), result: 'equal' }])
  })

  test('get rights before what was written under them: nothing is asked for by id', async () => {
    const a = await lan.peer()
    const chief = await newKey(a.keys, 'Person')
    for (let i = 0; i < 10; i++) {
      const object = await create(a, { name: 'Bob' }, { grants: [{ subject: chief, right: 'update' }] })
      await set(a, object, { name: 'Rob' }, { caller: chief })
    }
    const b = await lan.peer()
    await b.connect(a)
    await lan.quiet()
    expect(await keysOf(b)).toEqual(await keysOf(a))
    expect(asks(b)).not.toContain('get')
  })
})

test('sums that are wrong on the disk are mended when they are looked at', async () => {
  const [a, b] = [await lan.peer(), await lan.peer()]
  await b.connect(a)
  for (let i = 0; i < 50; i++) await create(a, { name: `${i}` })
  await lan.quiet()
  lan.hub.cut(idOf(a), idOf(b))
  await create(a, { name: 'of a' })
  await create(b, { name: 'of b' })
  await a.stop()
  await b.stop()
  // So that both show the same prints, over sets that aren't the same.
  const forged = await Promise.all(['sums', 'sums/Person/'].map(async name => ({ name, value: await a.store.setting(name) ?? null })))
  await b.store.commit({ objects: [], settings: forged })
  const [c, d] = [await lan.peer({ store: a.store }), await lan.peer({ store: b.store })]
  await d.connect(c)
  await lan.quiet()
  expect(await keysOf(c)).toHaveLength(52)
  expect(await keysOf(c)).toEqual(await keysOf(d))
  expect(d.replica.sync.peers).toMatchObject([{ result: expect.stringMatching(/equal|received/) }])
})

test('ids that are hidden behind an equal sum are found by the audit', async () => {
  const [a, other] = [await lan.peer(), await lan.peer()]
  await create(a, { name: 'Bob' })
  const hidden = await create(other, { name: 'Eve' })
  const [{ frame, ...item }] = await other.store.updates(hidden) as [StoredUpdate]
  const peer = await barePeer(lan.hub, async data => {
    const request = decodeRequest(data)
    // As a peer would whose set has another id in the place of Bob's, made to have the same sum.
    if (request.ask === 'compare') return encodeWelcome({ version: 1, time: Date.now(), prints: request.greeting.prints, audit: { count: 1, print: '00'.repeat(8) } })
    if (request.ask === 'ranges') return encodeRanges(request.prefixes, [{ ids: request.exact ? [...shortIdsOf([setKeyOf(item)], provider, request.salt).keys()] : [] }])
    return encodeGot(1, [frame])
  })
  await peer.connect(a.address)
  await lan.quiet()
  expect(asks(a)).toEqual(expect.arrayContaining(['compare', 'ranges', 'fetch']))
  expect(await keysOf(a)).toContain(setKeyOf(item))
})

describe('one request', () => {
  /** What a peer answers to a stranger. */
  async function answerOf (peer: Peer, request: Uint8Array): Promise<Uint8Array> {
    const network = await barePeer(lan.hub, () => encode([]))
    const id = await network.connect(peer.address)
    return await network.request(id, request)
  }

  const salt = new Uint8Array(16)

  test('makes a node look up a bounded number of ids, parts and objects', async () => {
    const a = await lan.peer()
    await create(a, { name: 'Bob' })
    let reads = 0
    const [update, setKeys] = [a.store.update.bind(a.store), a.store.setKeys.bind(a.store)]
    a.store.update = async id => { reads++; return await update(id) }
    a.store.setKeys = async (...args) => { reads++; return await setKeys(...args) }
    const ids = Array.from({ length: 5000 }, (_, i) => i.toString(16).padStart(64, '0'))
    const prefixes = Array.from({ length: 2700 }, (_, i) => i.toString(16).padStart(10, '0'))
    expect(decodeGot(await answerOf(a, encodeRequest({ ask: 'get', ids }))).looked).toBe(1000)
    expect(reads).toBeLessThan(1100)
    await answerOf(a, encodeRequest({ ask: 'fetch', model: 'Person', salt, wanted: prefixes.map(prefix => ({ prefix, shortIds: [] })) }))
    expect(reads).toBeLessThan(3100)
    expect(decodeRanges(prefixes, await answerOf(a, encodeRequest({ ask: 'ranges', model: 'Person', salt, exact: true, prefixes })))).toHaveLength(256)
    expect(reads).toBeLessThan(3400)
  })

  test.each<[string, Encodable]>([
    ['more ids than anybody asks for', [2, Array.from({ length: 9000 }, () => new Uint8Array(32))]],
    ['ids of another length', [2, [new Uint8Array(33)]]],
    ['a place that is no key', [7, 'Person', [''], ['0f', 0]]],
    ['more bytes than any has', [5, new Uint8Array(400_000)]],
    ['very many models', [0, 1, 0, new Uint8Array(16), Array.from({ length: 3000 }, (_, i) => [`M${i}`, 1, new Uint8Array(8)]), null]],
    ['very many prefixes', [1, 'Person', new Uint8Array(16), false, Array.from({ length: 9000 }, () => '0')]]
  ])('with %s is none, and is not read', async (_, wire) => {
    expect(() => decodeRequest(encode(wire))).toThrow(expect.objectContaining({ code: expect.stringMatching(/^(REPLICA_BAD_MESSAGE|CORE_BAD_ENCODING)$/) }))
  })

  test('for whole objects reads one of many updates once, and each of its updates is looked for in memory', async () => {
    const a = await lan.peer()
    const object = await create(a, { name: 'Bob' })
    for (let i = 0; i < 60; i++) await set(a, object, { name: `Bob ${i}` })
    let reads = 0
    const updatesFrom = a.store.updatesFrom.bind(a.store)
    a.store.updatesFrom = async (id, from) => { reads++; return await updatesFrom(id, from) }
    const request = encodeRequest({ ask: 'objects', model: 'Person', prefixes: [''], from: null })
    expect(decodeObjects(await answerOf(a, request)).frames).toHaveLength(61)
    expect(reads).toBe(1)
    await answerOf(a, request)
    expect(reads).toBe(2)
    await answerOf(a, encodeRequest({ ask: 'prints', salt, objects: Array.from({ length: 500 }, () => object) }))
    expect(reads).toBe(3)
  })

  test('for an object of many pages reads no more of it for each than that page', async () => {
    const a = await lan.peer()
    const object = await create(a, { name: 'Bob' })
    for (let i = 0; i < 40; i++) await set(a, object, { name: 'x'.repeat(20_000) + i })
    await answerOf(a, encodeRequest({ ask: 'objects', model: 'Person', prefixes: [''], from: null })) // Which is its newest is known from now on.
    const reads = readsOf(a)
    const frames: Uint8Array[] = []
    let pages = 0
    for (let from: ObjectsPlace | null = null; pages === 0 || from !== null; pages++) {
      const answer: ReturnType<typeof decodeObjects> = decodeObjects(await answerOf(a, encodeRequest({ ask: 'objects', model: 'Person', prefixes: [''], from })))
      frames.push(...answer.frames)
      from = answer.next
    }
    expect(pages).toBe(4)
    expect(frames).toEqual((await a.store.updates(object)).map(({ frame }) => frame))
    expect(reads.updates).toBe(41)
    const known = encodeRequest({ ask: 'ranges', model: object, salt, exact: false, prefixes: [''] })
    await answerOf(a, known)
    await answerOf(a, known)
    expect(reads.updates).toBe(82)
  })

  test('for a large object adds up its set once, though others are written meanwhile and several ask', async () => {
    const a = await lan.peer()
    const [object, other] = [await create(a, { name: 'x'.repeat(200_000) }), await create(a, { name: 'Ann' })]
    for (let i = 0; i < 3; i++) await set(a, object, { name: 'x'.repeat(200_000) + i })
    let read = 0
    const updatesFrom = a.store.updatesFrom.bind(a.store)
    a.store.updatesFrom = async (id, from) => {
      const part = await updatesFrom(id, from)
      read += part.updates.length
      await set(a, other, { name: `${read}` })
      return part
    }
    const ranges = encodeRequest({ ask: 'ranges', model: object, salt, exact: false, prefixes: [''] })
    await Promise.all([answerOf(a, ranges), answerOf(a, ranges)])
    await answerOf(a, ranges)
    expect(read).toBe(4)
  })

  test('for many large objects reads no more of them than its answer has, and one that begins the next', async () => {
    const a = await lan.peer()
    for (let i = 0; i < 20; i++) await create(a, { name: 'x'.repeat(100_000) })
    const reads = readsOf(a)
    expect(decodeObjects(await answerOf(a, encodeRequest({ ask: 'objects', model: 'Person', prefixes: [''], from: null }))).frames).toHaveLength(3)
    expect(reads.updates).toBeLessThanOrEqual(4)
  })

  test('with a salt of another length is none', async () => {
    const a = await lan.peer()
    for (const length of [0, 15, 17, 100_000]) {
      await expect(answerOf(a, encodeRequest({ ask: 'ranges', model: 'Person', salt: new Uint8Array(length), exact: false, prefixes: [''] }))).rejects.toMatchObject({ code: 'NET_REFUSED' })
    }
  })
})

describe('what a node refuses', () => {
  test('by its own rule is asked about once, however many updates of an object come at once', async () => {
    const questions: string[] = []
    let decide = (): void => {}
    const decided = new Promise<void>(resolve => { decide = resolve })
    const a = await lan.peer()
    const b = await lan.peer({
      admit: async ({ id }) => {
        questions.push(id)
        await decided
        return true
      }
    })
    const bob = await create(a, { name: 'Bob' })
    for (let i = 0; i < 5; i++) await set(a, bob, { name: `Bob ${i}` })
    await b.connect(a)
    const frames = (await a.store.updates(bob)).map(({ frame }) => frame)
    const told = [lan.tell(b, 'Person', ...frames), lan.tell(b, 'Person', ...frames.slice(1))]
    while (questions.length === 0) await new Promise(resolve => { setImmediate(resolve) })
    decide()
    await Promise.all(told)
    await lan.quiet()
    expect(questions).toEqual([bob])
    expect(await allHashes(bob, b)).toEqual(await allHashes(bob, a))
  })

  test('by its own rule is asked for once on a connection, and told as such', async () => {
    const [a, b] = [await lan.peer(), await lan.peer({ admit: () => false })]
    for (let i = 0; i < 20; i++) await create(a, { name: `${i}` })
    await b.connect(a)
    await lan.quiet()
    expect(framesGot(b)).toBe(20)
    expect(await keysOf(b)).toEqual([])
    expect(b.replica.sync.peers).toMatchObject([{ result: 'nothing', reason: expect.any(String) }])
    await create(a, { name: 'one more' })
    await lan.quiet()
    const before = framesGot(b)
    for (let i = 0; i < 5; i++) {
      await create(b, { name: 'changes the sums' })
      await lan.quiet()
    }
    expect(framesGot(b) - before).toBeLessThanOrEqual(1)
  })
})

describe('a peer that lies', () => {
  /** Says that it has ten updates. */
  const start = async (answer: Answer<Request>): Promise<Liar> =>
    await liar(lan.hub, { answer, claim: () => ({ time: Date.now(), count: 10, print: '00'.repeat(8) }) })
  const promises = promising(() => Array.from({ length: 10 }, (_, i) => bytesToHex(new Uint8Array(8).fill(i))))

  test('by promises is asked for them once, and it is told', async () => {
    const a = await lan.peer()
    const { network, asked } = await start(promises)
    await network.connect(a.address)
    await lan.quiet()
    expect(asked).toEqual(['compare', 'ranges', 'fetch'])
    expect(a.reports).toContainEqual(['rejected', expect.objectContaining({ code: 'REPLICA_NOT_DELIVERED', peer: network.id })])
    await create(a, { name: 'changes the sums' })
    a.replica.compare(network.id)
    await lan.quiet()
    expect(asked.filter(ask => ask === 'fetch')).toHaveLength(1)
  })

  test('by parts without end is left after a bounded number of requests', async () => {
    const a = await lan.peer()
    const { network, asked } = await start(request => request.ask === 'ranges'
      ? encodeRanges(request.prefixes, request.prefixes.map(prefix => ({ parts: [1, 2, 3].map(digit => ({ prefix: prefix + digit, count: 1_000_000, print: '00'.repeat(8) })) })))
      : encode([]))
    await network.connect(a.address)
    await lan.quiet()
    expect(asked.length).toBeLessThan(2100)
    expect(a.replica.sync.peers).toMatchObject([{ result: expect.stringMatching(/nothing|failed/) }])
  }, 60_000)

  test.each<[string, Uint8Array]>([
    ['parts above the range', encode([[['', 5, new Uint8Array(8)]]])],
    ['more parts than digits', encode([Array.from({ length: 17 }, (_, i) => [i.toString(17), 5, new Uint8Array(8)])])],
    ['ids of another length', encode([new Uint8Array(7)])],
    ['more ids than anybody lists', encode([new Uint8Array(8 * 65)])],
    ['answers to nothing', encode([])],
    ['noise', Uint8Array.of(1, 2, 3)]
  ])('(%s) is told as one, and others are served', async (_, answer) => {
    const [a, b] = [await lan.peer(), await lan.peer()]
    await create(b, { name: 'Bob' })
    const { network } = await start(() => answer)
    await network.connect(a.address)
    await a.connect(b)
    await lan.quiet()
    expect(await keysOf(a)).toEqual(await keysOf(b))
    expect(a.reports.filter(([event]) => event === 'error')).toEqual([])
    expect(a.reports).toContainEqual(['rejected', expect.objectContaining({ code: expect.stringMatching(/^(REPLICA|CORE)_BAD_/), peer: network.id })])
    expect(a.replica.sync.peers).toContainEqual(expect.objectContaining({ peer: network.id, result: 'failed' }))
  })

  test('by nonsense in the place of what it promised leaves nothing that is said to be on the way', async () => {
    const a = await lan.peer()
    const { network } = await start(request => request.ask === 'ranges' ? promises(request) : Uint8Array.of(1, 2, 3))
    await network.connect(a.address)
    await lan.quiet()
    expect(a.reports.filter(([event]) => event === 'sync')).toMatchObject([['sync', { want: 10 }], ['sync', { want: 0 }]])
    expect(a.replica.sync.models).toEqual([{ model: 'Person', have: 0, want: 0 }])
  })

  test('and goes while it is asked is not told of any longer', async () => {
    const a = await lan.peer()
    let reached = (): void => {}
    const isAsked = new Promise<void>(resolve => { reached = resolve })
    const { network } = await start(async () => await new Promise<Uint8Array>(() => { reached() }))
    await network.connect(a.address)
    await isAsked
    await network.stop()
    await a.replica.idle()
    expect(a.replica.sync.peers).toEqual([])
  })
})
