import { bytesToHex, cellWrites, decode, decodeState, emptyState, encode, encodeHead, hexToBytes } from '@dinemic/core'
import type { CellWrite, Encodable, ObjectId, ObjectState, StoredCell, StoredState, UpdateId } from '@dinemic/core'
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

/** Without what `cellsBeside` puts beside it. */
export function encodeRow ({ full, visible, masked, forks }: ObjectRow): Uint8Array {
  return encode([encodeHead(full), full === visible ? null : encodeHead(visible), [...masked].sort().map(hexToBytes), forks.map(forkToWire)])
}

/** What changes beside the row where `before` is stored. */
export function cellsBeside (before: ObjectRow, now: ObjectRow): CellWrite[] {
  const apart = ({ full, visible }: ObjectRow): ObjectState | undefined => visible === full ? undefined : visible
  return [...named(FULL, cellWrites(before.full, now.full)), ...named(VISIBLE, cellWrites(apart(before), apart(now)))]
}

export function decodeRow ({ row, cells }: StoredState): ObjectRow {
  const [fullRow, visibleRow, masked, forks] = decode(row) as [Uint8Array, Uint8Array | null, Uint8Array[], Encodable[]]
  const full = decodeState(fullRow, of(FULL, cells))
  const visible = visibleRow === null ? full : decodeState(visibleRow, of(VISIBLE, cells))
  return { full, visible, masked: new Set(masked.map(bytesToHex)), forks: forks.map(wireToFork) }
}

/** What a cell's name begins with: of which of the two states it is. */
const FULL = 'f'
const VISIBLE = 'v'

function named (prefix: string, cells: readonly CellWrite[]): CellWrite[] {
  return cells.map(({ name, value }) => ({ name: prefix + name, value }))
}

function of (prefix: string, cells: readonly StoredCell[]): StoredCell[] {
  return cells.filter(({ name }) => name.startsWith(prefix)).map(({ name, value }) => ({ name: name.slice(prefix.length), value }))
}

/** What users see of it: nothing before its genesis, nothing once it is removed. */
export function shows (state: ObjectState | undefined): boolean {
  return state !== undefined && state.geneses.length > 0 && state.removed === null
}
