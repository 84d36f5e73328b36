import { bytesToHex, decode, decodeState, emptyState, encode, encodeState, hexToBytes } from '@dinemic/core'
import type { Encodable, ObjectId, ObjectState, UpdateId } from '@dinemic/core'
import { forkToWire, wireToFork } from './fork-row.js'
import type { KnownFork } from './fork-row.js'

/**
 * What a node keeps of an object. `full` is the same on all nodes that admitted the same updates; `visible` leaves out
 * what this node's hooks refused (R18). Without masks the two are one.
 */
export interface ObjectRow {
  readonly full: ObjectState
  readonly visible: ObjectState
  readonly masked: ReadonlySet<UpdateId>
  /** The forks of which this node keeps a proof: its own knowledge, no part of what all agree on. */
  readonly forks: readonly KnownFork[]
}

export function emptyRow (id: ObjectId): ObjectRow {
  const state = emptyState(id)
  return { full: state, visible: state, masked: new Set(), forks: [] }
}

export function encodeRow ({ full, visible, masked, forks }: ObjectRow): Uint8Array {
  return encode([encodeState(full), full === visible ? null : encodeState(visible), [...masked].sort().map(hexToBytes), forks.map(forkToWire)])
}

export function decodeRow (bytes: Uint8Array): ObjectRow {
  const [fullRow, visibleRow, masked, forks] = decode(bytes) as [Uint8Array, Uint8Array | null, Uint8Array[], Encodable[]]
  const full = decodeState(fullRow)
  return { full, visible: visibleRow === null ? full : decodeState(visibleRow), masked: new Set(masked.map(bytesToHex)), forks: forks.map(wireToFork) }
}

/** What users see of it: nothing before its genesis, nothing once it is removed. */
export function shows (state: ObjectState | undefined): boolean {
  return state !== undefined && state.geneses.length > 0 && state.removed === null
}
