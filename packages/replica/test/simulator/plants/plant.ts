import type { CryptoProvider } from '@dinemic/core'

/** A bug that is put in on purpose, to see that the simulator finds it. */
export interface Plant {
  /** In a few words, as it stands in docs/simulator.md. */
  readonly bug: string
  /** Puts it into all nodes to come; what it returns takes it out again. */
  readonly install?: () => () => void
  /** Or it is in the cryptography that the nodes use. */
  readonly provider?: (provider: CryptoProvider) => CryptoProvider
}

/** Replaces a method of a class. `make` is given the true one, to be called with the instance. */
export function patch<T extends object, K extends keyof T> (prototype: T, method: K, make: (original: T[K]) => T[K]): () => void {
  const original = prototype[method]
  prototype[method] = make(original)
  return () => { prototype[method] = original }
}
