import { afterEach, describe, expect, jest, test } from '@jest/globals'
import type { Store } from '@dinemic/core'
import { MemoryStore } from '@dinemic/core/testing'
import { decodeFrames, decodeRequest, encodeRequest, encodeWelcome } from '../../src/sync/messages.js'
import { encodeRanges } from '../../src/sync/range-messages.js'
import { Pending } from '../../src/sync/pending.js'
import type { AnswerRoom } from '../../src/sync/pending.js'
import { barePeer, liar } from '../bare-peer.js'
import { Lan, create, nameOf } from '../harness.js'
import type { Peer } from '../harness.js'
import { VirtualLan, write } from '../virtual-lan.js'
import type { VirtualPeer } from '../virtual-lan.js'

jest.setTimeout(30_000) // megabytes are signed before anything is looked at

/** Without any time passing. */
const turns = async (): Promise<void> => { for (let i = 0; i < 200; i++) await new Promise<void>(resolve => { setImmediate(resolve) }) }

describe('room for what is pending', () => {
  const MIB = 1024 * 1024

  test('messages find it or not; a peer has a quarter of it', () => {
    const pending = new Pending(400, { answer: 100 })
    const rooms = ['a', 'b', 'c', 'd'].map(peer => pending.forMessage(peer, 100))
    expect(rooms.every(room => room !== undefined)).toBe(true)
    expect(pending.forMessage('e', 1)).toBeUndefined()
    rooms[0]!.release()
    rooms[0]!.release()
    expect(pending.forMessage('b', 1)).toBeUndefined()
    expect(pending.forMessage('a', 100)).toBeDefined()
    expect([pending.bytes, pending.count]).toEqual([400, 4])
  })

  test('peers that never answer keep no answer of another waiting, leave half of it to messages, and hold nothing', async () => {
    const pending = new Pending(64 * MIB, { answer: MIB })
    for (let peer = 0; peer < 40; peer++) for (let i = 0; i < 10; i++) void pending.forAnswer(`silent ${peer}`)
    const honest = await pending.forAnswer('honest')
    expect([pending.bytes, pending.count]).toEqual([0, 0])
    expect(honest.came(MIB)).toBe(true)
    // While it is being written the next one is on its way.
    await pending.forAnswer('honest')
    for (const peer of ['a', 'b', 'c']) expect(pending.forMessage(peer, 10 * MIB)).toBeDefined()
    expect([pending.bytes, pending.count]).toEqual([31 * MIB, 4])
  })

  test('however many are asked, what they owe finds room, as large as can be', async () => {
    const pending = new Pending(64 * MIB, { answer: MIB })
    const rooms: AnswerRoom[] = []
    for (let peer = 0; peer < 100; peer++) void pending.forAnswer(`${peer}`).then(room => { rooms.push(room) })
    await turns()
    expect(rooms).toHaveLength(64)
    expect(rooms.every(room => room.came(MIB))).toBe(true)
    expect(pending.bytes).toBe(64 * MIB)
    for (const room of [...rooms]) room.release()
    await turns()
    expect(rooms).toHaveLength(100)
  })

  test('a peer owes four answers at most, and all together a quarter of it beside the first of each', async () => {
    const pending = new Pending(64 * MIB, { answer: MIB })
    const asked = new Map<string, number>()
    for (let peer = 0; peer < 8; peer++) {
      for (let i = 0; i < 10; i++) {
        void pending.forAnswer(`${peer}`).then(() => { asked.set(`${peer}`, (asked.get(`${peer}`) ?? 0) + 1) })
      }
    }
    await turns()
    expect([...asked.values()]).toEqual([4, 4, 4, 4, 1, 1, 1, 1])
  })

  test('while the disk is behind, answers wait for it in order, before any message', async () => {
    const pending = new Pending(400, { answer: 100 })
    const [first, ...others] = ['a', 'b', 'c', 'd'].map(peer => pending.forMessage(peer, 100)!)
    const order: string[] = []
    const waiting = ['e', 'f'].map(async peer => {
      const room = await pending.forAnswer(peer)
      order.push(peer)
      return room
    })
    first!.release()
    await waiting[0]
    expect([order, pending.bytes]).toEqual([['e'], 300])
    expect(pending.forMessage('a', 1)).toBeUndefined()
    others[0]!.release()
    const rooms = await Promise.all(waiting)
    expect([order, pending.forMessage('a', 1)]).toEqual([['e', 'f'], undefined])
    for (const room of rooms) expect(room.came(100)).toBe(true)
    expect([pending.bytes, pending.count]).toEqual([400, 4])
  })

  test('an answer for which messages have left no room is dropped', async () => {
    const pending = new Pending(400, { answer: 100 })
    const rooms = await Promise.all(['a', 'b', 'c', 'd'].map(async peer => await pending.forAnswer(peer)))
    expect(['e', 'f'].map(peer => pending.forMessage(peer, 100) !== undefined)).toEqual([true, true])
    expect(rooms.map(room => room.came(100))).toEqual([true, true, false, false])
    expect([pending.bytes, pending.count]).toEqual([400, 4])
    for (const room of rooms) room.release()
    expect([pending.bytes, pending.count]).toEqual([200, 2])
  })

  test('is waited for as long as a signal lets it, and who leaves keeps nobody behind', async () => {
    const pending = new Pending(100, { answer: 100 })
    const first = await pending.forAnswer('a')
    const [patience, aborted] = [new AbortController(), new AbortController()]
    const left = [pending.forAnswer('a', patience.signal), pending.forAnswer('b', patience.signal)]
    const stayed = [pending.forAnswer('a', aborted.signal), pending.forAnswer('b')]
    patience.abort()
    expect(await Promise.all(left)).toEqual([undefined, undefined])
    first.release()
    const next = (await stayed[0])!
    aborted.abort() // has no say any more
    next.release()
    expect(await stayed[1]).toBeDefined()
    expect(await pending.forAnswer('c', patience.signal)).toBeUndefined()
  })

  test('is never less than one answer needs', async () => {
    const pending = new Pending(50, { answer: 100 })
    const answer = await pending.take('a', async () => new Uint8Array(70), async bytes => [bytes.length, pending.bytes])
    expect([answer, pending.bytes, pending.count]).toEqual([[70, 50], 0, 0])
  })
})

