import { DinemicError } from '@dinemic/core'
import type { Network, NetworkBinding, ObjectId, Platform, Store, Update, UpdateId } from '@dinemic/core'
import { parseId } from '@dinemic/core'
import type { Activity } from '../activity.js'
import type { ProposalAnswer } from '../engine.js'
import type { Pipeline } from '../pipeline/pipeline.js'
import type { Proposals } from '../proposals.js'
import type { Report } from '../report.js'
import { Announcer } from './announcer.js'
import type { Doorkeeper } from './doorkeeper.js'
import { Inbound } from './inbound.js'
import { decodeAnswer, decodeRequest, encodeAnswer, encodeRequest } from './messages.js'
import { ModelSums } from './model-sums.js'
import { Peers } from './peers.js'
import { Quarantine } from './quarantine.js'
import { Responder } from './responder.js'
import { Wants } from './wants.js'

export interface ReplicationParts {
  readonly network: Network
  readonly store: Store
  readonly binding: NetworkBinding
  readonly platform: Platform
  readonly models: readonly string[]
  readonly doorkeeper: Doorkeeper
  readonly pipeline: Pipeline
  readonly proposals: Proposals
  readonly activity: Activity
  readonly report: Report
}

/** A node's part in its network: live updates by gossip, the rest by comparing with each peer. */
export class Replication {
  readonly #network: Network
  readonly #models: readonly string[]
  readonly #activity: Activity
  readonly #wants = new Wants()
  readonly #announcer: Announcer
  readonly #inbound: Inbound
  readonly #responder: Responder
  readonly #peers: Peers
  readonly #proposals: Proposals
  readonly #report: Report
  #stopped = false

  constructor ({ network, store, binding, platform, models, doorkeeper, pipeline, proposals, activity, report }: ReplicationParts) {
    const registered = new Set(models)
    const takesPart = (model: string): boolean => registered.has(model)
    const sums = new ModelSums(store)
    this.#network = network
    this.#models = models
    this.#activity = activity
    this.#proposals = proposals
    this.#report = report
    this.#announcer = new Announcer(network, activity, report)
    this.#inbound = new Inbound({
      binding, platform, doorkeeper, pipeline, takesPart, report, wants: this.#wants, quarantine: new Quarantine(), announcer: this.#announcer,
      has: async id => await store.has(id),
      ask: from => { this.#peers.ask(from) }
    })
    this.#responder = new Responder({ store, sums, platform, takesPart, models: () => models })
    this.#peers = new Peers({ network, store, platform, activity, report, takesPart, inbound: this.#inbound, responder: this.#responder, wants: this.#wants })
    pipeline.onWritten((object, put, drop) => { sums.committed(parseId(object).model, put, drop) })
  }

  get missing (): readonly UpdateId[] {
    return this.#wants.missing
  }

  /** To be called before the network starts. */
  start (): void {
    this.#network.handle({
      message: async (topic, data, from) => this.#stopped ? 'ignore' : await this.#activity.track(`reading a message from ${from}`, this.#inbound.message(topic, data, from)),
      request: async (from, data) => await this.#activity.track(`answering ${from}`, this.#answer(from, data)),
      connected: peer => {
        this.#peers.connected(peer)
        this.#report('peer:connect', peer)
      },
      disconnected: peer => {
        this.#peers.disconnected(peer)
        this.#report('peer:disconnect', peer)
      }
    })
    for (const model of this.#models) this.#network.subscribe(model)
  }

  /** From now on nothing comes in, so that what is under way comes to an end. */
  stop (): void {
    this.#stopped = true
    this.#announcer.stop()
    this.#peers.stop()
  }

  announce (updates: readonly Update[]): void {
    this.#announcer.announce(updates)
  }

  refusal (id: UpdateId): string | undefined {
    return this.#inbound.refusals.get(id)
  }

  async askForObject (object: ObjectId, signal?: AbortSignal): Promise<{ asked: string[], failed: string[] }> {
    return await this.#peers.askForObject(object, signal)
  }

  /** Sends a proposal to each connected peer. A peer that can't be reached has refused. */
  async propose (frame: Uint8Array): Promise<ProposalAnswer[]> {
    const request = encodeRequest({ ask: 'propose', frame })
    return await Promise.all(this.#network.peers.map(async ({ id: peer }): Promise<ProposalAnswer> => {
      try {
        return { peer, ...decodeAnswer(await this.#network.request(peer, request)) }
      } catch (error) {
        return { peer, answer: 'refused', reason: error instanceof DinemicError ? error.code : String(error) }
      }
    }))
  }

  async #answer (from: string, data: Uint8Array): Promise<Uint8Array> {
    if (this.#stopped) throw new DinemicError('REPLICA_STOPPED', 'This node is stopping and answers no more.')
    const request = decodeRequest(data)
    if (request.ask === 'propose') {
      const { answer, reason } = await this.#proposals.decide(request.frame, from)
      return encodeAnswer(answer, reason)
    }
    if (request.ask === 'news') this.#peers.compare(from)
    if (request.ask === 'compare') this.#peers.heard(from, request.greeting, await this.#responder.greeting())
    return await this.#responder.answer(request)
  }
}
