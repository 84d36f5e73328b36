import { afterEach, describe, expect, test } from '@jest/globals'
import { formatId } from '@dinemic/core'
import type { DinemicError, Network } from '@dinemic/core'
import { MemoryKeyRing, MemoryStore, realPlatform as platform } from '@dinemic/core/testing'
import { Continuity, stoppedWell } from '../src/continuity.js'
import type { WriteRequest } from '../src/engine.js'
import { decodeRequest } from '../src/sync/messages.js'
import { barePeer } from './bare-peer.js'
import { TestHooks, provider } from './harness.js'
import { VirtualLan, seedOf, write } from './virtual-lan.js'
import type { VirtualPeer } from './virtual-lan.js'

function deferred<T> (): { promise: Promise<T>, resolve: (value: T) => void } {
  let resolve: (value: T) => void
  return { promise: new Promise<T>(settle => { resolve = settle }), resolve: resolve! }
}

/** Has started, and somebody is there to be asked. */
async function met (continuity: Continuity): Promise<Continuity> {
  await continuity.start()
  continuity.met()
  return continuity
}

test('an object whose key came while nobody could be asked is asked for after a restart, until it is here and somebody has answered', async () => {
  const store = new MemoryStore()
  await store.open()
  const asked: string[] = []
  let peers: string[] = []
  let isHere = false
  /** A run of a node: what it writes, it asks for. */
  const run = async (work: (continuity: Continuity) => Promise<void>): Promise<string[]> => {
    const continuity = await met(new Continuity(store, {
      platform,
      ask: async object => {
        asked.push(object)
        return { asked: peers, failed: [] }
      },
      isHere: async () => isHere
    }))
    await work(continuity)
    await continuity.stop()
    return asked.splice(0)
  }
  const writes = async (continuity: Continuity): Promise<void> => { await continuity.beforeWriting(['Person:1', 'Person:2']) }

  expect(await run(writes)).toEqual([])
  expect(await run(async continuity => { await continuity.adopt('Person:1') })).toEqual([])
  expect(await run(writes)).toEqual(['Person:1'])
  peers = ['somebody']
  expect(await run(writes)).toEqual(['Person:1'])
  isHere = true
  expect(await run(async continuity => {
    await writes(continuity)
    await writes(continuity)
  })).toEqual(['Person:1'])
  expect(await run(writes)).toEqual([])
})

test('what a crash may have taken is asked for until all that some peer has is here, though nodes that met nobody have stopped well since', async () => {
  const store = new MemoryStore()
  await store.open()
  const asked: string[] = []
  const run = async (work: (continuity: Continuity) => Promise<void> | void): Promise<string[]> => {
    const continuity = await met(new Continuity(store, { platform, ask: async object => { asked.push(object); return { asked: ['somebody'], failed: [] } }, isHere: async () => true }))
    await work(continuity)
    await continuity.stop()
    return asked.splice(0)
  }
  await new Continuity(store, { platform, ask: async () => ({ asked: [], failed: [] }), isHere: async () => true }).start()
  expect(await stoppedWell(store)).toBe(false)
  for (let i = 0; i < 2; i++) {
    expect(await run(async continuity => { await continuity.beforeWriting(['Person:1']) })).toEqual(['Person:1'])
    expect(await stoppedWell(store)).toBe(true)
  }
  await run(continuity => { continuity.compared() })
  expect(await run(async continuity => { await continuity.beforeWriting(['Person:1']) })).toEqual([])
})

