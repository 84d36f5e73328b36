import { bytesToHex, concatBytes, hexToBytes } from '../bytes.js'
import { DinemicError } from '../errors.js'
import type { CryptoProvider } from '../keys/provider.js'
import type { Platform } from '../ports/platform.js'
import type { ObjectId } from '../types.js'
import { idPart, kdf } from './kdf.js'

/**
 * Bytes for an object's readers that are kept elsewhere: epoch id (32 bytes) ‖ nonce (24) ‖ boxed (16 more than the bytes).
 */
export interface SealBytes { readonly epoch: string, readonly seed: Uint8Array, readonly object: ObjectId, readonly bytes: Uint8Array, readonly random: Platform['random'] }

const EPOCH_END = 32
const NONCE_END = 56
const LEAST = 72

export function sealBytes (provider: CryptoProvider, { epoch, seed, object, bytes, random }: SealBytes): Uint8Array {
  const nonce = random(24)
  return concatBytes(hexToBytes(epoch), nonce, provider.box(bytesKey(provider, seed, object), nonce, bytes))
}

/** The epoch whose seed opens them; undefined for what is too short to come from `sealBytes`. */
export function epochOfBytes (sealed: Uint8Array): string | undefined {
  return sealed.length < LEAST ? undefined : bytesToHex(sealed.subarray(0, EPOCH_END))
}

/** Throws `ORM_FIELD_CORRUPT` where they don't open with the seed of this object's epoch. */
export function openBytes (provider: CryptoProvider, seed: Uint8Array, object: ObjectId, sealed: Uint8Array): Uint8Array {
  const opened = sealed.length < LEAST
    ? undefined
    : provider.unbox(bytesKey(provider, seed, object), sealed.subarray(EPOCH_END, NONCE_END), sealed.subarray(NONCE_END))
  if (opened !== undefined) return opened
  throw new DinemicError('ORM_FIELD_CORRUPT', `These ${sealed.length} bytes don't open as bytes sealed for the readers of ${object}: they were damaged, cut, or sealed for another object. Give unseal() exactly what seal() of this object returned.`,
    { details: { object } })
}

function bytesKey (provider: CryptoProvider, seed: Uint8Array, object: ObjectId): Uint8Array {
  return kdf(provider, seed, 'bytes', [idPart(object)])
}
