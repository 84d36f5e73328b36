import { afterEach, describe, expect, test } from '@jest/globals'
import { DinemicError, formatId } from '@dinemic/core'
import type { Store } from '@dinemic/core'
import { MemoryStore } from '@dinemic/core/testing'
import { decodeGot, decodeObjects } from '../src/sync/messages.js'
import { isFinal, isLaw, weightOf } from '../src/counted.js'
import { emptyRow } from '../src/object-row.js'
import type { ObjectRow } from '../src/object-row.js'
import { Quota } from '../src/quota.js'
import { stored } from './attacks/attacker.js'
import { Lan, allHashes, create, nameOf, newKey, read, set } from './harness.js'
import type { Peer } from './harness.js'

let lan = new Lan()
afterEach(async () => {
  await lan.stop()
  lan = new Lan()
})

/** Room for five small objects of strangers. */
const FIVE = 25_000

/** A disk that is full, or broken, for a while. */
class FailingStore extends MemoryStore {
  fails = false

  override async commit (...args: Parameters<Store['commit']>): Promise<void> {
    if (this.fails) throw new DinemicError('STORE_FAILED', 'no space left on device')
    await super.commit(...args)
  }
}

const objectsOf = async (peer: Peer): Promise<number> => {
  let count = 0
  for await (const object of peer.store.objects()) count += Number(object !== '')
  return count
}
const rejected = (peer: Peer): unknown[] => peer.reports.flatMap(([event, payload]) => event === 'rejected' ? [payload] : [])
const framesGot = ({ asked }: Peer): number => asked.reduce((sum, { request, answer }) => {
  if (answer === undefined) return sum
  if (request.ask === 'fetch' || request.ask === 'get') return sum + decodeGot(answer).frames.length
  return request.ask === 'objects' ? sum + decodeObjects(answer).frames.length : sum
}, 0)

async function many (peer: Peer, count: number): Promise<string[]> {
  const ids: string[] = []
  for (let i = 0; i < count; i++) ids.push(await create(peer, { name: `Person ${i}` }))
  return ids
}

/** A peer without room for all of a stranger's small objects, as one of them is large. */
async function full (): Promise<{ stranger: Peer, peer: Peer, large: string, objects: string[] }> {
  const [stranger, peer] = [await lan.peer(), await lan.peer({ quota: { disk: 50_000 } })]
  const large = await create(stranger, { name: 'x'.repeat(15_000) })
  await peer.connect(stranger)
  await lan.quiet()
  const objects = await many(stranger, 8)
  await lan.quiet()
  expect(await objectsOf(peer)).toBeLessThan(6)
  return { stranger, peer, large, objects }
}

/** What the node says it has taken of strangers, added up from its store. */
async function takenBy (peer: Peer): Promise<number> {
  let sum = 0
  for await (const object of peer.store.objects()) {
    if (await peer.keys.has(object)) continue
    let law = 0
    const updates = await stored(peer, object)
    for (const update of updates) {
      if (isLaw(update)) law += weightOf(update.frame.length)
      else sum += weightOf(update.frame.length)
    }
    sum += updates.some(isFinal) ? law : Math.max(law, 4096) // is paid for grants and closes to come
  }
  return sum
}

