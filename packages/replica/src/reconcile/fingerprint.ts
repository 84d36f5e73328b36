import type { SetKey } from '@dinemic/core'
import { MILLIS_DIGITS } from './set-key.js'

/**
 * What two sides compare of a part of a set: how many updates, and the sum of their ids mod 2^256. Sums, because they
 * follow each change without a look at the rest, and not XOR, where anybody finds ids that cancel out (Meyer 2022, 2.3).
 */
export interface Fingerprint { readonly count: number, readonly sum: bigint }

export const EMPTY: Fingerprint = { count: 0, sum: 0n }

const MODULUS = 1n << 256n

/** `sign` −1 takes the key out. */
export function withKey ({ count, sum }: Fingerprint, key: SetKey, sign: 1 | -1): Fingerprint {
  const id = BigInt(`0x${key.slice(MILLIS_DIGITS)}`)
  return { count: count + sign, sum: wrapped(sign === 1 ? sum + id : sum - id) }
}

export function fingerprintOf (keys: readonly SetKey[]): Fingerprint {
  return keys.reduce((fingerprint, key) => withKey(fingerprint, key, 1), EMPTY)
}

export function united (fingerprints: readonly Fingerprint[]): Fingerprint {
  return { count: fingerprints.reduce((sum, { count }) => sum + count, 0), sum: wrapped(fingerprints.reduce((total, { sum }) => total + sum, 0n)) }
}

/** A fingerprint in which one part stands for another. */
export function corrected ({ count, sum }: Fingerprint, was: Fingerprint, is: Fingerprint): Fingerprint {
  return { count: count - was.count + is.count, sum: wrapped(sum - was.sum + is.sum) }
}

function wrapped (sum: bigint): bigint {
  return ((sum % MODULUS) + MODULUS) % MODULUS
}
