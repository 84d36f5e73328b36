import { bytesToHex, hexToBytes } from '../bytes.js'
import type { Encodable } from '../codec/format.js'
import type { Candidate, ElementState, Register } from '../state-types.js'
import type { ObjectId, UpdateId } from '../types.js'
import type { WireValue } from '../update-types.js'
import { idToWire, refToWire, wireToId, wireToRef } from '../update/wire.js'

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

/** A value is written as a list of one, a deletion as an empty one. */
export function registerToWire (register: Register<WireValue>, writers: WriterTable): Encodable {
  return register.map(candidate => candidate.value === undefined ? [writers.number(candidate)] : [writers.number(candidate), candidate.value])
}

export function wireToRegister<T extends WireValue> (wire: Encodable | undefined, writers: readonly Writer[]): Register<T> {
  return (wire as readonly Wire[]).map(item => {
    const [number, value] = item as readonly [number, T | undefined]
    return { ...writers[number]!, value }
  })
}

export function elementToWire ({ value, position, deletes }: ElementState, writers: WriterTable): Encodable[] {
  return [registerToWire(value, writers), registerToWire(position, writers), deletes.map(hexToBytes)]
}

export function wireToElement ([value, position, deletes]: Wire, writers: readonly Writer[]): ElementState {
  return { value: wireToRegister(value, writers), position: wireToRegister<string>(position, writers), deletes: (deletes as readonly Uint8Array[]).map(bytesToHex) }
}
