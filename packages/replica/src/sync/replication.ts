import { DinemicError, parseId } from '@dinemic/core'
import type { CryptoProvider, MessageVerdict, Network, NetworkBinding, ObjectId, Platform, Store, Update, UpdateId } from '@dinemic/core'
import type { Activity } from '../activity.js'
import type { ProposalAnswer } from '../engine.js'
import { KeyedQueue } from '../keyed-queue.js'
import type { Pipeline } from '../pipeline/pipeline.js'
import type { Proposals } from '../proposals.js'
import type { Quota } from '../quota.js'
import { ObjectSums } from '../reconcile/object-sums.js'
import type { SetSums } from '../reconcile/set-sums.js'
import type { Report } from '../report.js'
import { Announcer } from './announcer.js'
import { Claims } from './claims.js'
import type { Doorkeeper } from './doorkeeper.js'
import { FrameReader } from './frame-reader.js'
import { Inbound } from './inbound.js'
import type { Interest } from './interest.js'
import { Joins } from './join.js'
import { decodeRequest, encodeAnswer } from './messages.js'
import type { Greeting, ModelPrint } from './messages.js'
import { Newest } from './newest.js'
import { Pending } from './pending.js'
import { Peers } from './peers.js'
import type { AskOptions, Asked } from './peers.js'
import { Progress } from './progress.js'
import type { SyncStatus } from './progress.js'
import { ProposalLanes } from './proposal-lanes.js'
import { Quarantine } from './quarantine.js'
import { Readers } from './readers.js'
import { Responder } from './responder.js'
import { Wants } from './wants.js'

const PENDING_BYTES = 64 * 1024 * 1024

export interface ReplicationParts {
  readonly network: Network
  readonly store: Store
  readonly sums: SetSums
  readonly provider: CryptoProvider
  readonly binding: NetworkBinding
  readonly platform: Platform
  readonly interest: Interest
  readonly doorkeeper: Doorkeeper
  readonly pipeline: Pipeline
  readonly quota: Pick<Quota, 'takeRoomAgain'>
  readonly proposals: Proposals
  readonly activity: Activity
  readonly report: Report
  /** A peer has connected, and can be asked. */
  readonly met: () => void
  /** All that some peer has is here, too. */
  readonly compared: () => void
  /** What may be received and not committed, in bytes; 64 MiB by default. */
  readonly pendingBytes?: number | undefined
}

/** An update that others point to and that isn't here. */
export interface Sought { readonly update: UpdateId, readonly asked: readonly { readonly peer: string, readonly said: string }[] }

/** A node's part in its network: live updates by gossip, the rest by comparing with each peer. */
export class Replication {
  readonly #network: Network
  readonly #store: Store
  readonly #sums: SetSums
  readonly #interest: Interest
  readonly #activity: Activity
  readonly #wants = new Wants()
  readonly #announcer: Announcer
  readonly #inbound: Inbound
  readonly #responder: Responder
  readonly #peers: Peers
  readonly #proposals: Proposals
  readonly #lanes: ProposalLanes
  readonly #report: Report
  readonly #met: () => void
  readonly #progress: Progress
  /** Requests of each peer are answered one after another: who asks much waits for itself, and not the others for it. */
  readonly #answers = new KeyedQueue()
  /** Peers whose messages found no room. */
  readonly #passedOver = new Set<string>()
  /** What has been received and isn't committed yet. */
  readonly pending: Pending
  readonly #readers: Readers
  #stopped = false

