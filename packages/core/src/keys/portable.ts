import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import nacl from 'tweetnacl'
import { BoundedCache } from '../bounded-cache.js'
import { bytesToMapKey } from '../bytes.js'
import type { CryptoProvider } from './provider.js'
import { box, unbox } from './secretbox.js'
import { isStrictPoint, isStrictSignature, requireLength, requireOutputLength } from './strict.js'

// tweetnacl signs with seed and public key together; deriving the latter takes as long as signing.
const secretKeysBySeed = new BoundedCache<string, Uint8Array>(128)

/** Runs wherever JavaScript does: tweetnacl, and the hashes of @noble. Two orders of magnitude slower than the native one. */
export const portableProvider: CryptoProvider = {
  name: 'portable',

  publicKey (seed) {
    return secretKeyOf(seed).slice(32)
  },

  sign (seed, message) {
    return nacl.sign.detached(message, secretKeyOf(seed))
  },

  verify (publicKey, message, signature) {
    return isStrictPoint(publicKey) && isStrictSignature(signature) && nacl.sign.detached.verify(message, signature, publicKey)
  },

  exchangeKey (secret) {
    requireLength('An X25519 secret', secret, 32)
    return nacl.scalarMult.base(secret)
  },

  sharedSecret (secret, publicKey) {
    requireLength('An X25519 secret', secret, 32)
    requireLength('An X25519 public key', publicKey, 32)
    const shared = nacl.scalarMult(secret, publicKey)
    return shared.every(byte => byte === 0) ? undefined : shared
  },

  sha256 (...parts) {
    const hash = sha256.create()
    for (const part of parts) hash.update(part)
    return hash.digest()
  },

  hkdf (secret, info, length) {
    requireOutputLength(length)
    return hkdf(sha256, secret, undefined, info, length)
  },

  box,
  unbox
}

function secretKeyOf (seed: Uint8Array): Uint8Array {
  requireLength('An Ed25519 seed', seed, 32)
  const cacheKey = bytesToMapKey(seed)
  const cached = secretKeysBySeed.get(cacheKey)
  if (cached !== undefined) return cached
  const { secretKey } = nacl.sign.keyPair.fromSeed(seed)
  secretKeysBySeed.set(cacheKey, secretKey)
  return secretKey
}
