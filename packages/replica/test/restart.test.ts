import { expect, test } from '@jest/globals'
import { formatId } from '@dinemic/core'
import { MemoryHub, MemoryKeyRing, MemoryStore, realPlatform as platform } from '@dinemic/core/testing'
import { Replica } from '../src/replica.js'
import { TestHooks, provider } from './harness.js'
import { seedOf, write } from './virtual-lan.js'

/** Takes its time to say what it has. */
class SlowStore extends MemoryStore {
  override async models (): Promise<string[]> {
    for (let i = 0; i < 500; i++) await new Promise<void>(resolve => { setImmediate(resolve) })
    return await super.models()
  }
}

test('what left-over after-hooks write at the start is counted once, and nothing goes wrong though the network does not run yet', async () => {
  const [store, keys, hub] = [new SlowStore(), new MemoryKeyRing(), new MemoryHub()]
  const seed = new Uint8Array(32).fill(7)
  const self = formatId('Node', provider.publicKey(seed))
  await keys.open()
  await keys.put(self, seed)
  const errors: unknown[] = []
  const start = async (after: (replica: Replica) => Promise<void>): Promise<Replica> => {
    await store.open()
    const [network, hooks] = [hub.create(), new TestHooks()]
    const replica: Replica = new Replica({
      networkName: 'test', store, keys, network, hooks, provider, platform, self, models: ['Person'], report: (event, payload) => { if (event === 'error') errors.push(payload) }
    })
    hooks.after = async ({ object }) => {
      if (object === first) await after(replica)
      return true
    }
    await replica.start()
    await network.start()
    return replica
  }
  let first = ''
  const before = await start(async () => await new Promise(() => {}))
  first = formatId('Person', provider.publicKey(seedOf(1)))
  await write({ replica: before }, 1)
  store.crash()
  const again = await start(async replica => { for (let i = 2; i < 12; i++) await write({ replica }, i) })
  await again.idle()
  expect(again.sync.models).toEqual([{ model: 'Person', have: 11, want: 0 }])
  expect(errors).toEqual([])
})
