import type { Platform } from '@dinemic/core'
import type { Report } from '../report.js'
import type { Interest } from './interest.js'

/** How far a model is: updates here, and how many more, at least, are on the way. `partial`: only chosen objects of it are replicated. */
export interface ModelProgress { readonly model: string, readonly have: number, readonly want: number, readonly partial?: true }

/** How many updates of a model two sides had when they last compared and it differed. */
export interface Difference { readonly model: string, readonly here: number, readonly there: number }

/** How the last comparison with a peer ended, and when, in ms since 1970. */
export interface PeerProgress {
  readonly peer: string
  readonly at: number
  /** equal: nothing differed; received: something new came; nothing: something differs and nothing new came; failed: no answer, or no good one. */
  readonly result: 'equal' | 'received' | 'nothing' | 'failed'
  /** Why nothing moves, for people to read. */
  readonly reason?: string
  readonly differs: readonly Difference[]
}

export interface SyncStatus { readonly models: readonly ModelProgress[], readonly peers: readonly PeerProgress[] }

/** So many are being fetched; more follow, perhaps from others too, until `upTo` are here. */
interface Wanted { readonly want: number, readonly upTo: number }

/** What `node.status` tells of replication. */
export class Progress {
  readonly #platform: Platform
  readonly #report: Report
  readonly #interest: Pick<Interest, 'models' | 'isPartial'>
  readonly #have = new Map<string, number>()
  /** By model, then by the peer that it is being fetched from. */
  readonly #want = new Map<string, Map<string, Wanted>>()
  readonly #connected = new Set<string>()
  readonly #byPeer = new Map<string, PeerProgress>()

  constructor ({ platform, report, interest }: { platform: Platform, report: Report, interest: Pick<Interest, 'models' | 'isPartial'> }) {
    this.#platform = platform
    this.#report = report
    this.#interest = interest
  }

  get status (): SyncStatus {
    const models = this.#interest.models.map(model => ({ model, have: this.have(model), want: this.#wanted(model), ...(this.#interest.isPartial(model) ? { partial: true as const } : {}) }))
    return { models, peers: [...this.#byPeer.values()] }
  }

  have (model: string): number {
    return this.#have.get(model) ?? 0
  }

  /** So many updates of a model have come, or have left if negative. */
  counted (model: string, updates: number): void {
    this.#have.set(model, this.have(model) + updates)
  }

  /** So many updates of a model are being fetched from a peer, 0: no more are; as far as is known until `upTo` are here. */
  pulling (peer: string, model: string, want: number, upTo = 0): void {
    this.#tell(peer, model, { want, upTo })
  }

  /** A model is being fetched from a peer, perhaps from others too, until so many updates are here: gives how many are lacking. */
  joining (peer: string, model: string, upTo: number): number {
    return this.#tell(peer, model, { want: 0, upTo })
  }

  met (peer: string): void {
    this.#connected.add(peer)
  }

  ended (peer: string, { result, reason, differs = [] }: { result: PeerProgress['result'], reason?: string | undefined, differs?: readonly Difference[] }): void {
    if (this.#connected.has(peer)) this.#byPeer.set(peer, { peer, at: this.#platform.now(), result, differs, ...(reason === undefined ? {} : { reason }) })
  }

  gone (peer: string): void {
    for (const [model, wants] of this.#want) if (wants.has(peer)) this.#tell(peer, model, { want: 0, upTo: 0 })
    this.#connected.delete(peer)
    this.#byPeer.delete(peer)
  }

  #tell (peer: string, model: string, wanted: Wanted): number {
    const left = this.#left(model, wanted)
    // What was asked of one that has gone ends later, and nobody brings it.
    if (!this.#connected.has(peer)) return left
    const wants = this.#want.get(model) ?? new Map<string, Wanted>()
    this.#want.set(model, wants)
    if (left === 0) wants.delete(peer)
    else wants.set(peer, wanted)
    this.#report('sync', { peer, model, have: this.have(model), want: left })
    return left
  }

  /** What several peers share in bringing is the same for each of them, so the sum would be too much. */
  #wanted (model: string): number {
    const wants = [...this.#want.get(model)?.values() ?? []]
    return Math.max(0, ...wants.map(wanted => this.#left(model, wanted)))
  }

  #left (model: string, { want, upTo }: Wanted): number {
    return Math.max(want, upTo - this.have(model))
  }
}
