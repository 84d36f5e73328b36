import { bytesToHex, hexToBytes } from '../bytes.js'
import { decode } from '../codec/decode.js'
import { encode } from '../codec/encode.js'
import type { Encodable } from '../codec/format.js'
import { DinemicError, isDinemicError } from '../errors.js'
import type { CryptoProvider } from '../keys/provider.js'
import type { StoredCell } from '../ports/store.js'
import { SortedMap } from '../sorted-map.js'
import type { FieldState, ObjectState } from '../state-types.js'
import { bodyToWire, wireToBody, wireToWrap, wrapToWire } from '../update/body.js'
import { idToWire, refToWire, wireToId, wireToRef } from '../update/wire.js'
import { liesApart, readCells } from './cell-rows.js'
import type { CellContents } from './cell-rows.js'
import { entriesOf } from './dict.js'
import { orderOf } from './list.js'
import { WriterTable, elementToWire, registerToWire, wireToElement, wireToRegister, wireToWriter } from './register-row.js'
import type { Wire, Writer } from './register-row.js'

/**
 * The state of an object as bytes: one state, one row, so that equal states are equal bytes.
 * Grants, closes and epochs are written as the bodies of updates write them. The store keeps large dicts and lists apart:
 * see `cell-rows.ts`.
 */
const FORMAT = 1
const CODEC = { maxDepth: 32, sealed: 'any' } as const

export function encodeState (state: ObjectState): Uint8Array {
  return encode(stateToWire(state, false), CODEC)
}

/** The state without what `cellWrites` puts beside it. */
export function encodeHead (state: ObjectState): Uint8Array {
  return encode(stateToWire(state, true), CODEC)
}

/** Of a row and the cells that lie beside it. Throws `STORE_CORRUPT` for a row of another format or one that was damaged. */
export function decodeState (row: Uint8Array, cells: Iterable<StoredCell> = []): ObjectState {
  try {
    const wire = decode(row, CODEC) as Wire
    if (wire[0] !== FORMAT) throw corrupt(`is of format ${String(wire[0])}, where this code reads format ${FORMAT}`)
    return wireToState(wire, readCells(cells))
  } catch (cause) {
    // Rows are our own writing and are not checked piece by piece: what is damaged fails somewhere in here.
    throw isDinemicError(cause, 'STORE_CORRUPT') ? cause : corrupt('cannot be read', cause)
  }
}

/** Equal for all nodes that admitted the same updates (R7). */
export function stateHash (provider: CryptoProvider, state: ObjectState): string {
  return bytesToHex(provider.sha256(encodeState(state)))
}

function stateToWire (state: ObjectState, apart: boolean): Encodable {
  const writers = new WriterTable()
  const fields = sorted(state.fields).map(([name, field]) => [name, ...fieldToWire(field, writers, apart)])
  const { id, geneses, removed, encrypted, grants, closes, epochs, wraps, awaited, endorsed } = state
  return [
    FORMAT, idToWire(id), geneses.map(hexToBytes), removed === null ? null : [hexToBytes(removed.update), removed.final],
    writers.wire, fields, [...encrypted],
    grants.map(({ ref, grant, clock }) => [refToWire(ref), clock, bodyToWire({ kind: 'grant', grant })]),
    closes.map(({ update, grant, heads }) => [hexToBytes(update), bodyToWire({ kind: 'close', grant, heads, epoch: null })]),
    epochs.map(({ update, clock, ...epoch }) => [hexToBytes(update), clock, bodyToWire({ kind: 'keys', epoch: { ...epoch, wraps: [] }, wraps: [], encrypted: [] })]),
    wraps.map(wrapToWire),
    awaited.map(({ update, targets, cells }) => [hexToBytes(update), targets.map(hexToBytes), cells]),
    sorted(endorsed).map(([proposal, { update, adds }]) => [hexToBytes(proposal), hexToBytes(update), adds])
  ]
}

