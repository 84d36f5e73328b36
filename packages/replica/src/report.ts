import type { Fork, ObjectId, PeerInfo, UpdateId } from '@dinemic/core'

/** What the engine tells the application of, without stopping for it. */
export interface Reports {
  'peer:connect': PeerInfo
  'peer:disconnect': PeerInfo
  /** An update that was refused, or is hidden here because a hook refused it. */
  rejected: { readonly update: UpdateId, readonly object: ObjectId, readonly code: string, readonly reason: string, readonly hook?: string | undefined, readonly cause?: unknown, readonly peer?: string }
  /** Two updates of one author at one place, told once of each chain. Both count, as concurrent. `kept`: there was room for the proof. */
  fork: Fork & { readonly kept: boolean }
  /** Concurrent values of one field (by its stored name; with the key in a dict, the element in a list), or one in the clear where the object says encrypted. */
  conflict: { readonly object: ObjectId, readonly field: string, readonly key?: string, readonly update: UpdateId, readonly reason: string }
  /** A clock that is off, by ms: between a peer and this node, or of an update from the future. */
  clock: { readonly ahead: number, readonly peer?: string, readonly object?: ObjectId, readonly update?: UpdateId }
  /** An update of a version or kind that this code doesn't know. */
  incompatible: { readonly object: ObjectId, readonly update: UpdateId, readonly version: number, readonly model: string }
  sync: { readonly peer: string, readonly model: string, readonly have: number, readonly want: number }
  error: unknown
}

export type Report = <K extends keyof Reports>(event: K, payload: Reports[K]) => void
