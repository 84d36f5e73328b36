import { DinemicError, bytesToHex, decode, encode, hexToBytes } from '@dinemic/core'
import { EMPTY } from './fingerprint.js'
import type { Fingerprint } from './fingerprint.js'

export const FAN_OUT = 16
const SUM_DIGITS = 64

/** The fingerprints of the sixteen parts of a part, by the next digit of their keys. Never changed: a change makes another. */
export type RadixNode = readonly Fingerprint[]

export const EMPTY_NODE: RadixNode = Array.from({ length: FAN_OUT }, () => EMPTY)

/** As it is stored: digit, count and sum of each part that isn't empty. */
export function encodeNode (node: RadixNode): Uint8Array {
  return encode(node.flatMap(({ count, sum }, digit) => count === 0 ? [] : [[digit, count, hexToBytes(sum.toString(16).padStart(SUM_DIGITS, '0'))]]))
}

export function decodeNode (row: Uint8Array): RadixNode {
  const node = [...EMPTY_NODE]
  for (const [digit, count, sum] of decode(row) as [number, number, Uint8Array][]) node[digit] = { count, sum: BigInt(`0x${bytesToHex(sum)}`) }
  if (node.length !== FAN_OUT) throw new DinemicError('STORE_CORRUPT', 'A row of sums of a reconciled set names a part that there is not.')
  return node
}
