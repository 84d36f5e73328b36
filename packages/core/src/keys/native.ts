import { createHash, createHmac, createPrivateKey, createPublicKey, diffieHellman, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { BoundedCache } from '../bounded-cache.js'
import { bytesToMapKey, hexToBytes } from '../bytes.js'
import type { CryptoProvider } from './provider.js'
import { box, unbox } from './secretbox.js'
import { isStrictPoint, isStrictSignature, requireLength, requireOutputLength } from './strict.js'

type Curve = 'Ed25519' | 'X25519'

const HASH_LENGTH = 32
const NO_SALT = new Uint8Array(HASH_LENGTH)
const PKCS8_HEAD = {
  Ed25519: hexToBytes('302e020100300506032b657004220420'),
  X25519: hexToBytes('302e020100300506032b656e04220420')
}

// A key object is dear: 8 µs for a public, 40 µs for a private one, where a signature takes 35 µs. But each is a burden to the
// collector, and a newcomer meets thousands of which it will never see another update.
const publicKeys = new BoundedCache<string, KeyObject>(512)
const privateKeys = new BoundedCache<string, KeyObject>(256)

/** node:crypto, that is OpenSSL. The only module of core that needs Node. */
export const nativeProvider: CryptoProvider = {
  name: 'native',

  publicKey (seed) {
    requireLength('An Ed25519 seed', seed, 32)
    return publicKeyOf(privateKey('Ed25519', seed))
  },

  sign (seed, message) {
    requireLength('An Ed25519 seed', seed, 32)
    return plain(sign(null, message, privateKey('Ed25519', seed)))
  },

  verify (key, message, signature) {
    if (!isStrictPoint(key) || !isStrictSignature(signature)) return false
    try {
      return verify(null, message, publicKey('Ed25519', key), signature)
    } catch {
      return false // a key off the curve, in versions of OpenSSL that say so at import
    }
  },

  async verifyAsync (key, message, signature) {
    if (!isStrictPoint(key) || !isStrictSignature(signature)) return false
    return await new Promise(resolve => {
      try {
        verify(null, message, publicKey('Ed25519', key), signature, (error, isGood) => { resolve(error === null && isGood) })
      } catch {
        resolve(false) // as above
      }
    })
  },

  exchangeKey (secret) {
    requireLength('An X25519 secret', secret, 32)
    return publicKeyOf(privateKey('X25519', secret))
  },

  sharedSecret (secret, key) {
    requireLength('An X25519 secret', secret, 32)
    requireLength('An X25519 public key', key, 32)
    try {
      return plain(diffieHellman({ privateKey: privateKey('X25519', secret), publicKey: publicKey('X25519', key) }))
    } catch {
      return undefined // all zeros: the one thing that OpenSSL refuses about keys of the right length
    }
  },

  sha256 (...parts) {
    const hash = createHash('sha256')
    for (const part of parts) hash.update(part)
    return plain(hash.digest())
  },

  // RFC 5869 on HMAC: hkdfSync takes half as long again and stops at 1,024 bytes of info.
  hkdf (secret, info, length) {
    requireOutputLength(length)
    const key = createHmac('sha256', NO_SALT).update(secret).digest()
    const output = new Uint8Array(Math.ceil(length / HASH_LENGTH) * HASH_LENGTH)
    let block = new Uint8Array(0)
    for (let i = 0; i * HASH_LENGTH < length; i++) {
      block = plain(createHmac('sha256', key).update(block).update(info).update(Uint8Array.of(i + 1)).digest())
      output.set(block, i * HASH_LENGTH)
    }
    return output.slice(0, length)
  },

  box,
  unbox
}

function publicKey (curve: Curve, key: Uint8Array): KeyObject {
  return cached(publicKeys, curve + bytesToMapKey(key), () =>
    createPublicKey({ key: { kty: 'OKP', crv: curve, x: base64url(key) }, format: 'jwk' }))
}

function privateKey (curve: Curve, secret: Uint8Array): KeyObject {
  return cached(privateKeys, curve + bytesToMapKey(secret), () => importSecret(curve, secret))
}

/** As JWK nine times as fast as as DER. Its `x`, which we don't know yet, isn't looked at; should a version of Node do so, there is DER. */
function importSecret (curve: Curve, secret: Uint8Array): KeyObject {
  try {
    return createPrivateKey({ key: { kty: 'OKP', crv: curve, d: base64url(secret), x: '' }, format: 'jwk' })
  } catch {
    return createPrivateKey({ key: Buffer.concat([PKCS8_HEAD[curve], secret]), format: 'der', type: 'pkcs8' })
  }
}

function publicKeyOf (key: KeyObject): Uint8Array {
  return plain(Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x!, 'base64url'))
}

function cached (cache: BoundedCache<string, KeyObject>, cacheKey: string, make: () => KeyObject): KeyObject {
  const known = cache.get(cacheKey)
  if (known !== undefined) return known
  const made = make()
  cache.set(cacheKey, made)
  return made
}

function base64url (bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url')
}

/** Buffers stay inside: theirs is another `slice`, and small ones share memory. */
function plain (buffer: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer)
}
