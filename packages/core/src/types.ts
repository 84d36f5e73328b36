/** `Model:<base58btc of the 32-byte Ed25519 public key>`; parse with `parseId`, which refuses weak keys. */
export type ObjectId = string

/** SHA-256 of an update's preimage, as 64 lower-case hex digits. */
export type UpdateId = string

/** Wall clock milliseconds (48 bit) × 2^16 + a counter (16 bit): a hybrid logical clock. Orders truly concurrent values and nothing else. */
export type Clock = bigint

/** What a field may hold. Anything else is `ORM_BAD_VALUE`. */
export type Value =
  | null | boolean | number | bigint | string | Date | Uint8Array
  | readonly Value[] | { readonly [key: string]: Value }

/** A caller's root: the update that carries the grant, and the grant's index there. */
export interface GrantRef { readonly id: UpdateId, readonly index: number }

export type Right = 'read' | 'update' | 'remove'

/** pending < ok < revoked: a verdict only ever moves to the right. */
export type Verdict = 'pending' | 'ok' | 'revoked'