describe('the quota of the disk', () => {
  test('lets in strangers’ objects until it is full, tells of each other one once, and counts', async () => {
    const [stranger, peer] = [await lan.peer(), await lan.peer({ quota: { disk: FIVE } })]
    await peer.connect(stranger)
    const objects = await many(stranger, 8)
    await lan.quiet()
    for (const object of objects) await set(stranger, object, { name: 'changed' })
    await lan.quiet()
    expect(await objectsOf(peer)).toBe(5)
    expect(peer.replica.quota).toMatchObject({ used: await takenBy(peer), disk: FIVE })
    expect(peer.replica.quota.used).toBeLessThanOrEqual(FIVE)
    const told = rejected(peer) as { object: string, code: string }[]
    expect(told.map(({ code }) => code)).toEqual(told.map(() => 'REPLICA_OVER_QUOTA'))
    expect(new Set(told.map(({ object }) => object)).size).toBe(told.length)
    expect(peer.replica.refused.quota).toBeGreaterThanOrEqual(6)
  })

  test('lets nothing be forwarded that comes in a message with others and finds no room beside them', async () => {
    const [stranger, peer, behind] = [await lan.peer(), await lan.peer({ quota: { disk: FIVE } }), await lan.peer()]
    const objects = await many(stranger, 10)
    const frames = (await Promise.all(objects.map(async object => await stranger.store.updates(object)))).flat().map(({ frame }) => frame)
    await behind.connect(peer)
    await lan.quiet()
    await lan.tell(peer, 'Person', ...frames)
    expect(await objectsOf(peer)).toBe(5)
    expect(await objectsOf(behind)).toBe(5)
  })

  test('is no limit for what the node writes itself, in its own objects and in others’', async () => {
    const [stranger, peer] = [await lan.peer(), await lan.peer({ quota: { disk: FIVE } })]
    await peer.connect(stranger)
    const caller = await newKey(peer.keys, 'Person')
    const shared = await create(stranger, { name: 'Shared' }, { grants: [{ subject: caller, right: 'update' }] })
    await many(stranger, 8)
    await lan.quiet()
    const used = peer.replica.quota.used
    await many(peer, 10)
    await set(peer, shared, { name: 'x'.repeat(30_000) }, { caller })
    await lan.quiet()
    expect(peer.replica.quota.used).toBe(used)
    expect(await read(stranger, shared, 'name')).toHaveLength(30_000)
  })

  test('once full it still lets the owner of a known object shut somebody out, and end it, which makes room', async () => {
    const [stranger, peer] = [await lan.peer(), await lan.peer({ quota: { disk: FIVE } })]
    const caller = await newKey(stranger.keys, 'Person')
    const known = await create(stranger, { name: 'Known' }, { grants: [{ subject: caller, right: 'update' }] })
    await peer.connect(stranger)
    await lan.quiet()
    await many(stranger, 8)
    await lan.quiet()
    await set(stranger, known, {}, { revokes: [{ subject: caller, rights: ['update'] }] })
    await lan.quiet()
    expect((await peer.replica.history(known)).some(({ close }) => close !== null)).toBe(true)
    const before = await objectsOf(peer)
    await set(stranger, known, {}, { remove: true })
    await lan.quiet()
    expect(await peer.replica.state(known)).toBeUndefined()
    expect(await objectsOf(peer)).toBe(before + 1)
    expect(peer.replica.quota.used).toBe(await takenBy(peer))
  })

  test('what found no room comes without a new connection when there is enough of it', async () => {
    const { stranger, peer, large, objects } = await full()
    await set(stranger, large, {}, { remove: true })
    await lan.quiet()
    for (const [i, object] of objects.entries()) expect(await read(peer, object, 'name')).toBe(`Person ${i}`)
  })

  test('of what was removed only the removal counts, also after a restart: any number of objects may come and go', async () => {
    const [stranger, peer] = [await lan.peer(), await lan.peer({ quota: { disk: FIVE } })]
    await peer.connect(stranger)
    for (let i = 0; i < 12; i++) {
      const [object] = await many(stranger, 1)
      await lan.quiet()
      expect(await read(peer, object!, 'name')).toBe('Person 0')
      await set(stranger, object!, {}, { remove: true })
      await lan.quiet()
      expect(peer.replica.quota.used).toBe(await takenBy(peer))
    }
    const { used } = peer.replica.quota
    expect(used).toBeLessThan(FIVE / 2)
    await peer.stop()
    const again = await lan.peer({ store: peer.store, keys: peer.keys, quota: { disk: FIVE } })
    await again.connect(stranger)
    await lan.quiet()
    expect(again.replica.quota.used).toBe(used)
    await many(stranger, 1)
    await lan.quiet()
    expect(again.replica.quota.used).toBe(await takenBy(again))
  })

  test('removals of what was never here count too: a flood of them ends', async () => {
    const [stranger, peer] = [await lan.peer(), await lan.peer({ quota: { disk: FIVE } })]
    for (const object of await many(stranger, 60)) await set(stranger, object, {}, { remove: true })
    await peer.connect(stranger)
    await lan.quiet()
    const count = await objectsOf(peer)
    expect(count).toBeGreaterThan(30)
    expect(count).toBeLessThan(60)
    expect(peer.replica.quota.used).toBe(await takenBy(peer))
    expect(peer.replica.quota.used).toBeLessThanOrEqual(FIVE)
  })

  test('what found no room comes when an object becomes this node’s own, too', async () => {
    const { stranger, peer, large, objects } = await full()
    await peer.replica.adopt(large, (await stranger.keys.get(large))!)
    await lan.quiet()
    for (const [i, object] of objects.entries()) expect(await read(peer, object, 'name')).toBe(`Person ${i}`)
  })

  test('what could not be written has made no room, be it more or less than before', () => {
    const quota = new Quota({ has: async () => false }, { disk: 1600, object: 1600 })
    const row = (content: number): ObjectRow => ({ ...emptyRow(formatId('Person', new Uint8Array(32).fill(7))), counted: { law: 0, content } })
    const [more, less] = [[0, 1000], [1000, 0]].map(([before, after]) => [{ before: row(before!), after: row(after!) }])
    expect(quota.withContent(row(0).counted, 2000)).toBeUndefined()
    for (const change of [more!, less!]) {
      quota.apply(change)
      quota.undo(change)
    }
    expect(quota.takeRoomAgain()).toBe(false)
    for (const change of [more!, less!]) {
      quota.apply(change)
      quota.committed(change)
    }
    expect(quota.takeRoomAgain()).toBe(true)
    expect(quota.takeRoomAgain()).toBe(false)
  })

  test('of nothing has no room for anything, whatever goes', async () => {
    const [stranger, peer] = [await lan.peer(), await lan.peer({ quota: { disk: 0 } })]
    const caller = await newKey(peer.keys, 'Person')
    const mine = await create(peer, { name: 'Mine' }, { grants: [{ subject: caller, right: 'update' }] })
    await peer.connect(stranger)
    await many(stranger, 8)
    await lan.quiet()
    peer.asked.length = 0
    await set(peer, mine, { name: 'dropped' }, { caller })
    await set(peer, mine, {}, { revokes: [{ subject: caller, rights: ['update'], keep: [] }] })
    await lan.quiet()
    expect(framesGot(peer)).toBe(0)
  })

  test('what a close drops makes room', async () => {
    const [stranger, peer] = [await lan.peer(), await lan.peer()]
    const caller = await newKey(stranger.keys, 'Person')
    const object = await create(stranger, { name: 'Bob' }, { grants: [{ subject: caller, right: 'update' }] })
    await peer.connect(stranger)
    const [kept] = await set(stranger, object, { name: 'kept' }, { caller })
    for (let i = 0; i < 5; i++) await set(stranger, object, { name: `dropped ${i}` }, { caller })
    await lan.quiet()
    const before = peer.replica.quota.used
    await set(stranger, object, {}, { revokes: [{ subject: caller, rights: ['update'], keep: [kept!] }] })
    await lan.quiet()
    expect(peer.replica.quota.used).toBeLessThan(before)
    expect(peer.replica.quota.used).toBe(await takenBy(peer))
  })

  test('and a flood of grants can not take it from others: beyond what is paid and the headroom they are refused', async () => {
    const [stranger, other, peer] = [await lan.peer(), await lan.peer(), await lan.peer({ quota: { disk: FIVE } })]
    const caller = await newKey(other.keys, 'Person')
    const known = await create(other, { name: 'Known' }, { grants: [{ subject: caller, right: 'update' }] })
    const flooding = await create(stranger, { name: 'Flood' })
    await peer.connect(other)
    await peer.connect(stranger)
    await lan.quiet()
    for (let i = 0; i < 60; i++) await set(stranger, flooding, {}, { grants: [{ subject: await newKey(stranger.keys, 'Person'), right: 'update' }] })
    await lan.quiet()
    expect(peer.replica.quota.used).toBeLessThanOrEqual(FIVE * 9 / 8)
    expect(rejected(peer)).toContainEqual(expect.objectContaining({ object: flooding, code: 'REPLICA_OVER_QUOTA' }))
    await set(other, known, {}, { revokes: [{ subject: caller, rights: ['update'] }] })
    await lan.quiet()
    expect((await peer.replica.history(known)).some(({ close }) => close !== null)).toBe(true)
  })

  test('survives a restart', async () => {
    const [stranger, peer] = [await lan.peer(), await lan.peer({ quota: { disk: FIVE } })]
    await peer.connect(stranger)
    await many(stranger, 8)
    await lan.quiet()
    const { used } = peer.replica.quota
    await peer.stop()
    const again = await lan.peer({ store: peer.store, keys: peer.keys, quota: { disk: FIVE } })
    expect(again.replica.quota.used).toBe(used)
    await again.connect(stranger)
    await lan.quiet()
    expect(await objectsOf(again)).toBe(5)
  })

  test('what could not be written takes nothing', async () => {
    const store = new FailingStore()
    const [stranger, peer] = [await lan.peer(), await lan.peer({ store, quota: { disk: FIVE } })]
    await peer.connect(stranger)
    await lan.quiet()
    store.fails = true
    await create(stranger, { name: 'lost' })
    await lan.quiet()
    expect(peer.replica.quota.used).toBe(0)
    store.fails = false
    await many(stranger, 2)
    peer.replica.compare(nameOf(stranger))
    await lan.quiet()
    expect(await objectsOf(peer)).toBe(3)
    expect(peer.replica.quota.used).toBe(await takenBy(peer))
  })

  test('what becomes this node’s own makes room', async () => {
    const [stranger, peer] = [await lan.peer(), await lan.peer({ quota: { disk: FIVE } })]
    await peer.connect(stranger)
    const [mine] = await many(stranger, 8)
    await lan.quiet()
    await peer.replica.adopt(mine!, (await stranger.keys.get(mine!))!)
    expect(peer.replica.quota.used).toBe(await takenBy(peer))
    await create(stranger, { name: 'one more' })
    await lan.quiet()
    expect(await objectsOf(peer)).toBe(6)
  })
})

