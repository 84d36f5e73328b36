import { hexToBytes } from '../bytes.js'
import { DinemicError } from '../errors.js'
import { parseId } from '../ids.js'
import { exchangeKeyOf, exchangeSecretOf } from '../keys/convert.js'
import type { CryptoProvider } from '../keys/provider.js'
import type { ObjectId } from '../types.js'
import { epochId } from './epoch.js'
import { ONE_TIME_NONCE, idPart, kdf } from './kdf.js'

export interface WrapSeed { readonly ownerSeed: Uint8Array, readonly object: ObjectId, readonly reader: ObjectId, readonly epoch: string, readonly seed: Uint8Array }
export interface UnwrapSeed { readonly readerSeed: Uint8Array, readonly reader: ObjectId, readonly object: ObjectId, readonly epoch: string, readonly boxed: Uint8Array }
export interface SealSeed { readonly newSeed: Uint8Array, readonly object: ObjectId, readonly epoch: string, readonly seed: Uint8Array }
export interface OpenSeed { readonly newSeed: Uint8Array, readonly object: ObjectId, readonly epoch: string, readonly boxed: Uint8Array }

/**
 * An epoch's seed for one reader: 48 bytes. The secret is X25519 between the object's key and the reader's, both
 * static, so that only these two can make or open it. Object, reader and epoch are in the KDF and the epoch decides the
 * seed: hence a key for each wrap, and no nonce. Throws `CORE_BAD_ID` where the reader's key is no point of the curve.
 */
export function wrapSeed (provider: CryptoProvider, { ownerSeed, object, reader, epoch, seed }: WrapSeed): Uint8Array {
  const secret = secretBetween(provider, ownerSeed, reader)
  if (secret === undefined) {
    throw new DinemicError('CORE_BAD_ID', `${reader} has a key that is not on the curve, so nothing can be encrypted for it. No object has such an id: take it from entity.id.`)
  }
  return provider.box(wrapKey(provider, secret, { object, reader, epoch }), ONE_TIME_NONCE, seed)
}

/** The seed in a wrap, checked against the epoch's id; undefined where it isn't for this reader, object and epoch, or is false. */
export function unwrapSeed (provider: CryptoProvider, { readerSeed, reader, object, epoch, boxed }: UnwrapSeed): Uint8Array | undefined {
  const secret = secretBetween(provider, readerSeed, object)
  if (secret === undefined) return undefined
  return openChecked(provider, wrapKey(provider, secret, { object, reader, epoch }), epoch, boxed)
}

/** The seed of a replaced epoch under the one that replaces it: who reads the new reads the old, never the reverse. 48 bytes. */
export function sealSeed (provider: CryptoProvider, { newSeed, object, epoch, seed }: SealSeed): Uint8Array {
  return provider.box(replacedKey(provider, newSeed, object, epoch), ONE_TIME_NONCE, seed)
}

/** The seed of the replaced epoch, checked against its id; undefined where it doesn't open or is false. */
export function openSeed (provider: CryptoProvider, { newSeed, object, epoch, boxed }: OpenSeed): Uint8Array | undefined {
  return openChecked(provider, replacedKey(provider, newSeed, object, epoch), epoch, boxed)
}

function wrapKey (provider: CryptoProvider, secret: Uint8Array, { object, reader, epoch }: { object: ObjectId, reader: ObjectId, epoch: string }): Uint8Array {
  return kdf(provider, secret, 'wrap', [idPart(object), idPart(reader), hexToBytes(epoch)])
}

function replacedKey (provider: CryptoProvider, newSeed: Uint8Array, object: ObjectId, epoch: string): Uint8Array {
  return kdf(provider, newSeed, 'replaced', [idPart(object), hexToBytes(epoch)])
}

function secretBetween (provider: CryptoProvider, seed: Uint8Array, other: ObjectId): Uint8Array | undefined {
  const key = exchangeKeyOf(parseId(other).key)
  return key && provider.sharedSecret(exchangeSecretOf(seed), key)
}

function openChecked (provider: CryptoProvider, key: Uint8Array, epoch: string, boxed: Uint8Array): Uint8Array | undefined {
  const seed = provider.unbox(key, ONE_TIME_NONCE, boxed)
  return seed?.length === 32 && epochId(provider, seed) === epoch ? seed : undefined
}
