import { nativeProvider } from '../../../src/keys/native.js'
import { portableProvider } from '../../../src/keys/portable.js'
import { compareExchanges, compareSignatures } from './compare.js'
import { libsodium } from './sodium.js'

/** A part of the work: small enough that progress is seen, and begun from a seed of its own. */
export interface Part { readonly of: 'Ed25519' | 'X25519', readonly judges: readonly string[], readonly cases: number, readonly seed: number }

const JUDGES = [nativeProvider, portableProvider, libsodium]

process.on('message', ({ of, judges, cases, seed }: Part) => {
  const compare = of === 'Ed25519' ? compareSignatures : compareExchanges
  process.send!(compare(JUDGES.filter(({ name }) => judges.includes(name)), cases, seed))
})
