import { DinemicError } from '../errors.js'
import type { Sealed } from '../update-types.js'
import type { Value } from '../types.js'

/**
 * Our CBOR: a subset of RFC 8949 in which each value has exactly one encoding.
 *
 * | value | encoding |
 * |---|---|
 * | null, boolean | f6, f4, f5 |
 * | number, an integer within ±(2^53 − 1) | CBOR integer, shortest form; −0 is 0 |
 * | any other number | fb and a float64; NaN and infinities have no encoding |
 * | bigint | tag 2 (n ≥ 0) or 3 (−1 − n), big endian, no leading zero byte, at most 64 bytes; 0n is the empty byte string |
 * | string | UTF-8, no lone surrogates |
 * | Uint8Array | byte string |
 * | Date | tag 53728 around integer ms since 1970, within ±8.64e15 |
 * | Sealed | tag 53729 around [epoch 32 bytes, nonce 24, boxed ≥ 16] or, with a fourth item, [… ephemeral 32] |
 * | array | definite length |
 * | plain object | definite length, text keys, never `__proto__`, in the bytewise order of their encodings (RFC 8949
 *   section 4.2.1: a shorter key comes first, keys of one length in the byte order of their UTF-8), each key once |
 *
 * Lengths and counts are in their shortest form, and nothing follows the item.
 */
export type Encodable = Value | Sealed | readonly Encodable[] | { readonly [key: string]: Encodable }

export interface EncodeOptions {
  /** How many arrays and maps may lie within each other; 16 unless told. A `Sealed` counts as a leaf. */
  readonly maxDepth?: number
}

export interface DecodeOptions extends EncodeOptions {
  /** How many items lists and maps may announce in all: small ones cost more time to build than their bytes to send. */
  readonly maxItems?: number
  /** A `Sealed` is accepted only where exactly so many arrays (and no map) enclose it, or anywhere; unless told, nowhere. */
  readonly sealed?: number | 'any'
}

export const MAX_DEPTH = 16
export const MAX_BIGINT_BYTES = 64
/** What ECMAScript allows in a Date, in ms either side of 1970. */
export const MAX_DATE = 8.64e15

export const UINT = 0
export const NEGATIVE = 1
export const BYTES = 2
export const TEXT = 3
export const ARRAY = 4
export const MAP = 5
export const TAG = 6

export const FALSE = 0xf4
export const TRUE = 0xf5
export const NULL = 0xf6
export const FLOAT64 = 0xfb

export const TAG_BIGINT = 2
export const TAG_NEGATIVE_BIGINT = 3
// IANA has no range for private use. These two are taken by nobody there; tag 1 would not do, as it counts seconds.
export const TAG_DATE = 53728
export const TAG_SEALED = 53729

/** The parts of a `Sealed`, in bytes. */
export const SEALED_LENGTHS = { epoch: 32, nonce: 24, overhead: 16, ephemeral: 32 } as const

export function badEncoding (problem: string, details?: Record<string, unknown>): DinemicError {
  return new DinemicError('CORE_BAD_ENCODING', problem, details === undefined ? {} : { details })
}
