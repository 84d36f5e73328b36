import { decode } from '../codec/decode.js'
import { encode } from '../codec/encode.js'
import type { Encodable } from '../codec/format.js'
import type { CellWrite, StoredCell } from '../ports/store.js'
import { SortedMap } from '../sorted-map.js'
import type { ElementState, ObjectState, Register } from '../state-types.js'
import type { UpdateId } from '../types.js'
import type { WireValue } from '../update-types.js'
import { WriterTable, elementToWire, registerToWire, wireToElement, wireToRegister, wireToWriter } from './register-row.js'
import type { Wire, Writer } from './register-row.js'

/**
 * Dicts and lists of more entries than this lie beside the state row, an entry a row, so that an edit writes what it
 * changes and no more. A function of the state alone: what is read back is what was written.
 */
const MOST_IN_STATE_ROW = 64
const CODEC = { maxDepth: 32, sealed: 'any' } as const

export function liesApart (entries: SortedMap<{}>): boolean {
  return entries.size > MOST_IN_STATE_ROW
}

/** What has to be written beside the state row where `before` is stored. Undefined: nothing is, or nothing is to be. */
export function cellWrites (before: ObjectState | undefined, now: ObjectState | undefined): CellWrite[] {
  if (before === now) return []
  const names = new Set([...before?.fields.keys() ?? [], ...now?.fields.keys() ?? []])
  return [...names].flatMap(name => {
    const [old, field] = [before?.fields.get(name), now?.fields.get(name)]
    if (old === field) return []
    return [
      ...writes(old?.dict, field?.dict, key => cellName('d', name, key), (register, writers) => [registerToWire(register, writers)]),
      ...writes(old?.list, field?.list, id => cellName('l', name, id), elementToWire)
    ]
  })
}

/** The entries of the dicts and lists that lie apart, by field. */
export interface CellContents { readonly dict: [string, Register<WireValue>][], readonly list: [string, ElementState][] }

export function readCells (cells: Iterable<StoredCell>): Map<string, CellContents> {
  const fields = new Map<string, CellContents>()
  const writers = new Map<UpdateId, Writer>()
  for (const { name, value } of cells) {
    const { kind, field, entry } = parseName(name)
    const contents = fields.get(field) ?? { dict: [], list: [] }
    fields.set(field, contents)
    const [table, ...wire] = decode(value, CODEC) as Wire
    const known = (table as Wire).map(item => shared(writers, wireToWriter(item)))
    if (kind === 'd') contents.dict.push([entry, wireToRegister(wire[0], known)])
    else contents.list.push([entry, wireToElement(wire, known)])
  }
  return fields
}

function writes<V extends {}> (before: SortedMap<V> | undefined, now: SortedMap<V> | undefined, nameOf: (entry: string) => string, toWire: (entry: V, writers: WriterTable) => Encodable[]): CellWrite[] {
  const [old, entries] = [before, now].map(map => map !== undefined && liesApart(map) ? map : SortedMap.empty<V>()) as [SortedMap<V>, SortedMap<V>]
  return [...entries.changesSince(old)].map(({ key, after }) => {
    const writers = new WriterTable()
    const wire = after === undefined ? undefined : toWire(after, writers)
    return { name: nameOf(key), value: wire === undefined ? null : encode([writers.wire, ...wire], CODEC) }
  })
}

/** The length says where the field's name ends: names may hold any character. */
function cellName (kind: 'd' | 'l', field: string, entry: string): string {
  return `${kind}${field.length} ${field}${entry}`
}

function parseName (name: string): { kind: string, field: string, entry: string } {
  const space = name.indexOf(' ')
  const end = space + 1 + Number(name.slice(1, space))
  return { kind: name[0]!, field: name.slice(space + 1, end), entry: name.slice(end) }
}

/** One writer for all that it wrote: a list of thousands may come from a few updates. */
function shared (writers: Map<UpdateId, Writer>, writer: Writer): Writer {
  const known = writers.get(writer.update)
  if (known !== undefined) return known
  writers.set(writer.update, writer)
  return writer
}
