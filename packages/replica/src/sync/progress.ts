import type { Platform } from '@dinemic/core'
import type { Report } from '../report.js'

/** How far a model is: updates here, and those known to be missing when it was last looked at. */
export interface ModelProgress { readonly model: string, readonly have: number, readonly want: number }

/** How the last comparison with a peer ended, and when, in ms since 1970. */
export interface PeerProgress {
  readonly peer: string
  readonly at: number
  /** equal: nothing differed; received: something new came; nothing: something differs and nothing new came; failed: no answer, or no good one. */
  readonly result: 'equal' | 'received' | 'nothing' | 'failed'
  /** Why nothing moves, for people to read. */
  readonly reason?: string
}

export interface SyncStatus { readonly models: readonly ModelProgress[], readonly peers: readonly PeerProgress[] }

/** What `node.status` tells of replication. */
export class Progress {
  readonly #platform: Platform
  readonly #report: Report
  readonly #byModel = new Map<string, ModelProgress>()
  readonly #byPeer = new Map<string, PeerProgress>()

  constructor (platform: Platform, report: Report) {
    this.#platform = platform
    this.#report = report
  }

  get status (): SyncStatus {
    return { models: [...this.#byModel.values()], peers: [...this.#byPeer.values()] }
  }

  /** Something is being fetched, or has all come. */
  pulling (peer: string, { model, have, want }: ModelProgress): void {
    this.#byModel.set(model, { model, have, want })
    this.#report('sync', { peer, model, have, want })
  }

  /** What a comparison found, before anything is fetched. */
  compared ({ model, have, want }: ModelProgress): void {
    this.#byModel.set(model, { model, have, want })
  }

  ended (peer: string, result: PeerProgress['result'], reason?: string): void {
    this.#byPeer.set(peer, { peer, at: this.#platform.now(), result, ...(reason === undefined ? {} : { reason }) })
  }

  gone (peer: string): void {
    this.#byPeer.delete(peer)
  }
}
