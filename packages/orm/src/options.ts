import type { ObjectId } from '@dinemic/core'

export interface ActOptions {
  /** In whose name to read and write: an entity or an id whose private key is here, or `ORM_NO_KEY`. By default the object itself where its key is here, else the node. */
  readonly as?: ObjectId | { readonly id: ObjectId }
  /** Also what somebody removed, where this node holds the object's key. */
  readonly removed?: boolean
}

export interface OpenOptions extends ActOptions {
  /** How long to wait for the object, in ms; 10,000 by default. */
  readonly timeout?: number
  readonly signal?: AbortSignal
}
