import { bytesToHex, decode, decodeFrame, encode, forkOf, hexToBytes } from '@dinemic/core'
import type { Commit, Encodable, ForkProof, NetworkBinding, UpdateId } from '@dinemic/core'

/**
 * A fork as its object's row has it: one of each chain, the first that was seen. The frames lie in a row of their own, where
 * they outlast what a close drops, and cost whoever writes the object nothing.
 */
export interface KnownFork {
  /** See `chainKey`. */
  readonly chain: string
  readonly seq: number
  readonly updates: readonly [UpdateId, UpdateId]
  /** Of both frames, in bytes. */
  readonly size: number
}

type SettingRow = NonNullable<Commit['settings']>[number]

export function proofRow ({ updates, frames }: ForkProof): SettingRow {
  return { name: proofName({ updates }), value: encode([...frames]) }
}

export function noProofRow (fork: KnownFork): SettingRow {
  return { name: proofName(fork), value: null }
}

export const proofName = ({ updates }: Pick<KnownFork, 'updates'>): string => `fork/${updates.join('/')}`

export function readProof (binding: NetworkBinding, row: Uint8Array): ForkProof {
  const [one, other] = decode(row) as [Uint8Array, Uint8Array]
  return forkOf(decodeFrame(binding, one), decodeFrame(binding, other))!
}

export function forkToWire ({ chain, seq, updates, size }: KnownFork): Encodable {
  return [chain, seq, updates.map(hexToBytes), size]
}

export function wireToFork (wire: Encodable): KnownFork {
  const [chain, seq, [one, other], size] = wire as [string, number, [Uint8Array, Uint8Array], number]
  return { chain, seq, updates: [bytesToHex(one), bytesToHex(other)], size }
}