  constructor ({ network, store, sums, provider, binding, platform, interest, doorkeeper, pipeline, quota, proposals, activity, report, met, compared, pendingBytes = PENDING_BYTES }: ReplicationParts) {
    this.#network = network
    this.#store = store
    this.#sums = sums
    this.#interest = interest
    this.#activity = activity
    this.#proposals = proposals
    this.#lanes = new ProposalLanes({ network, platform })
    this.#report = report
    this.#met = met
    this.pending = new Pending(pendingBytes, { answer: network.limits.response, freed: () => { this.#catchUp() } })
    this.#progress = new Progress({ platform, report, interest })
    this.#announcer = new Announcer(network, activity, report)
    this.#readers = new Readers(platform)
    this.#inbound = new Inbound({
      frames: new FrameReader({ binding, platform, report }), platform, activity, doorkeeper, pipeline, report, wants: this.#wants, quarantine: new Quarantine(), announcer: this.#announcer,
      concerns: async object => await interest.concerns(object),
      has: async id => await store.has(id),
      ask: from => { this.#peers.ask(from) }
    })
    const newest = new Newest(store)
    const objectSums = new ObjectSums({ store, platform })
    this.#responder = new Responder({ store, sums, objectSums, newest, provider, platform, interest })
    this.#peers = new Peers({
      network, platform, activity, report, compared, provider, sums, inbound: this.#inbound, responder: this.#responder, wants: this.#wants, progress: this.#progress, interest,
      learn: (prints, from) => { this.#learn(prints, from) }, claims: new Claims(platform), joins: new Joins(platform), pending: this.pending
    })
    pipeline.onWritten((object, { put, drop, needless }) => {
      for (const id of needless) this.#wants.arrived(id)
      this.#progress.counted(parseId(object).model, put - drop.length)
      newest.changed(object)
      objectSums.changed(object)
      if (quota.takeRoomAgain()) this.#askAgain()
    })
  }

  /** What is missing, who was asked for it, and what they said. */
  get sought (): readonly Sought[] {
    return this.#wants.sought.map(({ update, asked }) => ({
      update, asked: asked.map(({ peer, isSilent }) => ({ peer, said: this.#peers.isAsking(peer) ? 'no answer yet' : isSilent ? 'no answer' : 'it does not have it' }))
    }))
  }

  get missing (): readonly UpdateId[] {
    return this.#wants.missing
  }

  compare (peer: string): void {
    this.#peers.compare(peer)
  }

  get status (): SyncStatus {
    return this.#progress.status
  }

  /** To be called before the network starts, and before anything is written. `owned`: objects of which only the keys may be here. */
  async start (owned: Iterable<ObjectId>): Promise<void> {
    for (const object of owned) this.#interest.choose(object)
    // Of what a keeper learned once it has something; whether its peers of today have it too, or not.
    this.#interest.learn(await this.#store.models(), '', () => false)
    this.#network.handle({
      message: async (topic, data, from) => await this.#message(topic, data, from),
      request: async (from, data, signal) => await this.#activity.track(`answering ${from}`, this.#answer(from, data, signal)),
      connected: peer => {
        this.#peers.connected(peer)
        this.#met()
        this.#report('peer:connect', peer)
      },
      disconnected: peer => {
        this.#peers.disconnected(peer)
        for (const model of this.#interest.unlearn(this.#isEmpty)) this.#network.unsubscribe(model)
        this.#report('peer:disconnect', peer)
      }
    })
    for (const model of await this.#store.models()) this.#progress.counted(model, (await (await this.#sums.of(model)).fingerprint('')).count)
    for (const model of this.#interest.models) this.#network.subscribe(model)
  }

  /** From now on nothing comes in, so that what is under way comes to an end. */
  stop (): void {
    this.#stopped = true
    this.#inbound.stop()
    this.#announcer.stop()
    this.#lanes.stop()
    this.#peers.stop()
  }

  announce (updates: readonly Update[]): void {
    this.#announcer.announce(updates)
  }

  get refused (): { readonly admit: number, readonly quota: number } {
    return { ...this.#inbound.refused }
  }

  refusal (id: UpdateId): string | undefined {
    return this.#inbound.refusal(id)
  }

  async askForObject (object: ObjectId, options?: AskOptions): Promise<Asked> {
    return await this.#peers.askForObject(object, options)
  }

  /** An object of a partial model is replicated from now on: compares it with all peers. False if it was already. */
  choose (object: ObjectId): boolean {
    if (!this.#interest.choose(object)) return false
    this.#compareAll()
    return true
  }

  /** An object has become this node's own: it is replicated, and what was kept out of it may come. */
  own (object: ObjectId): void {
    this.#inbound.forgetWithoutRoom()
    if (this.#interest.own(object)) this.#compareAll()
  }

  /** Sends a proposal to each connected peer. */
  async propose (frame: Uint8Array): Promise<ProposalAnswer[]> {
    return await this.#lanes.propose(frame)
  }

  async #message (topic: string, data: Uint8Array, from: string): Promise<MessageVerdict> {
    const room = this.#stopped ? undefined : this.pending.forMessage(from, data.length)
    if (room === undefined) {
      this.#passedOver.add(from)
      return 'ignore'
    }
    const { verdict, taken } = await this.#activity.track(`reading a message from ${from}`, this.#readers.run(from, async () => await this.#inbound.message(topic, data, from)).catch((error: unknown) => {
      room.release()
      throw error
    }))
    void taken.finally(room.release)
    return verdict
  }

  #compareAll (): void {
    for (const { id } of this.#network.peers) this.#peers.compare(id)
  }

  /** What found no room. */
  #askAgain (): void {
    this.#inbound.forgetWithoutRoom()
    this.#peers.renew()
  }

  /** What was passed over has to come by comparing, when half of the room is free. */
  #catchUp (): void {
    if (this.#passedOver.size === 0 || this.pending.bytes > this.pending.limit / 2) return
    for (const peer of this.#passedOver) this.#peers.compare(peer)
    this.#passedOver.clear()
  }

  async #answer (from: string, data: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const request = decodeRequest(data)
    if (request.ask === 'propose') {
      this.#checkRunning()
      const room = this.pending.forMessage(from, data.length)
      if (room === undefined) return encodeAnswer('refused', 'more waits to be written here than there is room for: try again later')
      try {
        const { answer, reason } = await this.#proposals.decide(request.frame, from)
        return encodeAnswer(answer, reason)
      } finally {
        room.release()
      }
    }
    return await this.#answers.run([from], async () => {
      signal.throwIfAborted()
      this.#checkRunning()
      if (request.ask === 'news') this.#peers.news(from)
      return request.ask === 'compare' ? await this.#welcome(from, request.greeting) : await this.#responder.answer(request)
    })
  }

  async #welcome (from: string, greeting: Greeting): Promise<Uint8Array> {
    const { salt, audit, prints: theirs } = greeting
    this.#learn(theirs, from)
    const prints = await this.#responder.prints(salt)
    this.#peers.heard(from, greeting, prints)
    return this.#responder.welcome(prints, audit === null ? null : await this.#responder.audit(audit, salt))
  }

  /** Keepers behind this one learn of it from this one, be there anything to fetch yet or not. */
  #learn (prints: readonly ModelPrint[], from: string): void {
    const { learned, gone } = this.#interest.learn(prints.map(({ model }) => model), from, this.#isEmpty)
    for (const model of gone) this.#network.unsubscribe(model)
    for (const model of learned) this.#network.subscribe(model)
    if (learned.length > 0) this.#peers.spread(from)
  }

  readonly #isEmpty = (model: string): boolean => this.#progress.have(model) === 0

  #checkRunning (): void {
    if (this.#stopped) throw new DinemicError('REPLICA_STOPPED', 'This node is stopping and answers no more.')
  }
}