/** A store whose commits wait until they are let go. */
class HeldStore extends MemoryStore {
  #held: Promise<void> | undefined
  #release = (): void => {}

  hold (): void {
    this.#held = new Promise(resolve => { this.#release = resolve })
  }

  release (): void {
    this.#held = undefined
    this.#release()
  }

  override async commit (...args: Parameters<Store['commit']>): Promise<void> {
    await this.#held
    await super.commit(...args)
  }
}

describe('a node whose disk stands still', () => {
  let lan = new Lan()
  afterEach(async () => {
    await lan.stop()
    lan = new Lan()
  })

  const LIMIT = 5 * 1024 * 1024
  const keysOf = async (peer: Peer): Promise<string[]> => await peer.store.setKeys('Person')

  test('holds no more than its limit, serves others meanwhile, and has everything once the disk goes on', async () => {
    const store = new HeldStore()
    const tellers = [await lan.peer(), await lan.peer()]
    const late = await lan.peer()
    const slow = await lan.peer({ store, pendingBytes: LIMIT })
    const before = await create(tellers[0]!, { name: 'before' })
    for (let i = 0; i < 4; i++) await create(late, { name: `fetched ${i}`, bulk: new Uint8Array(200_000) })
    for (const teller of tellers) await slow.connect(teller)
    await lan.quiet()
    store.hold()
    const seen: number[] = []
    for (let i = 0; i < 60; i++) {
      await create(tellers[i % 2]!, { name: `told ${i}`, bulk: new Uint8Array(100_000) })
      await lan.hub.settle()
      seen.push(slow.replica.pending.bytes)
    }
    await slow.connect(late)
    await lan.hub.settle()
    expect(Math.max(...seen, slow.replica.pending.bytes)).toBeLessThanOrEqual(LIMIT)
    expect(Math.max(...seen)).toBeGreaterThan(LIMIT / 4)

    const network = await barePeer(lan.hub, () => new Uint8Array())
    await network.connect(slow.address)
    expect(decodeFrames(await network.request(nameOf(slow), encodeRequest({ ask: 'object', object: before })))).toHaveLength(1)
    await network.stop()

    store.release()
    await lan.quiet()
    expect(slow.replica.pending).toMatchObject({ count: 0, bytes: 0, limit: LIMIT })
    expect(await keysOf(slow)).toHaveLength(65)
  })

  test('asks for what it passed over once the disk goes on, though nobody tells anything any more and another peer owes an answer', async () => {
    const store = new HeldStore()
    const [teller, slow] = [await lan.peer(), await lan.peer({ store, pendingBytes: LIMIT })]
    await slow.connect(teller)
    await lan.quiet()
    const asked = new Promise<void>(resolve => {
      const network = lan.hub.create()
      network.handle({
        message: async () => 'ignore',
        request: async (_from, data) => {
          const request = decodeRequest(data)
          if (request.ask === 'compare') return encodeWelcome({ version: 1, time: Date.now(), prints: [{ model: 'Person', count: 1, print: '00'.repeat(8) }], audit: null })
          if (request.ask === 'ranges') return encodeRanges(request.prefixes, request.prefixes.map(() => ({ ids: ['00'.repeat(8)] })))
          resolve()
          return await new Promise(() => {})
        },
        connected: () => {},
        disconnected: () => {}
      })
      void network.start().then(async () => { await network.connect(slow.address) })
    })
    await asked
    store.hold()
    for (let i = 0; i < 20; i++) await create(teller, { name: `told ${i}`, bulk: new Uint8Array(100_000) })
    await untilQuiet(lan.hub)
    // A quarter of the room.
    expect(slow.replica.pending.count).toBe(13)
    store.release()
    while ((await keysOf(slow)).length < 20) await untilQuiet(lan.hub)
    expect(slow.replica.pending).toMatchObject({ count: 0, bytes: 0 })
  })
})

