import { ed25519 } from '@noble/curves/ed25519.js'
import { BoundedCache } from '../bounded-cache.js'
import { bytesToMapKey } from '../bytes.js'
import { isStrictPoint, requireLength } from './strict.js'

/**
 * One key pair for both: X25519 keys from Ed25519 keys, so that an id alone is enough to encrypt for its object (R3).
 * The birational map of RFC 7748 section 4.1; safe together with signatures after Thormarker, "On using the same key
 * pair for Ed25519 and an X25519 based KEM", 2021.
 */

// A square root and a division of big numbers: 100 µs.
const exchangeKeys = new BoundedCache<string, Uint8Array>(4096)

/** The X25519 secret that goes with an Ed25519 seed: the first half of its SHA-512, clamped. */
export function exchangeSecretOf (seed: Uint8Array): Uint8Array {
  requireLength('An Ed25519 seed', seed, 32)
  return ed25519.utils.toMontgomerySecret(seed)
}

/** The X25519 public key that goes with an Ed25519 public key; undefined for a weak key or one that is off the curve. Shared: never write to it. */
export function exchangeKeyOf (publicKey: Uint8Array): Uint8Array | undefined {
  const cacheKey = bytesToMapKey(publicKey)
  const cached = exchangeKeys.get(cacheKey)
  if (cached !== undefined) return cached
  if (!isStrictPoint(publicKey)) return undefined
  const converted = convert(publicKey)
  if (converted !== undefined) exchangeKeys.set(cacheKey, converted)
  return converted
}

function convert (publicKey: Uint8Array): Uint8Array | undefined {
  try {
    return ed25519.utils.toMontgomery(publicKey)
  } catch {
    return undefined // no point of the curve has this y
  }
}
