import { formatId } from '@dinemic/core'
import { nativeProvider as provider } from '@dinemic/core/native'
import { MemoryHub, MemoryKeyRing, MemoryStore } from '@dinemic/core/testing'
import { Replica } from '@dinemic/replica'
import { HookDispatcher } from '../../src/hooks/dispatcher.js'
import { Orm } from '../../src/orm.js'
import { schemaOf } from '../../src/schema/registry.js'
import type { ModelClass } from '../../src/types.js'
import { ManualPlatform } from './timers.js'

/** Nodes on the real engine, in one thread: memory for the disk and the network, time by hand, chance from a seed. */
export class TestNetwork {
  readonly #hub = new MemoryHub()
  readonly #nodes: TestNode[] = []

  async start (models: readonly ModelClass[]): Promise<TestNode> {
    const seed = this.#nodes.length + 1
    const node = await startNode(this.#hub, models, seed)
    for (const other of this.#nodes) await node.network.connect(other.network.addresses[0]!)
    this.#nodes.push(node)
    return node
  }

  /** Resolves when nothing is under way on any node, nor between them. */
  async quiet (): Promise<void> {
    for (let round = 0; round < 3; round++) {
      await this.#hub.settle()
      for (const { engine } of this.#nodes) await engine.idle()
    }
  }

  async stop (): Promise<void> {
    for (const { orm, engine, network } of this.#nodes) {
      orm.stop()
      await engine.stop()
      await network.stop()
    }
  }
}

export type TestNode = Awaited<ReturnType<typeof startNode>>

async function startNode (hub: MemoryHub, models: readonly ModelClass[], seed: number) {
  const platform = new ManualPlatform(seed)
  const [store, keys, network] = [new MemoryStore(), new MemoryKeyRing(), hub.create()]
  await store.open()
  await keys.open()
  const ownSeed = platform.random(32)
  const self = formatId('Node', provider.publicKey(ownSeed))
  await keys.put(self, ownSeed)

  const reported: { readonly event: string, readonly payload: unknown }[] = []
  const hooks = new HookDispatcher()
  const engine = new Replica({
    networkName: 'test', store, keys, network, hooks, provider, platform, self, models: models.map((model) => schemaOf(model).name),
    report: (event, payload) => { reported.push({ event, payload }) }
  })
  const orm = new Orm({ engine, hooks, models, report: (payload) => { reported.push({ event: 'error', payload }) } })
  await engine.start()
  await network.start()
  return { orm, engine, network, reported }
}
