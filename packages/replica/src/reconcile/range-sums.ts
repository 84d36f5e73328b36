import type { SetKey } from '@dinemic/core'
import type { Fingerprint } from './fingerprint.js'

/** A part of a set: the keys that begin with `prefix`, hex digits, of which there is at least one. */
export interface Part { readonly prefix: string, readonly fingerprint: Fingerprint }

/** A set as those see it who compare it, by parts whose borders are the same everywhere. */
export interface RangeSums {
  fingerprint (prefix: string): Promise<Fingerprint>
  /** Parts that together are all under a prefix: at most 16, and more than one where there is more than one key. */
  parts (prefix: string): Promise<Part[]>
  /** The keys under a prefix, sorted, no more than `limit`. */
  keys (prefix: string, limit: number): Promise<SetKey[]>
}
