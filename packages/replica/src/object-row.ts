import { SortedMap, bytesToHex, cellWrites, decode, decodingState, emptyState, encode, encodeHead, finish, hexToBytes } from '@dinemic/core'
import type { CellWrite, Encodable, ObjectId, ObjectState, Steps, StoredCell, StoredState } from '@dinemic/core'
import { NOTHING_COUNTED } from './counted.js'
import type { Counted } from './counted.js'
import { forkToWire, wireToFork } from './fork-row.js'
import type { KnownFork } from './fork-row.js'

/**
 * What a node keeps of an object. `full` is the same on all nodes that admitted the same updates; `visible` leaves out
 * what this node's hooks refused (R18). Without masks the two are one.
 */
export interface ObjectRow {
  readonly full: ObjectState
  readonly visible: ObjectState
  readonly masked: MaskedIds
  /** The forks of which this node keeps a proof: its own knowledge, no part of what all agree on. */
  readonly forks: readonly KnownFork[]
  /** What of it falls under this node's quotas. */
  readonly counted: Counted
}

/** The updates that this node's hooks refused. */
export type MaskedIds = SortedMap<true>

/** With more of them than this each lies in a cell: strangers may write any number of updates that hooks refuse. */
const MOST_MASKED = 64

export function emptyRow (id: ObjectId): ObjectRow {
  const state = emptyState(id)
  return { full: state, visible: state, masked: SortedMap.empty(), forks: [], counted: NOTHING_COUNTED }
}

/** Without what `cellsBeside` puts beside it. */
export function encodeRow ({ full, visible, masked, forks, counted }: ObjectRow): Uint8Array {
  const ids = masked.size > MOST_MASKED ? masked.size : [...masked.keys()].map(hexToBytes)
  return encode([encodeHead(full), full === visible ? null : encodeHead(visible), ids, forks.map(forkToWire), [counted.law, counted.content]])
}

/** What changes beside the row where `before` is stored, one cell at a time: there may be any number. */
export function * cellsBeside (before: ObjectRow, now: ObjectRow): Generator<CellWrite> {
  const apart = ({ full, visible }: ObjectRow): ObjectState | undefined => visible === full ? undefined : visible
  yield * named(FULL, cellWrites(before.full, now.full))
  yield * named(VISIBLE, cellWrites(apart(before), apart(now)))
  yield * named(MASKED, maskWrites(before.masked, now.masked))
}

/** Throws `STORE_CORRUPT` for what was damaged. */
export function decodeRow (stored: StoredState): ObjectRow {
  return finish(decodingRow(stored))
}

/** The same in steps. */
export function * decodingRow ({ row, cells }: StoredState): Steps<ObjectRow> {
  const [fullRow, visibleRow, ids, forks, [law, content]] = decode(row) as [Uint8Array, Uint8Array | null, Uint8Array[] | number, Encodable[], [number, number]]
  const full = yield * decodingState(fullRow, of(FULL, cells))
  const visible = visibleRow === null ? full : yield * decodingState(visibleRow, of(VISIBLE, cells))
  const masked = typeof ids === 'number' ? [...of(MASKED, cells)].map(({ name }) => name) : ids.map(bytesToHex)
  return { full, visible, masked: SortedMap.from(masked.map(id => [id, true])), forks: forks.map(wireToFork), counted: { law, content, ...(isFinallyRemoved(full) ? { isGone: true } : {}) } }
}

/** What users see of it: nothing before its genesis, nothing once it is removed. */
export function shows (state: ObjectState | undefined): boolean {
  return state !== undefined && state.genesis !== null && state.removed === null
}

/** Its owner has removed it, for good. */
export function isGone ({ full }: ObjectRow): boolean {
  return isFinallyRemoved(full)
}

function isFinallyRemoved ({ removed }: ObjectState): boolean {
  return removed?.final === true
}

/** What a cell's name begins with: of which of the two states it is, or of neither. */
const FULL = 'f'
const VISIBLE = 'v'
const MASKED = 'm'

function * maskWrites (before: MaskedIds, now: MaskedIds): Generator<CellWrite> {
  const [old, ids] = [before, now].map(masked => masked.size > MOST_MASKED ? masked : SortedMap.empty<true>()) as [MaskedIds, MaskedIds]
  for (const { key, after } of ids.changesSince(old)) yield { name: key, value: after === undefined ? null : new Uint8Array() }
}

function * named (prefix: string, cells: Iterable<CellWrite>): Generator<CellWrite> {
  for (const { name, value } of cells) yield { name: prefix + name, value }
}

function * of (prefix: string, cells: readonly StoredCell[]): Generator<StoredCell> {
  for (const { name, value } of cells) if (name.startsWith(prefix)) yield { name: name.slice(prefix.length), value }
}
