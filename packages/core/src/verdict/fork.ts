import { isDinemicError } from '../errors.js'
import type { GrantRef, ObjectId, UpdateId } from '../types.js'
import type { Update } from '../update-types.js'
import { decodeFrame, isProposal, verifyUpdate } from '../update/frame.js'
import type { NetworkBinding } from '../update/frame.js'
import { chainKey } from './link.js'

/** Two updates at one place of one chain (R11). Restored backups, power cuts and two devices of one owner make them too. */
export interface Fork {
  readonly object: ObjectId
  readonly author: ObjectId
  /** The grant under which both were written; null: the owner's chain. */
  readonly root: GrantRef | null
  readonly seq: number
  /** In ascending order. */
  readonly updates: readonly [UpdateId, UpdateId]
}

/** A fork and the two frames that show it. */
export interface ForkProof extends Fork { readonly frames: readonly [Uint8Array, Uint8Array] }

/** What two updates prove, or undefined if they aren't a fork. Their signatures are taken as verified. */
export function forkOf (one: Update, other: Update): ForkProof | undefined {
  if (one.id === other.id || one.object !== other.object || one.seq !== other.seq || chainKey(one) !== chainKey(other)) return undefined
  if (isProposal(one)) return undefined // any number of them stand at no place
  const [first, second] = one.id < other.id ? [one, other] : [other, one]
  return {
    object: one.object, author: one.author ?? one.object, root: one.root, seq: one.seq,
    updates: [first.id, second.id], frames: [first.frame, second.frame]
  }
}

/** Checks two frames as somebody else gave them, signatures included; undefined if they prove no fork in this network. */
export function verifyFork (binding: NetworkBinding, frames: readonly [Uint8Array, Uint8Array]): ForkProof | undefined {
  try {
    const [one, other] = [decodeFrame(binding, frames[0]), decodeFrame(binding, frames[1])]
    return verifyUpdate(binding, one) && verifyUpdate(binding, other) ? forkOf(one, other) : undefined
  } catch (error) {
    if (isDinemicError(error)) return undefined // no frame, so no proof
    throw error
  }
}
