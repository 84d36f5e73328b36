import { bytesToMapKey } from '../../src/bytes.js'
import type { CryptoProvider } from '../../src/keys/provider.js'

/**
 * A provider that does each costly computation once, for all nodes of a simulation: that a signature is good doesn't
 * depend on who asks. The answers are those of `inner`, for every input; so nothing is hidden from a test.
 */
export function sharedProvider (inner: CryptoProvider): CryptoProvider {
  const verify = remembered((key: Uint8Array, message: Uint8Array, signature: Uint8Array) => inner.verify(key, message, signature), message => inner.sha256(message))
  return {
    ...inner,
    name: `${inner.name}, shared`,
    publicKey: remembered(seed => inner.publicKey(seed)),
    verify,
    verifyAsync: undefined, // other threads answer in no order that a seed could fix
    exchangeKey: remembered(secret => inner.exchangeKey(secret)),
    sharedSecret: remembered((secret, key) => inner.sharedSecret(secret, key)),
    hkdf: (secret, info, length) => inner.hkdf(secret, info, length)
  }
}

/** By all arguments; long ones by their hash. What is given out is a copy: callers may write to it. */
function remembered<A extends Uint8Array[], R extends Uint8Array | boolean | undefined> (compute: (...args: A) => R, hash?: (message: Uint8Array) => Uint8Array): (...args: A) => R {
  const known = new Map<string, R>()
  return (...args) => {
    const key = args.map(arg => arg.length > 64 && hash !== undefined ? `h${bytesToMapKey(hash(arg))}` : `${arg.length}:${bytesToMapKey(arg)}`).join('')
    if (!known.has(key)) known.set(key, compute(...args))
    const answer = known.get(key) as R
    return answer instanceof Uint8Array ? answer.slice() as R : answer
  }
}