describe('peers that never answer', () => {
  let lan = new VirtualLan()
  afterEach(async () => {
    await lan.stop()
    lan = new VirtualLan()
  })

  /** Peers that name something of theirs, each something else, and never give it. */
  async function connectSilent (to: VirtualPeer, count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const { network } = await liar(lan.hub, {
        claim: () => ({ time: lan.time.now, count: 20, print: '00'.repeat(8) }),
        answer: async request => {
          if (request.ask !== 'ranges') return await new Promise(() => {})
          const under = i.toString(16).padStart(2, '0')
          return encodeRanges(request.prefixes, request.prefixes.map(prefix => prefix === '' ? { parts: [{ prefix: under, count: 20, print: '00'.repeat(8) }] } : { ids: [`${under}${'00'.repeat(7)}`] }))
        }
      })
      await network.connect(to.network.addresses[0]!)
    }
  }

  test('keep no object from whoever waits for it, of those that an honest peer has', async () => {
    const [honest, one] = [await lan.peer('honest'), await lan.peer('one', { replicate: { Person: { ids: [] } } })]
    const objects: string[] = []
    for (let i = 0; i < 50; i++) objects.push(await write(honest, i))
    await connectSilent(one, 3)
    await one.network.connect(honest.network.addresses[0]!)
    await turns()
    const opened: string[] = []
    for (const object of objects) one.replica.wait(object).then(({ id }) => { opened.push(id) }, () => {})
    await turns()
    expect(opened).toHaveLength(50)
  })

  test('hold nothing, and honest peers’ live updates come at once', async () => {
    const [honest, one] = [await lan.peer('honest'), await lan.peer('one')]
    await one.network.connect(honest.network.addresses[0]!)
    await turns()
    await connectSilent(one, 20)
    await turns()
    expect(one.replica.pending).toMatchObject({ count: 0, bytes: 0 })
    const object = await write(honest, 1)
    await turns()
    expect(await one.replica.state(object)).toBeDefined()
  })
})

/** Until nothing moves but what waits for the disk or for an answer. */
async function untilQuiet (hub: Lan['hub']): Promise<void> {
  do await new Promise<void>(resolve => { setImmediate(resolve) })
  while (hub.step())
}
