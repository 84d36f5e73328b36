import { concatBytes, utf8 } from '../bytes.js'
import { encode } from '../codec/encode.js'
import type { Encodable } from '../codec/format.js'
import { parseId } from '../ids.js'
import type { CryptoProvider } from '../keys/provider.js'
import type { ObjectId } from '../types.js'

const SEPARATOR = new Uint8Array(1)

/**
 * A 32-byte key: HKDF(secret, "dinemic/" ‖ purpose ‖ 0x00 ‖ parts as CBOR). Each purpose has its own number and order of
 * parts, and the encoding is unambiguous, so that no two uses of one secret ever meet in one key.
 */
export function kdf (provider: CryptoProvider, secret: Uint8Array, purpose: string, parts: readonly Encodable[]): Uint8Array {
  return provider.hkdf(secret, concatBytes(utf8(`dinemic/${purpose}`), SEPARATOR, encode(parts)), 32)
}

/** An id as a part: model name and key, as everywhere on the wire. */
export function idPart (id: ObjectId): readonly [model: string, key: Uint8Array] {
  const { model, key } = parseId(id)
  return [model, key]
}

/**
 * The nonce where a key seals one plaintext in its life: everything that decides the plaintext goes into the KDF.
 * A random one would cost 24 bytes in each wrap and protect from nothing.
 */
export const ONE_TIME_NONCE: Uint8Array = new Uint8Array(24)