function wireToState (wire: Wire, cells: ReadonlyMap<string, CellContents>): ObjectState {
  const [, id, geneses, removed, writers, fields, encrypted, grants, closes, epochs, wraps, awaited, endorsed] = wire as readonly [unknown, Wire, readonly Uint8Array[], readonly [Uint8Array, boolean] | null, Wire, readonly Wire[], readonly string[], readonly Wire[], readonly Wire[], readonly Wire[], Wire, readonly Wire[], readonly Wire[]]
  const table = writers.map(wireToWriter)
  return {
    id: wireToId(id, 'object'),
    geneses: geneses.map(bytesToHex),
    removed: removed === null ? null : { update: bytesToHex(removed[0]), final: removed[1] },
    fields: new Map(fields.map(([name, ...field]) => [name as string, wireToField(field, table, cells.get(name as string))])),
    encrypted: new Set(encrypted),
    grants: grants.map(([ref, clock, body]) => ({ ref: wireToRef(ref, 'grant'), clock: clock as bigint, grant: part(wireToBody('grant', body!), 'grant').grant })),
    closes: closes.map(([update, body]) => {
      const { grant, heads } = part(wireToBody('close', body!), 'close')
      return { update: hex(update), grant, heads }
    }),
    epochs: epochs.map(([update, clock, body]) => {
      const { wraps: _none, ...epoch } = part(wireToBody('keys', body!), 'keys').epoch!
      return { ...epoch, update: hex(update), clock: clock as bigint }
    }),
    wraps: wraps.map(wireToWrap),
    awaited: awaited.map(([update, targets, cells]) => ({ update: hex(update), targets: (targets as readonly Uint8Array[]).map(bytesToHex), cells: cells as readonly string[] })),
    endorsed: new Map(endorsed.map(([proposal, update, adds]) => [hex(proposal), { update: hex(update), adds: adds as readonly (readonly [string, number])[] }]))
  }
}

/** A dict or list that lies apart is written as the number of its entries. */
function fieldToWire (field: FieldState, writers: WriterTable, apart: boolean): Encodable[] {
  const { register, dict, list, counter, increments } = field
  return [
    registerToWire(register, writers),
    apart && liesApart(dict) ? dict.size : [...dict].map(([key, entry]) => [key, registerToWire(entry, writers)]),
    apart && liesApart(list) ? list.size : [...list].map(([id, element]) => [id, ...elementToWire(element, writers)]),
    counter ?? null, increments
  ]
}

function wireToField ([register, dict, list, counter, increments]: Wire, writers: readonly Writer[], cells: CellContents | undefined): FieldState {
  const keys = entries(dict, cells?.dict, ([wire]) => wireToRegister(wire, writers))
  const elements = entries(list, cells?.list, wire => wireToElement(wire, writers))
  return {
    register: wireToRegister(register, writers),
    dict: keys,
    entries: entriesOf(keys),
    list: elements,
    order: orderOf(elements),
    counter: counter as bigint | null ?? undefined,
    increments: increments as number
  }
}

function entries<V extends {}> (wire: Encodable | undefined, apart: [string, V][] = [], toEntry: (wire: Wire) => V): SortedMap<V> {
  if (typeof wire === 'number' && wire !== apart.length) throw corrupt(`speaks of ${wire} entries beside it, where there are ${apart.length}`)
  return SortedMap.from(typeof wire === 'number' ? apart : (wire as readonly Wire[]).map(([key, ...entry]): [string, V] => [key as string, toEntry(entry)]))
}

function sorted<T> (map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => a < b ? -1 : 1)
}

const hex = (wire: Encodable | undefined): string => bytesToHex(wire as Uint8Array)

function part<K extends string, B extends { kind: string }> (body: B, kind: K): Extract<B, { kind: K }> {
  if (body.kind !== kind) throw corrupt(`holds a ${body.kind} where a ${kind} belongs`)
  return body as Extract<B, { kind: K }>
}

function corrupt (problem: string, cause?: unknown): DinemicError {
  return new DinemicError('STORE_CORRUPT', `A state row ${problem}. The updates behind it are kept apart: the object can be merged anew from them.`, { cause })
}
