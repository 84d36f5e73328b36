import { bytesToHex, hexToBytes } from '../bytes.js'
import { decode } from '../codec/decode.js'
import { encode } from '../codec/encode.js'
import type { Encodable } from '../codec/format.js'
import { DinemicError, isDinemicError } from '../errors.js'
import { SortedMap } from '../sorted-map.js'
import type { CryptoProvider } from '../keys/provider.js'
import type { Candidate, ElementState, FieldState, ObjectState, Register } from '../state-types.js'
import type { ObjectId, UpdateId } from '../types.js'
import type { WireValue } from '../update-types.js'
import { bodyToWire, wireToBody, wireToWrap, wrapToWire } from '../update/body.js'
import { orderOf } from './list.js'
import { idToWire, refToWire, wireToId, wireToRef } from '../update/wire.js'

/**
 * The state of an object as bytes: one state, one row, so that equal states are equal bytes.
 * Grants, closes and epochs are written as the bodies of updates write them; candidates name their writers by a
 * number in a table, because most objects have few updates behind what they show.
 */
const FORMAT = 1
const CODEC = { maxDepth: 32, sealed: 'any' } as const
type Wire = readonly Encodable[]

export function encodeState (state: ObjectState): Uint8Array {
  return encode(stateToWire(state), CODEC)
}

/** Throws `STORE_CORRUPT` for a row of another format or one that was damaged. */
export function decodeState (row: Uint8Array): ObjectState {
  try {
    const wire = decode(row, CODEC) as Wire
    if (wire[0] !== FORMAT) throw corrupt(`is of format ${String(wire[0])}, where this code reads format ${FORMAT}`)
    return wireToState(wire)
  } catch (cause) {
    // Rows are our own writing and are not checked piece by piece: what is damaged fails somewhere in here.
    throw isDinemicError(cause, 'STORE_CORRUPT') ? cause : corrupt('cannot be read', cause)
  }
}

/** Equal for all nodes that admitted the same updates (R7). */
export function stateHash (provider: CryptoProvider, state: ObjectState): string {
  return bytesToHex(provider.sha256(encodeState(state)))
}

function stateToWire (state: ObjectState): Encodable {
  const writers = new WriterTable()
  const fields = sorted(state.fields).map(([name, field]) => [name, ...fieldToWire(field, writers)])
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

function wireToState (wire: Wire): ObjectState {
  const [, id, geneses, removed, writers, fields, encrypted, grants, closes, epochs, wraps, awaited, endorsed] = wire as readonly [unknown, Wire, readonly Uint8Array[], readonly [Uint8Array, boolean] | null, Wire, readonly Wire[], readonly string[], readonly Wire[], readonly Wire[], readonly Wire[], Wire, readonly Wire[], readonly Wire[]]
  const table = writers.map(wireToWriter)
  return {
    id: wireToId(id, 'object'),
    geneses: geneses.map(bytesToHex),
    removed: removed === null ? null : { update: bytesToHex(removed[0]), final: removed[1] },
    fields: new Map(fields.map(([name, ...field]) => [name as string, wireToField(field, table)])),
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

function fieldToWire (field: FieldState, writers: WriterTable): Encodable[] {
  return [
    registerToWire(field.register, writers),
    [...field.dict].map(([key, register]) => [key, registerToWire(register, writers)]),
    [...field.list].map(([element, { value, position, deletes }]) => [element, registerToWire(value, writers), registerToWire(position, writers), deletes.map(hexToBytes)]),
    field.counter ?? null, field.increments
  ]
}

function wireToField (wire: Wire, table: readonly Writer[]): FieldState {
  const [register, dict, list, counter, increments] = wire as readonly [Wire, readonly Wire[], readonly Wire[], bigint | null, number]
  const elements = SortedMap.from(list.map(([element, value, position, deletes]): [string, ElementState] => [element as string, {
    value: wireToRegister(value as Wire, table),
    position: wireToRegister<string>(position as Wire, table),
    deletes: (deletes as readonly Uint8Array[]).map(bytesToHex)
  }]))
  return {
    register: wireToRegister(register, table),
    dict: SortedMap.from(dict.map(([key, entry]): [string, Register<WireValue>] => [key as string, wireToRegister(entry as Wire, table)])),
    list: elements,
    order: orderOf(elements),
    counter: counter ?? undefined,
    increments
  }
}

type Writer = Omit<Candidate<never>, 'value'>

class WriterTable {
  readonly wire: Encodable[] = []
  readonly #numbers = new Map<UpdateId, number>()

  number (writer: Writer): number {
    const known = this.#numbers.get(writer.update)
    if (known !== undefined) return known
    const { update, clock, author, root, seq } = writer
    this.#numbers.set(update, this.wire.length)
    return this.wire.push([hexToBytes(update), clock, author === null ? null : idToWire(author), root === null ? null : refToWire(root), seq]) - 1
  }
}

function wireToWriter (wire: Encodable): Writer {
  const [update, clock, author, root, seq] = wire as Wire
  return { update: hex(update), clock: clock as bigint, author: author === null ? null : wireToId(author, 'author') as ObjectId, root: root === null ? null : wireToRef(root, 'root'), seq: seq as number }
}

/** A value is written as a list of one, a deletion as an empty one. */
function registerToWire (register: Register<WireValue>, writers: WriterTable): Encodable {
  return register.map(candidate => candidate.value === undefined ? [writers.number(candidate)] : [writers.number(candidate), candidate.value])
}

function wireToRegister<T extends WireValue> (wire: Wire, table: readonly Writer[]): Register<T> {
  return wire.map(item => {
    const [number, value] = item as readonly [number, T | undefined]
    return { ...table[number]!, value }
  })
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
