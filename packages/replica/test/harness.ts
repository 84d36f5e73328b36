import { formatId } from '@dinemic/core'
import type { CryptoProvider, Network, ObjectId, Operation, Value } from '@dinemic/core'
import { nativeProvider } from '@dinemic/core/native'
import { MemoryHub, MemoryKeyRing, MemoryStore, realPlatform as platform } from '@dinemic/core/testing'
import { Replica } from '../src/replica.js'
import type { HooksPort, ObjectChange, WriteRequest } from '../src/engine.js'
import type { Reports } from '../src/report.js'
import type { ReplicaOptions } from '../src/compose.js'
import { decodeRequest, encodeFrames } from '../src/sync/messages.js'
import type { Request } from '../src/sync/messages.js'
import { emptyHanded } from './bare-peer.js'

export const provider: CryptoProvider = nativeProvider

/** Hooks that tell what they saw, and refuse or accept as a test says. */
export class TestHooks implements HooksPort {
  readonly befores: ObjectChange[] = []
  readonly afters: ObjectChange[] = []
  onBefore: (change: ObjectChange) => void | Promise<void> = () => {}

  async before (change: ObjectChange): Promise<void> {
    this.befores.push(change)
    await this.onBefore(change)
  }

  wantsBefore (): boolean {
    return true
  }

  wantsAfter (): boolean {
    return true
  }

  async after (change: ObjectChange): Promise<boolean> {
    this.afters.push(change)
    return true
  }
}

export interface Peer { readonly replica: Replica, readonly hooks: TestHooks, readonly store: MemoryStore, readonly keys: MemoryKeyRing, readonly address: string, readonly reports: [keyof Reports, unknown][], readonly asked: Asked[], connect (to: Pick<Peer, 'address'>): Promise<void>, stop (): Promise<void> }

/** A request that a peer sent, and the answer, if there was one. */
export interface Asked { readonly to: string, readonly request: Request, readonly sent: number, answer?: Uint8Array }

/** What a network is asked to ask, in order. */
function watchRequests (network: Network): Asked[] {
  const all: Asked[] = []
  const request = network.request.bind(network)
  network.request = async (to, data, options) => {
    const asked: Asked = { to, request: decodeRequest(data), sent: data.length }
    all.push(asked)
    asked.answer = await request(to, data, options)
    return asked.answer
  }
  return all
}

export class Lan {
  readonly hub = new MemoryHub()
  readonly #peers: Peer[] = []

  async peer (options: { store?: MemoryStore, keys?: MemoryKeyRing, models?: string[] } & Partial<Pick<ReplicaOptions, 'admit' | 'pendingBytes' | 'quota' | 'replicate'>> = {}): Promise<Peer> {
    const { store = new MemoryStore(), keys = new MemoryKeyRing(), models = ['Person'], ...rest } = options
    await store.open()
    await keys.open()
    const hooks = new TestHooks()
    const reports: [keyof Reports, unknown][] = []
    const network = this.hub.create()
    const asked = watchRequests(network)
    const self = await newKey(keys, 'Node')
    const replica = new Replica({
      networkName: 'test', store, keys, network, hooks, provider, platform, self, models, ...rest,
      report: (event, payload) => { reports.push([event, payload]) }
    })
    await replica.start()
    await network.start()
    const peer: Peer = {
      replica, hooks, store, keys, reports, asked, address: network.addresses[0]!,
      connect: async to => { await network.connect(to.address) },
      stop: async () => {
        await replica.stop()
        await network.stop()
      }
    }
    this.#peers.push(peer)
    return peer
  }

  /** Has somebody who answers nothing tell a peer these frames of a model, and no more. */
  async tell (peer: Peer, model: string, ...frames: Uint8Array[]): Promise<void> {
    await this.#asStranger(peer, async network => {
      network.subscribe(model)
      await network.publish(model, encodeFrames(frames))
      await this.quiet()
    })
  }

  /** What a peer answers a stranger. */
  async ask (peer: Peer, request: Uint8Array): Promise<Uint8Array> {
    return await this.#asStranger(peer, async (network, id) => {
      const answer = network.request(id, request)
      await this.quiet()
      return await answer
    })
  }

  async #asStranger<T> (peer: Peer, task: (network: Network, peer: string) => Promise<T>): Promise<T> {
    const network = this.hub.create()
    network.handle({ message: async () => 'ignore', request: async (_from, data) => emptyHanded(data), connected: () => {}, disconnected: () => {} })
    await network.start()
    try {
      return await task(network, await network.connect(peer.address))
    } finally {
      await network.stop()
    }
  }

  /** Until something is so, while requests and answers come and go. */
  async until (isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>(resolve => { setTimeout(resolve, 0) })
  }

  /** Until nothing is under way anywhere. */
  async quiet (): Promise<void> {
    for (let calm = 0; calm < 3;) {
      await this.hub.settle()
      for (const { replica } of this.#peers) await replica.idle()
      calm = this.hub.pending === 0 ? calm + 1 : 0
    }
  }

  async stop (): Promise<void> {
    for (const peer of this.#peers) await peer.stop()
  }
}

/** As the hub knows it. */
export function nameOf ({ address }: Pick<Peer, 'address'>): string {
  return address.slice('memory:'.length)
}

export async function newKey (keys: MemoryKeyRing, model: string): Promise<ObjectId> {
  const seed = platform.random(32)
  const id = formatId(model, provider.publicKey(seed))
  await keys.put(id, seed)
  return id
}

/** Creates an object: plain fields, and those of `sealed` encrypted. */
export async function create (peer: Peer, fields: Record<string, Value>, options: { sealed?: string[], grants?: WriteRequest['grants'], model?: string } = {}): Promise<ObjectId> {
  const seed = platform.random(32)
  const object = formatId(options.model ?? 'Person', provider.publicKey(seed))
  const operations = Object.entries(fields).map(([field, value]): Operation => ({ op: 'set', field, value }))
  await peer.replica.write([{ object, caller: object, create: { seed }, operations, encrypted: options.sealed ?? [], ...(options.grants === undefined ? {} : { grants: options.grants }) }])
  return object
}

/** Sets fields as `caller`, seeing what the peer shows now. */
export async function set (peer: Peer, object: ObjectId, fields: Record<string, Value>, options: Partial<WriteRequest> = {}): Promise<string[]> {
  const base = await peer.replica.state(object)
  const operations = Object.entries(fields).map(([field, value]): Operation => ({ op: 'set', field, value }))
  const [ids] = await peer.replica.write([{ object, caller: object, base: base!, operations, encrypted: [], ...options }])
  return ids!
}

/** What a field shows to `caller`, or to any key on the node. */
export async function read (peer: Peer, object: ObjectId, field: string, caller?: ObjectId): Promise<Value | undefined> {
  const state = await peer.replica.state(object)
  const value = state?.fields.get(field)?.register[0]?.value
  if (state === undefined || value === undefined) return undefined
  return (await peer.replica.reader(state, caller)).open({ field, slot: 'register' }, value)
}

export async function allHashes (object: ObjectId, ...peers: Peer[]): Promise<string[]> {
  const { stateHash } = await import('@dinemic/core')
  return await Promise.all(peers.map(async ({ replica }) => {
    const state = await replica.state(object)
    return state === undefined ? 'none' : stateHash(provider, state)
  }))
}
