import type { ObjectId, UpdateId } from '@dinemic/core'
import type { Replica } from '@dinemic/replica'

/** What a node knows of itself at this moment. */
export interface NodeStatus {
  /** False from the call of `stop()` on. */
  readonly running: boolean
  /** In whose name the node signs where no object does: `Node:<key>`. */
  readonly self: ObjectId
  readonly models: readonly string[]
  /** Ids of the connected peers. */
  readonly peers: readonly string[]
  /** Updates that others point to and that nobody connected has given. */
  readonly missing: readonly UpdateId[]
  /** What `idle()` would wait for, in words. */
  readonly underWay: readonly string[]
  /** How many such events there have been since the start. */
  readonly counts: { readonly [Name in 'rejected' | 'conflict' | 'fork' | 'clock' | 'incompatible' | 'error']: number }
}

/** What is known of an update, and why. */
export type Explanation = Awaited<ReturnType<Replica['explain']>>
