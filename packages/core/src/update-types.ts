import type { Clock, GrantRef, ObjectId, Right, UpdateId, Value } from './types.js'

/** The kinds and their numbers on the wire. */
export const KINDS = ['genesis', 'grant', 'close', 'change', 'remove', 'keys'] as const
export type Kind = typeof KINDS[number]

/** What every version of the protocol has at the same places, for ever. */
export interface Header {
  readonly version: number
  /** Undefined: a kind that this code doesn't know. Such an update, and any of a later version, is a link and no more. */
  readonly kind: Kind | undefined
  readonly object: ObjectId
  /** Null: the owner, that is the object itself. */
  readonly author: ObjectId | null
  /** Null: the owner's root, that is the object itself. */
  readonly root: GrantRef | null
  readonly seq: number
  readonly prev: UpdateId | null
  readonly clock: Clock
  readonly supersedes: readonly UpdateId[]
}

export interface Update extends Header {
  readonly id: UpdateId
  /** Signature and body: the bytes that are verified, stored and forwarded. */
  readonly frame: Uint8Array
  readonly body: Body
}

export type Body = GenesisBody | GrantBody | CloseBody | ChangeBody | RemoveBody | KeysBody | UnknownBody

export interface GenesisBody { readonly kind: 'genesis', readonly operations: readonly Operation[], readonly grants: readonly Grant[], readonly encrypted: readonly string[], readonly epoch: Epoch | null }
export interface GrantBody { readonly kind: 'grant', readonly grant: Grant }
export interface CloseBody { readonly kind: 'close', readonly grant: GrantRef, readonly heads: readonly Head[], readonly epoch: Epoch | null }
export interface ChangeBody { readonly kind: 'change', readonly operations: readonly Operation[], readonly via: Via | null }
export interface RemoveBody { readonly kind: 'remove', readonly via: Via | null }
export interface KeysBody { readonly kind: 'keys', readonly epoch: Epoch | null, readonly wraps: readonly Wrap[], readonly encrypted: readonly string[] }
export interface UnknownBody { readonly kind: 'unknown' }

/** `subject` null is `anyone`. */
export interface Grant {
  readonly subject: ObjectId | null
  readonly right: Right
  /** Null: every field. Limits `update` only. Sorted. */
  readonly fields: readonly string[] | null
  /** Highest seq under this grant; null: no limit. */
  readonly limit: number | null
  /** For a reader: the newest epoch's seed, for the subject's key. */
  readonly wrap: { readonly epoch: string, readonly boxed: Uint8Array } | null
}

/** A branch that stays valid when a grant is closed. `author` only under a grant to anyone. */
export interface Head { readonly id: UpdateId, readonly seq: number, readonly author: ObjectId | null }

export interface Via { readonly id: UpdateId, readonly author: ObjectId }

/** `id`: hex of the X25519 public key derived from the epoch's seed. */
export interface Epoch {
  readonly id: string
  readonly nonce: Uint8Array
  /** The epochs that this one replaces, their seeds sealed under it. */
  readonly replaces: readonly { readonly id: string, readonly boxed: Uint8Array }[]
  readonly wraps: readonly Wrap[]
}

export interface Wrap { readonly epoch: string, readonly subject: ObjectId, readonly boxed: Uint8Array }

/** A value as it travels: in the clear or sealed. */
export type WireValue = Value | Sealed

/** A value under an epoch; with `ephemeral` it was sealed by somebody who could not read. */
export class Sealed {
  readonly epoch: string
  readonly nonce: Uint8Array
  readonly boxed: Uint8Array
  readonly ephemeral: Uint8Array | null

  constructor (fields: { epoch: string, nonce: Uint8Array, boxed: Uint8Array, ephemeral?: Uint8Array | null }) {
    this.epoch = fields.epoch
    this.nonce = fields.nonce
    this.boxed = fields.boxed
    this.ephemeral = fields.ephemeral ?? null
  }
}

export type Operation =
  | { readonly op: 'set', readonly field: string, readonly value: WireValue }
  | { readonly op: 'delete', readonly field: string }
  | { readonly op: 'put', readonly field: string, readonly key: string, readonly value: WireValue }
  | { readonly op: 'drop', readonly field: string, readonly key: string }
  | { readonly op: 'insert', readonly field: string, readonly element: string, readonly position: string, readonly value: WireValue }
  | { readonly op: 'replace', readonly field: string, readonly element: string, readonly value: WireValue }
  | { readonly op: 'move', readonly field: string, readonly element: string, readonly position: string }
  | { readonly op: 'remove', readonly field: string, readonly element: string }
  | { readonly op: 'add', readonly field: string, readonly amount: number }
