import { afterEach, describe, expect, jest, test } from '@jest/globals'
import type { Store } from '@dinemic/core'
import { MemoryStore } from '@dinemic/core/testing'
import { decodeFrames, decodeRequest, encodeGot, encodeRequest, encodeWelcome } from '../../src/sync/messages.js'
import { encodeRanges } from '../../src/sync/range-messages.js'
import { Pending } from '../../src/sync/pending.js'
import { barePeer } from '../bare-peer.js'
import { Lan, create, nameOf } from '../harness.js'
import type { Peer } from '../harness.js'

jest.setTimeout(30_000) // megabytes are signed before anything is looked at

describe('room for what is pending', () => {
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

  test('answers wait for it in order, before any message, and give back what they did not need', async () => {
    const pending = new Pending(250, { answer: 100 })
    const [first, second] = [await pending.forAnswer(), await pending.forAnswer()]
    const order: number[] = []
    const waiting = [3, 4].map(async number => {
      const room = await pending.forAnswer()
      order.push(number)
      return room
    })
    expect(pending.forMessage('a', 10)).toBeUndefined()
    first.came(40)
    await Promise.resolve()
    await waiting[0]
    expect([order, pending.bytes]).toEqual([[3], 240])
    second.release()
    await waiting[1]
    expect([order, pending.bytes, pending.count]).toEqual([[3, 4], 240, 3])
  })

  test('is never less than one answer needs', async () => {
    const pending = new Pending(50, { answer: 100 })
    const answer = await pending.take(async () => new Uint8Array(70), async bytes => [bytes.length, pending.bytes])
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

  test('asks for what it passed over once an answer gives back its room, though nobody tells anything any more', async () => {
    const store = new HeldStore()
    const [teller, slow] = [await lan.peer(), await lan.peer({ store, pendingBytes: LIMIT })]
    await slow.connect(teller)
    await lan.quiet()
    let answer = (): void => {}
    const answered = new Promise<Uint8Array>(resolve => { answer = () => { resolve(encodeGot(1, [])) } })
    const asked = new Promise<void>(resolve => {
      const network = lan.hub.create()
      network.handle({
        message: async () => 'ignore',
        request: async (_from, data) => {
          const request = decodeRequest(data)
          if (request.ask === 'compare') return encodeWelcome({ version: 1, time: Date.now(), prints: [{ model: 'Person', count: 1, print: '00'.repeat(8) }], audit: null })
          if (request.ask === 'ranges') return encodeRanges(request.prefixes, request.prefixes.map(() => ({ ids: ['00'.repeat(8)] })))
          resolve()
          return await answered
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
    store.release()
    while ((await keysOf(slow)).length === 0) await untilQuiet(lan.hub)
    expect((await keysOf(slow)).length).toBeLessThan(20)
    answer()
    await lan.quiet()
    expect(await keysOf(slow)).toHaveLength(20)
  })
})

/** Until nothing moves but what waits for the disk or for an answer. */
async function untilQuiet (hub: Lan['hub']): Promise<void> {
  do await new Promise<void>(resolve => { setImmediate(resolve) })
  while (hub.step())
}
