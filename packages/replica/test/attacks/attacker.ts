import { bindNetwork, clockOf, concatBytes, decodeFrame, encode, formatId, signUpdate } from '@dinemic/core'
import type { Draft, GrantRef, Network, ObjectId, Operation, Update } from '@dinemic/core'
import { emptyHanded } from '../bare-peer.js'
import { provider } from '../harness.js'
import type { Lan, Peer } from '../harness.js'

export const binding = bindNetwork(provider, 'test')

/** Where an update of a caller stands, and what it may say besides its operations. */
export interface Place extends Partial<Pick<Draft, 'clock' | 'supersedes'>> {
  readonly object: ObjectId
  readonly root: GrantRef
  /** The update before it; without one it is the first under its root. */
  readonly after?: Update | undefined
  readonly seq?: number
  readonly prev?: string
}

/** A peer with a key of its own that signs and sends what honest code would not. Asked, it has nothing. */
export class Attacker {
  readonly id: ObjectId
  readonly #seed: Uint8Array
  readonly #network: Network
  readonly #lan: Lan

  private constructor (lan: Lan, seed: Uint8Array) {
    this.#lan = lan
    this.#seed = seed
    this.id = formatId('Person', provider.publicKey(seed))
    this.#network = lan.hub.create()
    this.#network.handle({ message: async () => 'ignore', request: async (_from, data) => emptyHanded(data), connected: () => {}, disconnected: () => {} })
    for (const topic of ['Person', 'Company']) this.#network.subscribe(topic)
  }

  /** Of the same seed there may be several: one key at two places. */
  static async start (lan: Lan, seed: Uint8Array = crypto.getRandomValues(new Uint8Array(32))): Promise<Attacker> {
    const attacker = new Attacker(lan, seed)
    await attacker.#network.start()
    return attacker
  }

  async connect (...peers: Peer[]): Promise<void> {
    for (const { address } of peers) await this.#network.connect(address)
    await this.#lan.quiet()
  }

  async disconnect (peer: Peer): Promise<void> {
    await this.#network.disconnect(peer.address.slice('memory:'.length))
  }

  /** One message, and all that follows from it. */
  async send (...updates: (Update | Uint8Array)[]): Promise<void> {
    await this.sendUnder('Person', ...updates)
  }

  async sendUnder (topic: string, ...updates: (Update | Uint8Array)[]): Promise<void> {
    await this.sendData(topic, encode(updates.map(update => update instanceof Uint8Array ? update : update.frame)))
  }

  async sendData (topic: string, data: Uint8Array): Promise<void> {
    await this.#network.publish(topic, data)
    await this.#lan.quiet()
  }

  async ask (peer: Peer, request: Uint8Array): Promise<Uint8Array> {
    return await this.#network.request(peer.address.slice('memory:'.length), request)
  }

  proposal (object: ObjectId, ...operations: Operation[]): Update {
    return this.sign({ object, author: this.id, root: null, seq: 0, prev: null, clock: clockOf(Date.now()), supersedes: [], body: { kind: 'change', operations, via: null } })
  }

  change ({ object, root, after, seq, prev, clock, supersedes = [] }: Place, ...operations: Operation[]): Update {
    return this.sign({
      object, author: this.id, root, seq: seq ?? (after?.seq ?? 0) + 1, prev: prev ?? after?.id ?? root.id, clock: clock ?? clockOf(Date.now()), supersedes,
      body: { kind: 'change', operations, via: null }
    })
  }

  sign (draft: Draft, network = 'test'): Update {
    return signUpdate(bindNetwork(provider, network), this.#seed, draft)
  }

  /** As its own owner: a genesis. */
  create (operations: readonly Operation[] = []): Update {
    return this.sign({ object: this.id, author: null, root: null, seq: 0, prev: null, clock: clockOf(Date.now()), supersedes: [], body: { kind: 'genesis', operations, grants: [], encrypted: [], epoch: null } })
  }
}

export const setting = (field: string, value: string): Operation => ({ op: 'set', field, value })

/** The grant of a right to somebody, of several the last. */
export async function grantOf (peer: Peer, object: ObjectId, subject: ObjectId): Promise<GrantRef> {
  const grants = [...(await peer.replica.state(object))!.grants.values()].filter(({ grant }) => grant.subject === subject && grant.right === 'update')
  return grants.reduce((last, grant) => grant.clock > last.clock ? grant : last).ref
}

/** All that a peer stores of an object. */
export async function stored (peer: Peer, object: ObjectId): Promise<Update[]> {
  return (await peer.store.updates(object)).map(({ frame }) => decodeFrame(binding, frame))
}

/** What the peers know of an update: ok, pending, revoked, refused, unknown. */
export async function verdicts (update: Update, ...peers: Peer[]): Promise<string[]> {
  return await Promise.all(peers.map(async ({ replica }) => (await replica.explain(update.id)).is))
}

/** The same signature in another form: S + L. */
export function malleated ({ frame }: Update): Uint8Array {
  const s = frame.subarray(32, 64).reduceRight((sum, byte) => sum << 8n | BigInt(byte), 0n) + 2n ** 252n + 27742317777372353535851937790883648493n
  return concatBytes(frame.subarray(0, 32), Uint8Array.from({ length: 32 }, (_, i) => Number(s >> BigInt(8 * i) & 0xffn)), frame.subarray(64))
}

