import type { ObjectId, UpdateId } from '@dinemic/core'
import type { Replica, Sought, SyncStatus } from '@dinemic/replica'

/** What a node knows of itself at this moment. */
export interface NodeStatus {
  /** False from the call of `stop()` on. */
  readonly running: boolean
  /** In whose name the node signs where no object does: `Node:<key>`. */
  readonly self: ObjectId
  readonly models: readonly string[]
  /** Ids of the connected peers. */
  readonly peers: readonly string[]
  /** Updates that others point to and that nobody connected has given. What an earlier run lacked shows when more comes of its object. */
  readonly missing: readonly UpdateId[]
  /** The same, each with the peers that were asked and what they said. */
  readonly sought: readonly Sought[]
  /** Of each model what is here and what is being fetched; of each peer how the last comparison ended, when, and what differed. */
  readonly sync: SyncStatus
  /** Why nothing comes in, in words. */
  readonly standstill: string
  /** What has been received and isn't written yet: messages and answers, their bytes, and how many bytes may. */
  readonly pending: { readonly count: number, readonly bytes: number, readonly limit: number }
  /** How many updates before-hooks of this node hide: `node.masked()` lists them. */
  readonly masked: number
  /** Refusals since the start, of updates by `admit` and by the quotas, and of proposals that came too fast. The same update that comes again is refused again. */
  readonly refused: { readonly admit: number, readonly quota: number, readonly rate: number }
  /** Bytes of the disk that strangers take, as the quota counts them, and may take. */
  readonly disk: { readonly strangers: number, readonly quota: number }
  /** What `idle()` would wait for, in words. */
  readonly underWay: readonly string[]
  /** How many such events there have been since the start. */
  readonly counts: { readonly [Name in 'rejected' | 'conflict' | 'fork' | 'clock' | 'incompatible' | 'error']: number }
}

/** What is known of an update, and why. */
export type Explanation = Awaited<ReturnType<Replica['explain']>>
