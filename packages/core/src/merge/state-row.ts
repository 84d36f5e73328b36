import { bytesToHex, hexToBytes } from '../bytes.js'
import { decode } from '../codec/decode.js'
import { encode } from '../codec/encode.js'
import type { Encodable } from '../codec/format.js'
import { DinemicError, isDinemicError } from '../errors.js'
import type { CryptoProvider } from '../keys/provider.js'
import type { CellWrite, StoredCell } from '../ports/store.js'
import type { ObjectState } from '../state-types.js'
import { finish } from '../steps.js'
import type { Steps } from '../steps.js'
import { idToWire, wireToId } from '../update/wire.js'
import { countsOf } from './awaited.js'
import { ROW_CODEC, Shelf, WriterTable, wireToWriter } from './cell-rows.js'
import type { Pen, Reading, Wire } from './cell-rows.js'
import { mapToWire, mapWrites, wireToMap } from './map-row.js'
import { CLOSES, ENCRYPTED, ENDORSED, EPOCHS, FIELDS, GRANTS, POINTERS, POINTING, WRAPS } from './state-shapes.js'

/**
 * The state of an object as bytes: one state, one row, so that equal states are equal bytes. The store keeps a head, and
 * beside it, each in a cell, what is large or one of many, so that an update writes what it changes: see `map-row.ts`.
 */
const FORMAT = 1

export function encodeState (state: ObjectState): Uint8Array {
  return encode(stateToWire(state, true), ROW_CODEC)
}

/** The state without what `cellWrites` puts beside it. */
export function encodeHead (state: ObjectState): Uint8Array {
  return encode(stateToWire(state, false), ROW_CODEC)
}

/** Of a row and the cells that lie beside it. Throws `STORE_CORRUPT` for a row of another format or one that was damaged. */
export function decodeState (row: Uint8Array, cells: Iterable<StoredCell> = []): ObjectState {
  return finish(decodingState(row, cells))
}

/** The same in steps: there may be any number of cells. */
export function * decodingState (row: Uint8Array, cells: Iterable<StoredCell>): Steps<ObjectState> {
  try {
    const wire = decode(row, ROW_CODEC) as Wire
    if (wire[0] !== FORMAT) throw corrupt(`is of format ${String(wire[0])}, where this code reads format ${FORMAT}`)
    const shelf = new Shelf()
    for (const cell of cells) {
      shelf.put(cell)
      yield
    }
    const state = yield * wireToState(wire, shelf)
    if (!shelf.isEmpty) throw corrupt('has cells beside it of which it knows nothing')
    return state
  } catch (cause) {
    // Rows are our own writing and are not checked piece by piece: what is damaged fails somewhere in here.
    throw isDinemicError(cause, 'STORE_CORRUPT') ? cause : corrupt('cannot be read', cause)
  }
}

/** Equal for all nodes that admitted the same updates (R7). */
export function stateHash (provider: CryptoProvider, state: ObjectState): string {
  return bytesToHex(provider.sha256(encodeState(state)))
}

/** What has to be written beside the head where `before` is stored, one at a time. Undefined: nothing is, or nothing is to be. */
export function * cellWrites (before: ObjectState | undefined, now: ObjectState | undefined): Generator<CellWrite> {
  if (before === now) return
  yield * mapWrites(before?.fields, now?.fields, FIELDS)
  yield * mapWrites(before?.encrypted, now?.encrypted, ENCRYPTED)
  yield * mapWrites(before?.grants, now?.grants, GRANTS)
  yield * mapWrites(before?.closes, now?.closes, CLOSES)
  yield * mapWrites(before?.epochs, now?.epochs, EPOCHS)
  yield * mapWrites(before?.wraps, now?.wraps, WRAPS)
  yield * mapWrites(before?.awaited.pointers, now?.awaited.pointers, POINTERS)
  yield * mapWrites(before?.awaited.cells, now?.awaited.cells, POINTING)
  yield * mapWrites(before?.endorsed, now?.endorsed, ENDORSED)
}

function stateToWire ({ id, genesis, removed, fields, encrypted, grants, closes, epochs, wraps, awaited, endorsed }: ObjectState, whole: boolean): Encodable {
  const writers = new WriterTable()
  const pen: Pen = { writers, whole }
  return [
    FORMAT, idToWire(id), genesis === null ? null : hexToBytes(genesis), removed === null ? null : [hexToBytes(removed.update), removed.final], writers.wire,
    mapToWire(fields, FIELDS, pen), mapToWire(encrypted, ENCRYPTED, pen), mapToWire(grants, GRANTS, pen), mapToWire(closes, CLOSES, pen), mapToWire(epochs, EPOCHS, pen),
    mapToWire(wraps, WRAPS, pen), mapToWire(awaited.pointers, POINTERS, pen), mapToWire(awaited.cells, POINTING, pen), mapToWire(endorsed, ENDORSED, pen)
  ]
}

function * wireToState (wire: Wire, shelf: Shelf): Steps<ObjectState> {
  const [, id, genesis, removed, writers, fields, encrypted, grants, closes, epochs, wraps, pointers, cells, endorsed] = wire as readonly [unknown, Wire, Uint8Array | null, readonly [Uint8Array, boolean] | null, ...Wire[]]
  const reading: Reading = { writers: writers!.map(wireToWriter), shelf }
  const pointing = yield * wireToMap(pointers, POINTERS, reading)
  return {
    id: wireToId(id, 'object'),
    genesis: genesis === null ? null : bytesToHex(genesis),
    removed: removed === null ? null : { update: bytesToHex(removed[0]), final: removed[1] },
    fields: yield * wireToMap(fields, FIELDS, reading),
    encrypted: yield * wireToMap(encrypted, ENCRYPTED, reading),
    grants: yield * wireToMap(grants, GRANTS, reading),
    closes: yield * wireToMap(closes, CLOSES, reading),
    epochs: yield * wireToMap(epochs, EPOCHS, reading),
    wraps: yield * wireToMap(wraps, WRAPS, reading),
    awaited: { pointers: pointing, cells: yield * wireToMap(cells, POINTING, reading), counts: countsOf(pointing) },
    endorsed: yield * wireToMap(endorsed, ENDORSED, reading)
  }
}

function corrupt (problem: string, cause?: unknown): DinemicError {
  return new DinemicError('STORE_CORRUPT', `A state row ${problem}. The updates behind it are kept apart: the object can be merged anew from them.`, { cause })
}
