import { afterEach, describe, expect, test } from '@jest/globals'
import { DinemicError } from '@dinemic/core'
import type { Store } from '@dinemic/core'
import { MemoryStore } from '@dinemic/core/testing'
import { encodeWelcome } from '../../src/sync/messages.js'
import { barePeer } from '../bare-peer.js'
import { Lan, allHashes, create, nameOf, newKey, read, set } from '../harness.js'
import type { Peer } from '../harness.js'

let lan = new Lan()
afterEach(async () => {
  await lan.stop()
  lan = new Lan()
})

/** Whose updates can't be read for a while: who asks for them waits. */
class SlowReads extends MemoryStore {
  /** Whether large objects can't be read at all. */
  fails = false
  #gate = Promise.resolve()
  #open = (): void => {}

  shut (): void {
    this.#gate = new Promise<void>(resolve => { this.#open = resolve })
  }

  release (): void {
    this.#open()
  }

  override async update (...args: Parameters<Store['update']>): ReturnType<Store['update']> {
    await this.#gate
    return await super.update(...args)
  }

  override async updatesFrom (...args: Parameters<Store['updatesFrom']>): ReturnType<Store['updatesFrom']> {
    if (this.fails) throw new DinemicError('STORE_FAILED', 'the disk is away')
    await this.#gate
    return await super.updatesFrom(...args)
  }
}

const idsOf = async (peer: Peer, model = 'Person'): Promise<string[]> => {
  const ids: string[] = []
  for await (const id of peer.replica.ids(model)) ids.push(id)
  return ids
}
const bytesOf = (...peers: Peer[]): number => peers.flatMap(({ asked }) => asked).reduce((sum, { sent, answer }) => sum + sent + (answer?.length ?? 0), 0)
const askedOf = (peer: Peer): string[] => peer.asked.map(({ request }) => request.ask)

async function many (peer: Peer, count: number): Promise<string[]> {
  return await Promise.all(Array.from({ length: count }, async (_, i) => await create(peer, { name: `Person ${i}` })))
}