describe('the quota of an object', () => {
  test('ends a flood under a grant to anyone in an object of this node, whose owner writes on', async () => {
    const [peer, stranger] = [await lan.peer({ quota: { object: 20_000 } }), await lan.peer()]
    const book = await create(peer, { name: 'Guestbook' }, { grants: [{ subject: null, right: 'update', fields: ['entry'], limit: 1000 }] })
    await stranger.connect(peer)
    await lan.quiet()
    for (let i = 0; i < 40; i++) await set(stranger, book, { entry: `${i} ${'x'.repeat(200)}` }, { caller: await newKey(stranger.keys, 'Person') })
    await lan.quiet()
    expect(peer.replica.quota.used).toBeLessThanOrEqual(20_000)
    expect((await peer.store.updates(book)).length).toBeLessThan(25)
    expect(peer.replica.refused.quota).toBeGreaterThan(15)
    await set(peer, book, { name: 'x'.repeat(50_000) })
    expect(await read(peer, book, 'name')).toHaveLength(50_000)
  })

  test('holds for forks too, and for their proofs', async () => {
    const [owner, twin, peer] = [await lan.peer(), await lan.peer(), await lan.peer({ quota: { object: 60_000 } })]
    const object = await create(owner, { name: 'Bob' })
    await twin.connect(owner)
    await twin.replica.wait(object)
    await twin.replica.adopt(object, (await owner.keys.get(object))!)
    lan.hub.cut(nameOf(owner), nameOf(twin))
    for (let i = 0; i < 40; i++) for (const [n, device] of [owner, twin].entries()) await set(device, object, { name: `${n} ${i} ${'x'.repeat(400)}` })
    await peer.connect(owner)
    await peer.connect(twin)
    await lan.quiet()
    expect(peer.replica.quota.used).toBeLessThanOrEqual(60_000)
    const forks = await peer.replica.forks(object)
    const proofs = forks.flatMap(({ frames }) => frames).reduce((sum, frame) => sum + frame.length, 0)
    expect(peer.replica.quota.used).toBe(await takenBy(peer) + proofs)
    expect((await peer.store.updates(object)).length).toBeLessThan(80)
  })
})

