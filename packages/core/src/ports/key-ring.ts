import type { ObjectId } from '../types.js'

/** The private keys that are on this node: of its own (`Node:…`) and of the objects that it owns or acts as. */
export interface KeyRing {
  /** Rejects with `STORE_WRONG_PASSWORD` where the ring is encrypted and the password doesn't open it. */
  open (): Promise<void>
  close (): Promise<void>
  /** The 32-byte Ed25519 seed of an object, or undefined if its key isn't here. */
  get (id: ObjectId): Promise<Uint8Array | undefined>
  has (id: ObjectId): Promise<boolean>
  /** Durable (as durable as a commit) when it resolves. Putting the same key again changes nothing. */
  put (id: ObjectId, seed: Uint8Array): Promise<void>
  delete (id: ObjectId): Promise<void>
  /** In byte order of (model, key). */
  ids (options?: { model?: string }): AsyncIterable<ObjectId>
}