describe('a node that replicates chosen objects', () => {
  test('has these and no others, from comparing and from gossip, with the updates of others to them', async () => {
    const full = await lan.peer()
    const chief = await newKey(full.keys, 'Person')
    const [bob] = [await create(full, { name: 'Bob' }, { grants: [{ subject: chief, right: 'update' }] }), ...await many(full, 20)]
    const some = await lan.peer({ replicate: { Person: { ids: [bob] } } })
    await some.connect(full)
    await lan.quiet()
    expect(await idsOf(some)).toEqual([bob])
    await set(full, bob, { name: 'Rob' }, { caller: chief })
    await create(full, { name: 'told by gossip' })
    await lan.quiet()
    expect(await read(some, bob, 'name')).toBe('Rob')
    expect(await idsOf(some)).toEqual([bob])
    expect(some.reports.filter(([event]) => event === 'rejected' || event === 'error')).toEqual([])
  })

  test.each(['constructor', 'toString'])('has the other models whole, be one named %s', async model => {
    const [full, some] = [await lan.peer({ models: [model] }), await lan.peer({ models: [model], replicate: {} })]
    const bob = await create(full, { name: 'Bob' }, { model })
    await some.connect(full)
    await lan.quiet()
    expect(await idsOf(some, model)).toEqual([bob])
  })

  test('forwards what it has chosen, and nothing else', async () => {
    const [full, far] = [await lan.peer(), await lan.peer()]
    const bob = await create(full, { name: 'Bob' })
    const some = await lan.peer({ replicate: { Person: { ids: [bob] } } })
    await some.connect(full)
    await far.connect(some)
    await lan.quiet()
    await set(full, bob, { name: 'Rob' })
    const other = await create(full, { name: 'Other' })
    await lan.quiet()
    expect([await read(far, bob, 'name'), await far.replica.state(other)]).toEqual(['Rob', undefined])
  })

  test('catches up with what changed while it was away, at the cost of what it has chosen', async () => {
    const full = await lan.peer()
    const [bob, ...others] = await many(full, 300)
    const some = await lan.peer({ replicate: { Person: { ids: [bob!] } } })
    await some.connect(full)
    await lan.quiet()
    lan.hub.cut(nameOf(full), nameOf(some))
    for (let i = 0; i < 40; i++) await set(full, bob!, { name: `Bob ${i}` })
    for (const other of others.slice(0, 100)) await set(full, other, { name: 'changed' })
    for (const peer of [full, some]) peer.asked.length = 0
    lan.hub.heal()
    await lan.quiet()
    expect(new Set(await allHashes(bob!, full, some)).size).toBe(1)
    expect(await some.store.setKeys('Person')).toHaveLength(41)
    const frames = (await full.store.updates(bob!)).slice(1).reduce((sum, { frame }) => sum + frame.length, 0)
    expect(bytesOf(full, some)).toBeLessThan(frames + 3000)
  })

  test('says that nothing differs while what it has chosen is the same, and what differs once it is not', async () => {
    const full = await lan.peer()
    const [bob] = await many(full, 50)
    const some = await lan.peer({ replicate: { Person: { ids: [bob!] } }, admit: () => false })
    await some.connect(full)
    await lan.quiet()
    expect(some.replica.sync.peers).toMatchObject([{ result: 'nothing', reason: expect.any(String), differs: [{ model: 'Person', here: 0, there: 50 }] }])
    const other = await lan.peer({ replicate: { Person: { ids: [] } } })
    await other.connect(full)
    for (let i = 0; i < 2; i++) {
      await lan.quiet()
      expect(other.replica.sync.peers).toMatchObject([{ result: 'equal', differs: [] }])
      other.replica.compare(nameOf(full))
    }
    await other.replica.wait(bob!)
    await lan.quiet()
    other.replica.compare(nameOf(full))
    await lan.quiet()
    expect(other.replica.sync.peers).toMatchObject([{ result: 'equal', differs: [] }])
  })

  test('asks no more about a model that looks as it did', async () => {
    const full = await lan.peer()
    const [bob] = await many(full, 50)
    const some = await lan.peer({ replicate: { Person: { ids: [bob!] } } })
    await some.connect(full)
    await lan.quiet()
    full.replica.compare(nameOf(some)) // sees what the other has taken of it
    await lan.quiet()
    for (const peer of [full, some]) peer.asked.length = 0
    for (let i = 0; i < 5; i++) {
      some.replica.compare(nameOf(full))
      full.replica.compare(nameOf(some))
      await lan.quiet()
    }
    expect([askedOf(some), askedOf(full)]).toEqual([Array(5).fill('compare'), Array(5).fill('compare')])
  })

  test('spreads what it writes, also what it wrote alone, and hears what others do with it', async () => {
    const full = await lan.peer()
    await many(full, 30)
    const some = await lan.peer({ replicate: { Person: { ids: [] } } })
    const chief = await newKey(full.keys, 'Person')
    const mine = await create(some, { name: 'Mine' }, { grants: [{ subject: chief, right: 'update' }] })
    await some.connect(full)
    await lan.quiet()
    expect(await read(full, mine, 'name')).toBe('Mine')
    await set(full, mine, { name: 'Ours' }, { caller: chief })
    await lan.quiet()
    expect(await read(some, mine, 'name')).toBe('Ours')
    expect(await idsOf(some)).toEqual([mine])
  })

  test('replicates from then on what somebody opened, also after a restart', async () => {
    const full = await lan.peer()
    const [bob] = await many(full, 10)
    const some = await lan.peer({ replicate: { Person: { ids: [] } } })
    await some.connect(full)
    await lan.quiet()
    expect(await idsOf(some)).toEqual([])
    await some.replica.wait(bob!)
    await set(full, bob!, { name: 'Rob' })
    await lan.quiet()
    expect(await read(some, bob!, 'name')).toBe('Rob')
    await some.stop()
    await set(full, bob!, { name: 'Robert' })
    const again = await lan.peer({ store: some.store, keys: some.keys, replicate: { Person: { ids: [] } } })
    await again.connect(full)
    await lan.quiet()
    expect(await read(again, bob!, 'name')).toBe('Robert')
    expect(await idsOf(again)).toEqual([bob])
  })

  test('gets all of an opened object, though it is more than one answer holds', async () => {
    const full = await lan.peer()
    const [bob] = await many(full, 3)
    for (let i = 0; i < 14; i++) await set(full, bob!, { [`bulk${i}`]: new Uint8Array(200_000) })
    const some = await lan.peer({ replicate: { Person: { ids: [] } } })
    await some.connect(full)
    await lan.quiet()
    await some.replica.wait(bob!)
    await lan.quiet()
    expect(new Set(await allHashes(bob!, full, some)).size).toBe(1)
  })

  test.each(['while it is being fetched', 'before anything came'])('gets all of it though somebody opened it and gave up %s, and fetches nothing that nobody waits for', async when => {
    const store = new SlowReads()
    const full = await lan.peer({ store })
    const [bob] = await many(full, 3)
    for (let i = 0; i < 14; i++) await set(full, bob!, { [`bulk${i}`]: new Uint8Array(200_000) })
    const some = await lan.peer({ replicate: { Person: { ids: [] } } })
    await some.connect(full)
    await (await lan.peer({ replicate: { Person: { ids: [bob!] } } })).connect(full) // so that its ranges are known
    await lan.quiet()
    store.shut()
    if (when === 'before anything came') await expect(some.replica.wait(bob!, { timeout: 1 })).rejects.toMatchObject({ code: 'ORM_NOT_FOUND' })
    else {
      store.fails = true // Else the answer would come, or keep the next question waiting.
      const leaving = new AbortController()
      const waits = some.replica.wait(bob!, { signal: leaving.signal })
      await lan.until(() => askedOf(some).includes('fetch'))
      leaving.abort()
      await expect(waits).rejects.toThrow('abort')
    }
    store.fails = false
    store.release()
    await lan.quiet()
    expect(askedOf(some).filter(ask => ask === 'fetch').length).toBeLessThanOrEqual(1)
    expect(await some.store.updates(bob!)).toEqual([])
    await some.replica.wait(bob!)
    await lan.quiet()
    expect(new Set(await allHashes(bob!, full, some)).size).toBe(1)
  })

  test('forgets what was opened and never came', async () => {
    const [full, some] = [await lan.peer(), await lan.peer({ replicate: { Person: { ids: [] } } })]
    await some.connect(full)
    const seed = await newKey(full.keys, 'Person')
    await expect(some.replica.wait(seed, { timeout: 1 })).rejects.toMatchObject({ code: 'ORM_NOT_FOUND' })
    some.asked.length = 0
    await create(full, { name: 'changes the print' })
    some.replica.compare(nameOf(full))
    await lan.quiet()
    expect(askedOf(some)).not.toContain('prints')
  })

  test('forgets it when the last who waits for it has given up', async () => {
    const [full, some] = [await lan.peer(), await lan.peer({ replicate: { Person: { ids: [] } } })]
    await some.connect(full)
    const nobody = await newKey(full.keys, 'Person')
    await Promise.allSettled([1, 20].map(async timeout => await some.replica.wait(nobody, { timeout })))
    some.asked.length = 0
    await create(full, { name: 'changes the print' })
    some.replica.compare(nameOf(full))
    await lan.quiet()
    expect(askedOf(some)).not.toContain('prints')
  })

  test('gets an object from another that has chosen it too', async () => {
    const full = await lan.peer()
    const [bob, eve] = await many(full, 10)
    const one = await lan.peer({ replicate: { Person: { ids: [bob!, eve!] } } })
    await one.connect(full)
    await lan.quiet()
    await full.stop()
    const other = await lan.peer({ replicate: { Person: { ids: [bob!] } } })
    await other.connect(one)
    await lan.quiet()
    expect(await idsOf(other)).toEqual([bob])
  })
})