describe('two honest nodes with different quotas', () => {
  test('do not fetch again and again what is written under a grant that found no room', async () => {
    const [a, b] = [await lan.peer(), await lan.peer({ quota: { object: 6000 } })]
    const object = await create(a, { name: 'Bob' })
    for (let i = 0; i < 30; i++) await set(a, object, {}, { grants: [{ subject: await newKey(a.keys, 'Person'), right: 'update' }] })
    const caller = await newKey(a.keys, 'Person')
    await set(a, object, {}, { grants: [{ subject: caller, right: 'update' }] })
    await set(a, object, { name: 'Rob' }, { caller })
    await b.connect(a)
    await lan.quiet()
    expect(await read(b, object, 'name')).toBe('Bob')
    expect(b.replica.missing).toEqual([])
    b.asked.length = 0
    for (let i = 0; i < 5; i++) {
      await create(b, { name: `Mine ${i}` })
      b.replica.compare(nameOf(a))
      await lan.quiet()
    }
    expect(framesGot(b)).toBe(0)
  })

  test('do not ask each other for ever: what was refused is asked for once', async () => {
    const [a, b] = [await lan.peer(), await lan.peer({ quota: { disk: FIVE } })]
    const objects = await many(a, 260)
    await b.connect(a)
    await lan.quiet()
    expect(await objectsOf(b)).toBe(5)
    expect(framesGot(b)).toBeLessThan(3 * 260)
    // The first rounds go on where the last one gave up.
    for (let i = 0; i < 5; i++) {
      await set(a, objects[0]!, { name: `${i}` })
      b.replica.compare(nameOf(a))
      await lan.quiet()
    }
    for (const peer of [a, b]) peer.asked.length = 0
    const rounds = 10
    for (let i = 0; i < rounds; i++) {
      await set(b, await create(b, { name: 'Mine' }), { name: `${i}` })
      b.replica.compare(nameOf(a))
      await lan.quiet()
    }
    expect(framesGot(b)).toBe(0)
    // The way down to what has come is gone, and no other: two steps, or three where the time at which it was made has just turned a digit.
    expect(b.asked.filter(({ request }) => request.ask !== 'compare').length).toBeLessThanOrEqual(3 * rounds)
    for (const object of objects.slice(0, 3)) if (await b.replica.state(object) !== undefined) expect(new Set(await allHashes(object, a, b)).size).toBe(1)
  }, 20_000)
})
