import { DinemicError, SortedMap, checkValue } from '@dinemic/core'
import type { FieldState, ObjectId, Operation, WireValue } from '@dinemic/core'
import type { Reader } from '@dinemic/replica'
import { DictBox } from '../collections/dict-box.js'
import type { DictContent } from '../collections/dict-box.js'
import { checkKey } from '../collections/dict-key.js'
import { Dict } from '../collections/dict.js'
import { sameValue } from '../collections/own-values.js'
import type { FieldSchema } from '../schema/types.js'
import { Cell, describe } from './cell.js'
import type { Readable } from './readable.js'

/** `@Dict()`: a register per key. Values stay sealed in a content until somebody looks. */
export class DictCell extends Cell<DictContent> {
  protected readonly empty: DictContent = SortedMap.empty()
  readonly #box: DictBox
  readonly #dict: Dict<unknown>
  readonly #readable: Readable

  constructor (entity: object, model: string, field: FieldSchema, { readable }: { readonly readable: Readable }) {
    super(entity, model, field)
    this.#readable = readable
    this.#box = new DictBox(this.where)
    this.#dict = new Dict(this.#box)
  }

  override lock (): void {
    this.#box.isReadOnly = true
  }

  protected read ({ entries }: FieldState): DictContent {
    return entries
  }

  protected override probe ({ entries }: FieldState, object: ObjectId, reader: Reader): void {
    this.#readable.probe({ name: `${object} dict ${this.field.name}`, entries, valueOf: (value) => value, open: (key, value) => this.#clear(key, value), reader })
  }

  protected present (content: () => DictContent): unknown {
    this.#box.reset(content, (key, value) => this.#clear(key, value))
    return this.#dict
  }

  protected override untouched (held: unknown): boolean {
    return held === this.#dict && !this.#box.touched
  }

  protected accept (held: unknown): DictContent {
    if (held === this.#dict) return this.#box.checked()
    if (held instanceof Dict || held instanceof Map) return this.#checked(held as Iterable<[unknown, unknown]>)
    if (isPlainObject(held)) return this.#checked(Object.entries(held))
    throw new DinemicError('ORM_BAD_VALUE', `${this.where} is a dict and was given ${describe(held)}. Assign a plain object, or use set, delete or replace.`, { details: { where: this.where } })
  }

  protected isEmpty (content: DictContent): boolean {
    return content.size === 0
  }

  protected diff (from: DictContent, to: DictContent): Operation[] {
    const field = this.field.name
    const dropped: Operation[] = []
    const put: Operation[] = []
    for (const { key, before, after } of to.changesSince(from)) {
      if (after === undefined) dropped.push({ op: 'drop', field, key })
      else if (before === undefined || !sameValue(this.#clear(key, before), this.#clear(key, after))) put.push({ op: 'put', field, key, value: this.#clear(key, after) })
    }
    return [...dropped, ...put]
  }

  protected replay (content: DictContent, operations: readonly Operation[]): DictContent {
    return operations.reduce((made, operation) => {
      if (operation.op === 'put') return made.set(operation.key, operation.value)
      return operation.op === 'drop' ? made.delete(operation.key) : made
    }, content)
  }

  #clear (key: string, value: WireValue): WireValue {
    return this.open({ slot: 'dict', element: key }, value)
  }

  #checked (entries: Iterable<readonly [unknown, unknown]>): DictContent {
    const content: [string, WireValue][] = []
    for (const [key, value] of entries) {
      content.push([checkKey(key, this.where), checkValue(value, `${this.where}[${JSON.stringify(key)}]`)])
    }
    return SortedMap.from(content)
  }
}

/** An object literal, also one without prototype or of another realm. */
function isPlainObject (held: unknown): held is object {
  if (typeof held !== 'object' || held === null) return false
  const prototype: unknown = Object.getPrototypeOf(held)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
