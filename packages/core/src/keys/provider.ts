/**
 * The primitives, behind one door. Every provider gives the same verdict on every input (see `strict.ts`):
 * canonical S, no small-order or non-canonical keys or R, cofactorless verification, no all-zero shared secret.
 * Keys are raw 32-byte strings; a secret key is the 32-byte Ed25519 seed.
 */
export interface CryptoProvider {
  readonly name: string
  /** Public key of an Ed25519 seed. */
  publicKey (seed: Uint8Array): Uint8Array
  sign (seed: Uint8Array, message: Uint8Array): Uint8Array
  /** Never throws: what isn't a good signature is false. */
  verify (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
  /** The same verdict, on other threads: for those who have many signatures to verify. Providers that have no threads leave it out. */
  verifyAsync?: ((publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => Promise<boolean>) | undefined
  /** X25519 public key of a 32-byte X25519 secret. */
  exchangeKey (secret: Uint8Array): Uint8Array
  /** X25519; undefined where the shared secret is all zeros. Throws only for inputs that aren't 32 bytes. */
  sharedSecret (secret: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined
  sha256 (...parts: Uint8Array[]): Uint8Array
  /** HKDF-SHA-256 without salt. `length` in bytes, at most 8,160. */
  hkdf (secret: Uint8Array, info: Uint8Array, length: number): Uint8Array
  /** XSalsa20-Poly1305: key 32 bytes, nonce 24; the result is 16 bytes longer than the message. */
  box (key: Uint8Array, nonce: Uint8Array, message: Uint8Array): Uint8Array
  /** Undefined where it doesn't open. */
  unbox (key: Uint8Array, nonce: Uint8Array, boxed: Uint8Array): Uint8Array | undefined
}
