import { bytesToHex } from '../bytes.js'
import type { CryptoProvider } from '../keys/provider.js'
import { requireLength } from '../keys/strict.js'
import type { ObjectId } from '../types.js'
import { idPart, kdf } from './kdf.js'

/**
 * The seed of an epoch, which only the owner can make: it needs no wrap for itself, whatever gets lost.
 * @param nonce 16 fresh random bytes, published with the epoch
 */
export function epochSeed (provider: CryptoProvider, ownerSeed: Uint8Array, object: ObjectId, nonce: Uint8Array): Uint8Array {
  requireLength('The nonce of an epoch', nonce, 16)
  return kdf(provider, ownerSeed, 'epoch', [idPart(object), nonce])
}

/** An epoch's id: in hex, the X25519 public key to which one can seal without reading. */
export function epochId (provider: CryptoProvider, seed: Uint8Array): string {
  return bytesToHex(provider.exchangeKey(epochSecret(provider, seed)))
}

/** The X25519 secret that belongs to the epoch's id. */
export function epochSecret (provider: CryptoProvider, seed: Uint8Array): Uint8Array {
  return kdf(provider, seed, 'epoch-key', [])
}