describe('a keeper', () => {
  test('stores and forwards what it has no class for, between peers that never meet', async () => {
    const keeper = await lan.peer({ models: [], replicate: 'all' })
    const one = await lan.peer({ models: ['Note', 'Person'] })
    const note = await create(one, { name: 'written alone' }, { model: 'Note' })
    await one.connect(keeper)
    await lan.quiet()
    expect([...keeper.replica.models].sort()).toEqual(['Note', 'Person'])
    const other = await lan.peer({ models: ['Note'] })
    await other.connect(keeper)
    await lan.quiet()
    expect(await read(other, note, 'name')).toBe('written alone')
    const live = await create(one, { name: 'told by gossip' }, { model: 'Note' })
    await lan.hub.settle()
    expect(await read(other, live, 'name')).toBe('told by gossip')
    expect(await idsOf(keeper, 'Note')).toHaveLength(2)
  })

  test('learns through another keeper of a model that this one learns of later, before anything is in it', async () => {
    const [near, far, other] = [await lan.peer({ models: [], replicate: 'all' }), await lan.peer({ models: [], replicate: 'all' }), await lan.peer({ models: ['Note'] })]
    await far.connect(near)
    await lan.quiet()
    const one = await lan.peer({ models: ['Note'] })
    await one.connect(near)
    await lan.quiet()
    expect(far.replica.models).toEqual(['Note'])
    await other.connect(far)
    await lan.quiet()
    const note = await create(one, { name: 'told by gossip' }, { model: 'Note' })
    await lan.hub.settle()
    expect(await read(other, note, 'name')).toBe('told by gossip')
  })

  test('still has it after a restart, whoever is there', async () => {
    const [keeper, one] = [await lan.peer({ models: [], replicate: 'all' }), await lan.peer({ models: ['Note'] })]
    await create(one, { name: 'kept' }, { model: 'Note' })
    await one.connect(keeper)
    await lan.quiet()
    await keeper.stop()
    const again = await lan.peer({ store: keeper.store, keys: keeper.keys, models: [], replicate: 'all' })
    expect(again.replica.models).toEqual(['Note'])
  })

  test('with classes enough to fill its room learns of no more', async () => {
    const models = Array.from({ length: 1000 }, (_, i) => `Own${i}`)
    const [keeper, one] = [await lan.peer({ models, replicate: 'all' }), await lan.peer({ models: ['Note'] })]
    await one.connect(keeper)
    await lan.quiet()
    expect(keeper.replica.models).toEqual(models)
    expect(keeper.reports.filter(([event]) => event === 'error')).toEqual([])
  })

  test('learns of so many models and no more, and of none that can not be one', async () => {
    const keeper = await lan.peer({ models: [], replicate: 'all' })
    const names = ['no name', 'x'.repeat(65), ...Array.from({ length: 1200 }, (_, i) => `M${i}`)]
    const network = await barePeer(lan.hub, () => encodeWelcome({ version: 1, time: Date.now(), prints: names.map(model => ({ model, count: 0, print: '00'.repeat(8) })), audit: null }))
    await network.connect(keeper.address)
    await lan.quiet()
    expect(keeper.replica.models).toHaveLength(1000)
    expect(keeper.replica.models).not.toContain('no name')
    // Those of which nothing came make room for other peers' models, while the one that named them all is there and when it has gone.
    for (const model of ['Note', 'Letter']) {
      const one = await lan.peer({ models: [model] })
      const id = await create(one, { name: 'real' }, { model })
      await one.connect(keeper)
      await lan.quiet()
      expect(await idsOf(keeper, model)).toEqual([id])
      expect(keeper.replica.models.length).toBeLessThanOrEqual(1000)
      keeper.replica.compare(network.id)
      await lan.quiet()
      expect(keeper.replica.models).toContain(model)
      if (model === 'Note') await network.stop()
    }
  })
})
