import type { Network, ObjectId } from '@dinemic/core'
import { nativeProvider as provider } from '@dinemic/core/native'
import { HookDispatcher, Orm, registerOrm, schemaOf, unregisterOrm } from '@dinemic/orm'
import { Replica } from '@dinemic/replica'
import { LevelDatabase, LevelKeyRing, LevelStore } from '@dinemic/store'
import type { Closing } from './closing.js'
import type { Reporter } from './events.js'
import { NodeKeys } from './keys.js'
import type { Logger } from './logger.js'
import { openIdentity } from './node-key.js'
import type { NodeOptions } from './options.js'
import { stopReplica } from './patience.js'
import { platform } from './platform.js'

export interface NodeParts {
  readonly self: ObjectId
  readonly replica: Replica
  readonly orm: Orm
  readonly network: Network
  readonly keys: NodeKeys
  readonly models: readonly string[]
}

/** Loopback and LAN, any free port. */
const LISTEN = ['/ip4/0.0.0.0/tcp/0']

/** Builds and starts the parts of a node, each after those that it needs; `closing` learns how each is closed. */
export async function compose (options: NodeOptions, { reporter, logger, closing }: { reporter: Reporter, logger: Logger, closing: Closing }): Promise<NodeParts> {
  const { network: networkName, networkKey, models, replicate, path, password, listen = LISTEN, discovery = 'mdns', listeners = [], durability = 'process', admit, quota, pendingBytes, hookTimeout } = options
  const modelNames = models.map(model => schemaOf(model).name) // Before the disk is touched: it throws ORM_NOT_A_MODEL.
  // libp2p takes a second to load, and who only imports the package, for its classes, has no use for it.
  const { createNetwork } = await import('@dinemic/net')

  const database = new LevelDatabase({ path })
  const store = new LevelStore(database)
  await store.open()
  closing.add(async () => { await store.close() })
  const keys = new LevelKeyRing(database, { password })
  await keys.open()
  closing.add(async () => { await keys.close() })

  const { self, peerSeed } = await openIdentity(keys, provider, platform)
  const network = await createNetwork({ networkName, networkKey, seed: peerSeed, listen, discovery, logger })
  closing.add(async () => { await network.stop() })

  const hooks = new HookDispatcher(hookTimeout === undefined ? {} : { timeout: hookTimeout })
  const replica = new Replica({ networkName, store, keys, network, hooks, provider, platform, self, models: modelNames, replicate, report: reporter.report, durability, admit, quota, pendingBytes })
  const orm = new Orm({ engine: replica, hooks, models, report: reporter.error })
  for (const [listener, filter] of listeners) hooks.apply(listener, filter)

  // Before the engine starts: hooks that it runs may say Person.get().
  registerOrm(orm)
  closing.add(async patience => { await stopReplica(replica, patience) })
  closing.add(() => {
    unregisterOrm(orm)
    orm.stop()
  })
  await replica.start()
  await network.start()
  return { self, replica, orm, network, keys: new NodeKeys(replica), models: modelNames }
}
