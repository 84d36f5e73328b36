import nacl from 'tweetnacl'
import { requireLength } from './strict.js'

/** XSalsa20-Poly1305 of tweetnacl, for all providers: node:crypto hasn't got it, and values are small. */
export function box (key: Uint8Array, nonce: Uint8Array, message: Uint8Array): Uint8Array {
  requireSizes(key, nonce)
  return nacl.secretbox(message, nonce, key)
}

export function unbox (key: Uint8Array, nonce: Uint8Array, boxed: Uint8Array): Uint8Array | undefined {
  requireSizes(key, nonce)
  return nacl.secretbox.open(boxed, nonce, key) ?? undefined
}

function requireSizes (key: Uint8Array, nonce: Uint8Array): void {
  requireLength('The key of a box', key, 32)
  requireLength('The nonce of a box', nonce, 24)
}
