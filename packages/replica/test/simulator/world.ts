import { Positions, bindNetwork, bytesToHex, concatBytes, decodeFrame, formatId, utf8 } from '@dinemic/core'
import type { Commit, CryptoProvider, NetworkBinding, ObjectId, StoredState, Update, UpdateId } from '@dinemic/core'
import { MemoryHub, SeededPlatform, SeededRandom, VirtualTime } from '@dinemic/core/testing'
import type { Faults } from '@dinemic/core/testing'
import type { ObjectChange } from '../../src/engine.js'
import type { Reports } from '../../src/report.js'
import { Library } from './library.js'
import { NETWORK, SimNode } from './node.js'
import type { NodeWatch } from './node.js'
import { Trace } from './trace.js'

export interface WorldOptions {
  readonly seed: number
  readonly nodes: number
  readonly provider: CryptoProvider
  readonly keepTrace?: boolean
}

/** An object that the workload knows of. */
export interface SimObject {
  readonly id: ObjectId
  readonly seed: Uint8Array
  /** Names that the class of this object calls encrypted; classes may learn more. */
  readonly encrypted: Set<string>
}

type Faulty = { -readonly [K in keyof Faults]: Faults[K] }

const PATIENCE = 200_000
/** Turns in which most of what a node is asked is answered, and in which anything must be. */
const AT_ONCE = 8
const TURNS = 20_000

/** N nodes, their network and their time, in one thread. Nothing in it moves but by the methods of this class. */
export class World {
  readonly random: SeededRandom
  readonly time = new VirtualTime()
  readonly provider: CryptoProvider
  readonly binding: NetworkBinding
  readonly hub: MemoryHub
  readonly faults: Faulty
  readonly nodes: SimNode[] = []
  readonly objects: SimObject[] = []
  readonly library: Library
  /** Updates that no honest node wrote. */
  readonly foreign = new Set<UpdateId>()
  readonly trace: Trace
  /** Commits of all nodes so far: when it stands still, nothing happens. */
  commits = 0
  /** The first broken rule; after it nothing means anything. */
  problem: string | undefined
  readonly #watches: Partial<NodeWatch>[] = []
  readonly #links: [SimNode, SimNode][] = []

