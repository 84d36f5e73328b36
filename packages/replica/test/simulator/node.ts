import { formatId } from '@dinemic/core'
import type { Commit, CryptoProvider, Network, ObjectId, Positions, StoredState } from '@dinemic/core'
import { MemoryKeyRing, MemoryStore } from '@dinemic/core/testing'
import type { SeededPlatform } from '@dinemic/core/testing'
import type { HooksPort, ObjectChange } from '../../src/engine.js'
import { Replica } from '../../src/replica.js'
import type { Reports } from '../../src/report.js'
import { WatchedNetwork } from './watched-network.js'
import { WatchedStore } from './watched-store.js'
import type { Life } from './watched-store.js'

export const NETWORK = 'simulated'
export const MODELS = ['Note', 'Person'] as const

/** What a node does, told to whoever watches over the rules. */
export interface NodeWatch {
  committing (node: SimNode, commit: Commit): void
  committed (node: SimNode, commit: Commit, states: readonly (StoredState | undefined)[]): void
  sent (node: SimNode, bytes: Uint8Array): void
  before (node: SimNode, change: ObjectChange): Promise<void> | void
  after (node: SimNode, change: ObjectChange): void
  report (node: SimNode, event: keyof Reports, payload: unknown): void
  died (node: SimNode, unsynced: 'kept' | 'lost'): void
}

export interface NodeParts {
  readonly name: string
  readonly provider: CryptoProvider
  readonly platform: SeededPlatform
  readonly createNetwork: (name: string) => Network
  readonly createPositions: () => Positions
  /** Lets go on what goes on without the network, until a promise has settled. */
  readonly settle: (promise: Promise<unknown>) => Promise<void>
  readonly watch: NodeWatch
}

/** A machine: its disk and its keys stay, its processes come and go. */
export class SimNode {
  readonly name: string
  readonly platform: SeededPlatform
  readonly store = new MemoryStore()
  readonly keys = new MemoryKeyRing()
  readonly self: ObjectId
  readonly positions: Positions
  readonly #parts: NodeParts
  readonly #selfSeed: Uint8Array
  /** Counts processes: hooks may run again in the next one. */
  life = 0
  /** The running process's engine. */
  replica: Replica | undefined
  network: Network | undefined
  #process: Process | undefined

  constructor (parts: NodeParts) {
    this.#parts = parts
    this.name = parts.name
    this.platform = parts.platform
    this.positions = parts.createPositions()
    this.#selfSeed = parts.platform.random(32)
    this.self = formatId('Node', parts.provider.publicKey(this.#selfSeed))
  }

  get isUp (): boolean {
    return this.replica !== undefined
  }

  async start (): Promise<void> {
    const { name, provider, platform, createNetwork, watch } = this.#parts
    this.life++
    const process = new Process(() => { this.crash('kept') })
    await this.store.open()
    await this.keys.open()
    await this.keys.put(this.self, this.#selfSeed)
    const store = new WatchedStore(this.store, process, {
      committing: commit => { watch.committing(this, commit) },
      committed: (commit, states) => { watch.committed(this, commit, states) }
    })
    const network = new WatchedNetwork(createNetwork(name), process, bytes => { watch.sent(this, bytes) })
    const replica = new Replica({
      networkName: NETWORK, store, keys: this.keys, network, hooks: this.#hooks(process), provider, platform, self: this.self, models: MODELS,
      report: (event, payload) => { if (process.alive) watch.report(this, event, payload) }
    })
    this.#process = process
    this.replica = replica
    this.network = network
    await this.#settled(Promise.race([replica.start(), process.end]))
    if (process.alive) await network.start()
  }

  /** What the running process answers; undefined where there is none, or none any more. */
  async ask<T> (question: (replica: Replica) => Promise<T>): Promise<T | undefined> {
    if (this.replica === undefined || this.#process === undefined) return undefined
    return await this.#settled(Promise.race([question(this.replica), this.#process.end]))
  }

  async #settled<T> (promise: Promise<T>): Promise<T> {
    await this.#parts.settle(promise)
    return await promise
  }

  /** The process dies at this instant: with the machine's power everything goes that was not synced. */
  crash (unsynced: 'kept' | 'lost'): void {
    if (this.#process === undefined) return
    this.#process.die()
    this.#process = undefined
    this.replica = undefined
    void this.network?.stop()
    this.network = undefined
    this.store.crash({ unsynced })
    this.#parts.watch.died(this, unsynced)
  }

  /** The process will die in the middle of its n-th commit from now, before or after the write. */
  lightFuse (writes: number): void {
    if (this.#process !== undefined) this.#process.fuse = writes
  }

  #hooks (process: Process): HooksPort {
    const { watch } = this.#parts
    return {
      before: async change => {
        await Promise.resolve()
        if (process.alive) await watch.before(this, change)
      },
      wantsBefore: () => true,
      wantsAfter: () => true,
      after: async change => {
        await Promise.resolve()
        if (process.alive) watch.after(this, change)
        return true
      }
    }
  }
}

class Process implements Life {
  alive = true
  /** Points at which it may die that are left. */
  fuse = Infinity
  readonly end: Promise<undefined>
  readonly #crash: () => void
  #ended = (): void => {}

  constructor (crash: () => void) {
    this.#crash = crash
    this.end = new Promise(resolve => { this.#ended = () => { resolve(undefined) } })
  }

  mayDie (): void {
    if (this.alive && this.fuse-- <= 0) this.#crash()
  }

  die (): void {
    this.alive = false
    this.#ended()
  }
}