describe('after a stop that was none', () => {
  let lan = new VirtualLan()
  afterEach(async () => {
    await lan.stop()
    lan = new VirtualLan()
  })

  /** Of the event loop: what waits for time goes on waiting. */
  const turn = async (): Promise<void> => { for (let i = 0; i < 20; i++) await new Promise<void>(resolve => { setImmediate(resolve) }) }

  /** Begins with what another run has left in the store. */
  async function restarted (): Promise<VirtualPeer> {
    const store = new MemoryStore()
    await store.open()
    await new Continuity(store, { platform, ask: async () => ({ asked: [], failed: [] }), isHere: async () => true }).start()
    return await lan.peer('one', { store })
  }

  const silent = async (name: string): Promise<Network> => await barePeer(lan.hub, async () => await new Promise<Uint8Array>(() => {}), name)

  /** Stands before an honest node: passes on its answers, or what it has of objects, after a while, and says nothing else. */
  async function front (behind: VirtualPeer, ms: number): Promise<Network> {
    const network = await barePeer(lan.hub, async data => {
      if (!['object', 'ranges', 'fetch'].includes(decodeRequest(data).ask)) return await new Promise<Uint8Array>(() => {})
      await new Promise<void>(resolve => { lan.time.schedule(ms, resolve) })
      return await network.request(behind.network.id, data)
    }, 'front')
    await network.connect(behind.network.addresses[0]!)
    return network
  }

  /** How many ms of virtual time the task takes. */
  async function lasts (task: () => Promise<unknown>): Promise<number> {
    const start = lan.time.now
    const done = task().then(() => lan.time.now - start)
    await turn()
    await lan.time.pass(120_000, turn)
    return await done
  }

  async function save ({ replica }: VirtualPeer, objects: readonly string[], value: string): Promise<void> {
    await replica.write(await Promise.all(objects.map(async (object): Promise<WriteRequest> => ({ object, caller: object, base: (await replica.state(object))!, operations: [{ op: 'set', field: 'name', value }], encrypted: [] }))))
  }

  test.each([['alone', false], ['besides others', true]])('a silent peer that is there %s keeps one save waiting for 3 s, however many objects, and no other', async (_, withOther) => {
    const one = await restarted()
    const objects = await Promise.all([1, 2, 3, 4].map(async number => await write(one, number)))
    if (withOther) await one.network.connect((await lan.peer('other')).network.addresses[0]!)
    await one.network.connect((await silent('silent')).addresses[0]!)
    expect(await lasts(async () => { await save(one, objects, 'B') })).toBe(3000)
    for (const object of objects) expect(await lasts(async () => { await save(one, [object], 'C') })).toBe(0)
    const fresh = await write(one, 5)
    expect(await lasts(async () => { await save(one, [fresh], 'D') })).toBe(0)
  })

  test('nor does it wait longer where others wait for the silent peer, and there is no room to ask it', async () => {
    const one = await restarted()
    const object = await write(one, 1)
    await one.network.connect((await silent('silent')).addresses[0]!)
    for (let number = 2; number < 30; number++) one.replica.wait(formatId('Person', provider.publicKey(seedOf(number))), { timeout: 60_000 }).catch(() => {})
    await turn()
    expect(await lasts(async () => { await save(one, [object], 'B') })).toBe(3000)
  })

  test('a save that follows the start at once waits for the first peer, and where there is none for 2 s, once', async () => {
    const store = new MemoryStore()
    const keys = new MemoryKeyRing()
    await store.open()
    await keys.open()
    const before = await lan.peer('before', { store, keys })
    const [first, second] = [await write(before, 1), await write(before, 2)]
    await before.replica.stop()
    await new Continuity(store, { platform, ask: async () => ({ asked: [], failed: [] }), isHere: async () => true }).start()
    const alone = await lan.peer('alone', { store, keys })
    expect(await lasts(async () => { await save(alone, [first], 'B') })).toBe(2000)
    expect(await lasts(async () => { await save(alone, [second], 'B') })).toBe(0)
    await alone.replica.stop()

    await new Continuity(store, { platform, ask: async () => ({ asked: [], failed: [] }), isHere: async () => true }).start()
    const again = await lan.peer('again', { store, keys })
    const [behind, saved] = [await lan.peer('behind'), save(again, [first], 'C')]
    await turn()
    await again.network.connect(behind.network.addresses[0]!)
    expect(await lasts(async () => { await saved })).toBe(0)
  })

  test('what a left-over after-hook saves continues the chain that peers have, and not the one that the crash has left', async () => {
    const [store, keys, hooks] = [new MemoryStore(), new MemoryKeyRing(), new TestHooks()]
    const [behind, object] = [await lan.peer('behind'), formatId('Person', provider.publicKey(seedOf(1)))]
    await store.open()
    await keys.open()
    const start = async (name: string): Promise<VirtualPeer> => await lan.peer(name, { store, keys, hooks })
    // It fails while the node stops: it will run again.
    const { promise: stopping, resolve: fail } = deferred<boolean>()
    hooks.after = async () => await stopping
    const before = await start('before')
    await write(before, 1)
    const stopped = before.replica.stop()
    fail(false)
    await stopped

    const crashing = await start('crashing')
    await crashing.network.connect(behind.network.addresses[0]!)
    await turn()
    await save(crashing, [object], 'B')
    await turn()
    expect((await behind.replica.history(object)).length).toBe(2)
    store.crash({ unsynced: 'lost' })
    await crashing.network.stop()
    await store.open()

    const ran: string[] = []
    const { promise: started, resolve: isHere } = deferred<VirtualPeer>()
    hooks.after = async change => {
      ran.push(change.update.id)
      if (ran.length === 1) await save(await started, [object], 'C')
      return true
    }
    const again = await start('again')
    isHere(again)
    expect((await again.replica.history(object)).length).toBe(1)
    await again.network.connect(behind.network.addresses[0]!)
    await lan.time.pass(60_000, turn)
    expect([again, behind].flatMap(({ reports }) => reports.filter(([event]) => event === 'fork'))).toEqual([])
    expect((await behind.replica.history(object)).length).toBe(3)
    expect(ran.length).toBe(3)
  })

  test('a save that is still asking when the node stops is not written', async () => {
    const one = await restarted()
    const object = await write(one, 1)
    await one.network.connect((await silent('silent')).addresses[0]!)
    const saved = save(one, [object], 'B').then(() => 'written', ({ code }: DinemicError) => code)
    await turn()
    const stopped = one.replica.stop()
    await lan.time.pass(10_000, turn)
    expect(await saved).toBe('REPLICA_STOPPED')
    await stopped
    expect((await one.replica.history(object)).length).toBe(1)
  })

  test('a peer that is silent and connects anew keeps no further save waiting', async () => {
    const one = await restarted()
    const objects = await Promise.all([1, 2, 3, 4].map(async number => await write(one, number)))
    const network = await silent('silent')
    const waited: number[] = []
    for (const object of objects) {
      await one.network.connect(network.addresses[0]!)
      waited.push(await lasts(async () => { await save(one, [object], 'B') }))
      await one.network.disconnect('silent')
      await turn()
    }
    expect(waited).toEqual([3000, 0, 0, 0])
  })

  test('what one knows that answers late, and page by page, is here before the save', async () => {
    const one = await restarted()
    const behind = await lan.peer('behind')
    const object = await write(behind, 1)
    const bulk = new Uint8Array(200_000)
    // Who writes much rests in between.
    await lasts(async () => {
      for (let i = 0; i < 6; i++) await behind.replica.write([{ object, caller: object, base: (await behind.replica.state(object))!, operations: [{ op: 'set', field: `bulk${i}`, value: bulk }], encrypted: [] }])
    })
    await one.network.connect((await front(behind, 2900)).addresses[0]!)
    await one.network.connect((await silent('silent')).addresses[0]!)
    expect(await lasts(async () => { await one.replica.adopt(object, seedOf(1)) })).toBeGreaterThan(6000)
    await save(one, [object], 'B')
    await one.network.connect(behind.network.addresses[0]!)
    await turn()
    await lan.time.pass(60_000, turn)
    expect([one, behind].flatMap(({ reports }) => reports.filter(([event]) => event === 'fork'))).toEqual([])
    expect((await behind.replica.history(object)).length).toBe(8)
  })
})