  constructor ({ seed, nodes, provider, keepTrace = false }: WorldOptions) {
    this.random = new SeededRandom(seed, 'world')
    this.provider = provider
    this.binding = bindNetwork(provider, NETWORK)
    this.library = new Library(this.binding)
    this.trace = new Trace(provider, keepTrace)
    const chance = new SeededRandom(seed, 'faults')
    this.faults = { random: () => chance.next(), drop: 0, duplicate: 0, reorder: 0 }
    this.hub = new MemoryHub({ delivery: 'manual', faults: this.faults, schedule: (ms, task) => this.time.schedule(ms, task) })
    for (let i = 0; i < nodes; i++) this.nodes.push(this.#node(seed, `node-${i}`))
  }

  /** Has somebody told of what nodes do, in order of registration. */
  watch (watch: Partial<NodeWatch>): void {
    this.#watches.push(watch)
  }

  /** A rule is broken. */
  fail (rule: string, details: string): void {
    this.problem ??= `${rule}: ${details}`
  }

  decode (frame: Uint8Array): Update {
    return decodeFrame(this.binding, frame)
  }

  /** The id that a frame's update has or would have. */
  idOf (frame: Uint8Array): UpdateId {
    return bytesToHex(this.provider.sha256(concatBytes(utf8('dinemic/update\0'), this.binding.networkHash, frame.subarray(64))))
  }

  get up (): SimNode[] {
    return this.nodes.filter(node => node.isUp)
  }

  /** Starts all nodes, connected as a ring and some chords. */
  async start (): Promise<void> {
    for (const node of this.nodes) await node.start()
    this.nodes.forEach((node, i) => {
      this.nodes.slice(i + 1).forEach((other, distance) => {
        const neighbours = distance === 0 || (i === 0 && distance === this.nodes.length - 2)
        if (neighbours || this.random.chance(0.3)) this.#links.push([node, other])
      })
    })
    await this.reconnect()
  }

  /** As peers redial: links whose ends are up and not kept apart come back. */
  async reconnect (): Promise<void> {
    for (const [a, b] of this.#links) {
      if (!a.isUp || !b.isUp) continue
      await a.network!.connect(`memory:${b.name}`).catch(() => { /* kept apart */ })
    }
    await this.turn()
  }

  /** Lets everything follow that follows without the network and without time. */
  async turn (): Promise<void> {
    await new Promise<void>(resolve => { setImmediate(resolve) })
  }

  /** The same until a promise has settled. Who works long makes pauses, and those are time. */
  async settle (promise: Promise<unknown>): Promise<void> {
    let isSettled = false
    const settled = (): void => { isSettled = true }
    promise.then(settled, settled)
    for (let turns = 0; !isSettled; turns++) {
      if (turns === TURNS) throw new Error(`What a node was asked isn't answered within ${TURNS} turns: it waits for something that never comes`)
      await this.turn()
      if (turns > AT_ONCE) await this.time.pass(0, async () => { await this.turn() })
    }
  }

  /** Delivers up to so many parcels. */
  async deliver (parcels: number): Promise<void> {
    await this.turn()
    for (let i = 0; i < parcels && this.hub.step(); i++) await this.turn()
  }

  /** Delivers until nothing is under way. */
  async drain (): Promise<void> {
    await this.turn()
    for (let delivered = 0; this.hub.pending > 0; delivered++) {
      if (delivered > PATIENCE) return this.fail('the network comes to rest', `${PATIENCE} parcels and no end`)
      this.hub.step()
      if (delivered % 4 === 3 || this.hub.pending === 0) await this.turn()
    }
  }

  #node (seed: number, name: string): SimNode {
    const platform = new SeededPlatform(this.time, new SeededRandom(seed, name))
    return new SimNode({
      name, platform, provider: this.provider,
      createNetwork: id => this.hub.create(id),
      settle: async promise => { await this.settle(promise) },
      createPositions: () => new Positions(() => bytesToHex(platform.random(6))),
      watch: {
        committing: (node, commit) => { this.#tell(watch => watch.committing?.(node, commit)) },
        committed: (node, commit, states) => { this.#committed(node, commit, states) },
        sent: (node, bytes) => { this.#tell(watch => watch.sent?.(node, bytes)) },
        before: async (node, change) => { await this.#before(node, change) },
        after: (node, change) => { this.#tell(watch => watch.after?.(node, change)) },
        report: (node, event, payload) => { this.#report(node, event, payload) },
        died: (node, unsynced) => {
          this.trace.note(`${node.name} dies`)
          this.#tell(watch => watch.died?.(node, unsynced))
        }
      }
    })
  }

  #committed (node: SimNode, commit: Commit, states: readonly (StoredState | undefined)[]): void {
    this.commits++
    for (const { object, put, drop } of commit.objects) {
      this.trace.note(`${node.name} ${object} +${put.map(({ id }) => id).join(' ')} -${drop.join(' ')}`)
    }
    this.#tell(watch => watch.committed?.(node, commit, states))
    for (const { put } of commit.objects) for (const { id, frame } of put) this.library.add(id, frame)
  }

  /** Not caught: a watch refuses by throwing, as a hook does. */
  async #before (node: SimNode, change: ObjectChange): Promise<void> {
    for (const watch of this.#watches) await watch.before?.(node, change)
  }

  #report (node: SimNode, event: keyof Reports, payload: unknown): void {
    this.trace.note(`${node.name} reports ${event}`)
    this.#tell(watch => watch.report?.(node, event, payload))
  }

  /** What a watch throws is its own mistake, and must not look like one of the engine. */
  #tell (task: (watch: Partial<NodeWatch>) => void): void {
    try {
      for (const watch of this.#watches) task(watch)
    } catch (error) {
      this.fail('the simulator itself', error instanceof Error ? error.stack ?? error.message : String(error))
    }
  }
}

/** An id from a seed. */
export function idOf (world: Pick<World, 'provider'>, model: string, seed: Uint8Array): ObjectId {
  return formatId(model, world.provider.publicKey(seed))
}
