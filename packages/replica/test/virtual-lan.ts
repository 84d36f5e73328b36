import { formatId } from '@dinemic/core'
import type { CryptoProvider, Network } from '@dinemic/core'
import { MemoryHub, MemoryKeyRing, MemoryStore, SeededPlatform, SeededRandom, VirtualTime } from '@dinemic/core/testing'
import type { ReplicaOptions } from '../src/compose.js'
import { Replica } from '../src/replica.js'
import type { Reports } from '../src/report.js'
import { TestHooks, provider as native } from './harness.js'

/** On this thread: virtual time waits for no other. */
const provider: CryptoProvider = { ...native, verifyAsync: undefined }

export interface VirtualPeer { readonly replica: Replica, readonly network: Network, readonly store: MemoryStore, readonly reports: [keyof Reports, unknown][] }

/** Nodes under virtual time: hours pass in moments, and the same way each time. */
export class VirtualLan {
  readonly time = new VirtualTime()
  readonly hub = new MemoryHub({ schedule: (ms, task) => this.time.schedule(ms, task) })
  readonly #running: Replica[] = []

  async peer (name: string, options: Partial<ReplicaOptions> = {}): Promise<VirtualPeer> {
    const [store, keys, network] = [new MemoryStore(), new MemoryKeyRing(), this.hub.create(name)]
    await store.open()
    await keys.open()
    const seed = new Uint8Array(32).fill(name.length)
    const self = formatId('Node', provider.publicKey(seed))
    await keys.put(self, seed)
    const reports: [keyof Reports, unknown][] = []
    const replica = new Replica({
      networkName: 'test', store, keys, network, hooks: new TestHooks(), provider, platform: new SeededPlatform(this.time, new SeededRandom(name)), self, models: ['Person'],
      report: (event, payload) => { reports.push([event, payload]) }, ...options
    })
    await replica.start()
    await network.start()
    this.#running.push(replica)
    return { replica, network, store, reports }
  }

  /** Lets time pass; what is sent meanwhile arrives. */
  async pass (ms: number): Promise<void> {
    await this.time.pass(ms, async () => { await this.hub.settle() })
  }

  async stop (): Promise<void> {
    for (const replica of this.#running.splice(0)) await replica.stop()
  }
}

/** The key of the n-th object; the same one each time. */
export function seedOf (number: number): Uint8Array {
  const seed = new Uint8Array(32).fill(1)
  new DataView(seed.buffer).setUint32(0, number)
  return seed
}

/** The n-th object, with a name. */
export async function write ({ replica }: Pick<VirtualPeer, 'replica'>, number: number): Promise<string> {
  const seed = seedOf(number)
  const object = formatId('Person', provider.publicKey(seed))
  await replica.write([{ object, caller: object, create: { seed }, operations: [{ op: 'set', field: 'name', value: 'Bob' }], encrypted: [] }])
  return object
}
