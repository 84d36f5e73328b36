import type { Platform } from '@dinemic/core'
import type { Report } from '../report.js'
import type { Interest } from './interest.js'

/** How far a model is: updates here, and those that are being fetched. `partial`: only chosen objects of it are replicated. */
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

/** What `node.status` tells of replication. */
export class Progress {
  readonly #platform: Platform
  readonly #report: Report
  readonly #interest: Pick<Interest, 'models' | 'isPartial'>
  readonly #have = new Map<string, number>()
  readonly #want = new Map<string, number>()
  readonly #byPeer = new Map<string, PeerProgress>()

  constructor ({ platform, report, interest }: { platform: Platform, report: Report, interest: Pick<Interest, 'models' | 'isPartial'> }) {
    this.#platform = platform
    this.#report = report
    this.#interest = interest
  }

  get status (): SyncStatus {
    const models = this.#interest.models.map(model => ({ model, have: this.#have.get(model) ?? 0, want: this.#want.get(model) ?? 0, ...(this.#interest.isPartial(model) ? { partial: true as const } : {}) }))
    return { models, peers: [...this.#byPeer.values()] }
  }

  isEmpty (model: string): boolean {
    return (this.#have.get(model) ?? 0) === 0
  }

  /** So many updates of a model have come, or have left if negative. */
  counted (model: string, updates: number): void {
    this.#have.set(model, (this.#have.get(model) ?? 0) + updates)
  }

  /** Something is being fetched, or has all come. */
  pulling (peer: string, { model, have, want }: ModelProgress): void {
    this.#want.set(model, want)
    this.#report('sync', { peer, model, have, want })
  }

  ended (peer: string, { result, reason, differs = [] }: { result: PeerProgress['result'], reason?: string | undefined, differs?: readonly Difference[] }): void {
    this.#byPeer.set(peer, { peer, at: this.#platform.now(), result, differs, ...(reason === undefined ? {} : { reason }) })
  }

  gone (peer: string): void {
    this.#byPeer.delete(peer)
  }
}
