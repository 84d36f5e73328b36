import { formatId } from '../../src/ids.js'
import { nativeProvider } from '../../src/keys/native.js'
import { epochId, epochSeed } from '../../src/seal/epoch.js'

/** Fixed keys and an epoch, shared by the tests of sealing. */
export const ownerSeed = new Uint8Array(32).fill(1)
export const readerSeed = new Uint8Array(32).fill(2)
export const strangerSeed = new Uint8Array(32).fill(3)

export const object = formatId('Person', nativeProvider.publicKey(ownerSeed))
export const reader = formatId('Person', nativeProvider.publicKey(readerSeed))
export const stranger = formatId('Person', nativeProvider.publicKey(strangerSeed))

export const nonce = new Uint8Array(16).fill(4)
export const seed = epochSeed(nativeProvider, ownerSeed, object, nonce)
export const epoch = epochId(nativeProvider, seed)
export const newSeed = epochSeed(nativeProvider, ownerSeed, object, new Uint8Array(16).fill(5))
export const newEpoch = epochId(nativeProvider, newSeed)

/** Counts up from 1 in each call, so that nothing is random and no two calls agree. */
export function counter (): (length: number) => Uint8Array {
  let calls = 0
  return length => new Uint8Array(length).fill(++calls)
}
