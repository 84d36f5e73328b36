import sodium from 'libsodium-wrappers'
import type { Judge } from './compare.js'

await sodium.ready

/** libsodium, compiled to WebAssembly: as strict as we are by itself, and nobody else's code. It judges, and isn't a provider. */
export const libsodium: Judge = {
  name: 'libsodium',

  verify (publicKey, message, signature) {
    // Other lengths throw.
    return publicKey.length === 32 && signature.length === 64 && sodium.crypto_sign_verify_detached(signature, message, publicKey)
  },

  sharedSecret (secret, publicKey) {
    try {
      return sodium.crypto_scalarmult(secret, publicKey)
    } catch {
      return undefined // all zeros
    }
  }
}
