import fc from 'fast-check'
import { bytesToHex } from '../../../src/bytes.js'
import { nativeProvider } from '../../../src/keys/native.js'
import type { CryptoProvider } from '../../../src/keys/provider.js'
import { anyExchange, anyMutation } from '../mutations.js'

/** Who is asked: our providers, and others to compare them with. */
export type Judge = Pick<CryptoProvider, 'name' | 'verify' | 'sharedSecret'>

export interface Comparison {
  readonly cases: number
  /** How many were directed at the encodings of S, R and A, or at keys of X25519 that aren't plain random ones. */
  readonly directed: number
  /** How many were good: neither none nor all, or nothing was compared. */
  readonly good: number
  /** What the judges said where they didn't agree, with all that is needed to ask them again. */
  readonly mismatches: readonly string[]
}

const anySigned = fc.record({ key: fc.nat(63), length: fc.integer({ min: 1, max: 300 }), byte: fc.nat(255), mutation: anyMutation })

/** Asks the judges about as many mutations of signatures, keys and messages. The same seed asks the same. */
export function compareSignatures (judges: readonly Judge[], cases: number, seed: number): Comparison {
  const mismatches: string[] = []
  let directed = 0
  let good = 0
  for (const { key, length, byte, mutation } of fc.sample(anySigned, { seed, numRuns: cases })) {
    const own = new Uint8Array(32).fill(key)
    const message = new Uint8Array(length).fill(byte)
    const mutated = mutation.apply({ seed: own, publicKey: nativeProvider.publicKey(own), message, signature: nativeProvider.sign(own, message) })
    const verdicts = judges.map(judge => judge.verify(mutated.publicKey, mutated.message, mutated.signature))
    if (mutation.target !== 'other') directed++
    if (verdicts[0]!) good++
    if (new Set(verdicts).size > 1) {
      mismatches.push(`${said(judges, verdicts)}: key ${bytesToHex(mutated.publicKey)}, message ${bytesToHex(mutated.message)}, signature ${bytesToHex(mutated.signature)}`)
    }
  }
  return { cases, directed, good, mismatches }
}

/** The same for shared secrets. */
export function compareExchanges (judges: readonly Judge[], cases: number, seed: number): Comparison {
  const mismatches: string[] = []
  let directed = 0
  let good = 0
  for (const { secret, publicKey, plain } of fc.sample(anyExchange, { seed, numRuns: cases })) {
    const secrets = judges.map(judge => judge.sharedSecret(secret, publicKey)).map(shared => shared === undefined ? 'none' : bytesToHex(shared))
    if (!plain) directed++
    if (secrets[0] !== 'none') good++
    if (new Set(secrets).size > 1) mismatches.push(`${said(judges, secrets)}: secret ${bytesToHex(secret)}, key ${bytesToHex(publicKey)}`)
  }
  return { cases, directed, good, mismatches }
}

function said (judges: readonly Judge[], answers: readonly unknown[]): string {
  return judges.map(({ name }, i) => `${name} says ${answers[i]}`).join(', ')
}
