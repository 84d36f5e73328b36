import { bytesToHex, hexToBytes } from '../bytes.js'
import { decode } from '../codec/decode.js'
import { encode } from '../codec/encode.js'
import type { Encodable } from '../codec/format.js'
import type { StoredCell } from '../ports/store.js'
import type { Candidate } from '../state-types.js'
import type { ObjectId, UpdateId } from '../types.js'
import { idToWire, refToWire, wireToId, wireToRef } from '../update/wire.js'
import { mapIn } from './cell-names.js'

/** The writers of what a row holds: most rows have few updates behind what they show, so candidates name them by a number. */
export class WriterTable {
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

export type Writer = Omit<Candidate<never>, 'value'>
export type Wire = readonly Encodable[]

export function wireToWriter (wire: Encodable): Writer {
  const [update, clock, author, root, seq] = wire as Wire
  return {
    update: bytesToHex(update as Uint8Array), clock: clock as bigint, author: author === null ? null : wireToId(author, 'author') as ObjectId,
    root: root === null ? null : wireToRef(root, 'root'), seq: seq as number
  }
}

/** Writes one row: with the table of its writers, and all or what doesn't lie beside it. */
export interface Pen { readonly writers: Pick<WriterTable, 'number'>, readonly whole: boolean }

/** Reads one row: with its writers, and what lies beside it. */
export interface Reading { readonly writers: readonly Writer[], readonly shelf: Shelf }

/** Values stand in a row some levels deeper than in an update. */
export const ROW_CODEC = { maxDepth: 32, sealed: 'any' } as const

/** A cell has the table of its writers in front. */
export function encodeCell (write: (pen: Pen) => Encodable[]): Uint8Array {
  const writers = new WriterTable()
  const wire = write({ writers, whole: false })
  return encode([writers.wire, ...wire], ROW_CODEC)
}

export interface OpenedCell { readonly wire: Wire, readonly writers: readonly Writer[] }

/** The cells that lie beside a row, by the map that they are entries of. */
export class Shelf {
  readonly #cells = new Map<string, OpenedCell[]>()
  /** One writer for all that it wrote: a list of thousands may come from a few updates. */
  readonly #writers = new Map<UpdateId, Writer>()

  put ({ name, value }: StoredCell): void {
    const [table, ...wire] = decode(value, ROW_CODEC) as readonly [Wire, ...Wire]
    const map = mapIn(name)
    const list = this.#cells.get(map) ?? []
    this.#cells.set(map, list)
    list.push({ wire, writers: table.map(item => this.#shared(wireToWriter(item))) })
  }

  /** Those of one map, which says how many there are. */
  take (map: string, count: number): OpenedCell[] {
    const cells = this.#cells.get(map) ?? []
    this.#cells.delete(map)
    if (cells.length !== count) throw new RangeError(`it speaks of ${count} entries beside it, where there are ${cells.length}`)
    return cells
  }

  /** Whether all have been taken. */
  get isEmpty (): boolean {
    return this.#cells.size === 0
  }

  #shared (writer: Writer): Writer {
    const known = this.#writers.get(writer.update)
    if (known !== undefined) return known
    this.#writers.set(writer.update, writer)
    return writer
  }
}
