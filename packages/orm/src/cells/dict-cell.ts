import { DinemicError, checkValue, equalValues, isWellFormed, shown } from '@dinemic/core'
import type { FieldState, Operation, WireValue } from '@dinemic/core'
import { DictBox } from '../collections/dict-box.js'
import { Dict } from '../collections/dict.js'
import type { FieldSchema } from '../schema/types.js'
import { Cell, describe, isClear } from './cell.js'
import type { Opener } from './cell.js'

type Content = ReadonlyMap<string, WireValue>

/** `@Dict()`: a register per key. */
export class DictCell extends Cell<Content> {
  protected readonly empty: Content = new Map()
  readonly #box: DictBox
  readonly #dict: Dict<unknown>

  constructor (entity: object, model: string, field: FieldSchema) {
    super(entity, model, field)
    this.#box = new DictBox(this.where)
    this.#dict = new Dict(this.#box)
  }

  protected read (state: FieldState, open: Opener): Content {
    const content = new Map<string, WireValue>()
    for (const [key, register] of state.dict) {
      const value = shown(register)?.value
      if (value !== undefined) content.set(key, open({ slot: 'dict', element: key }, value))
    }
    return content
  }

  protected present (content: () => Content): unknown {
    this.#box.reset(content)
    return this.#dict
  }

  protected override untouched (held: unknown): boolean {
    return held === this.#dict && !this.#box.touched
  }

  protected accept (held: unknown): Content {
    if (held === this.#dict) return this.#checked(this.#box.entries)
    if (held instanceof Dict || held instanceof Map) return this.#checked(held as Iterable<[unknown, unknown]>)
    if (isPlainObject(held)) return this.#checked(Object.entries(held))
    throw new DinemicError('ORM_BAD_VALUE', `${this.where} is a dict and was given ${describe(held)}. Assign a plain object, or use set, delete or replace.`, { details: { where: this.where } })
  }

  protected isEmpty (content: Content): boolean {
    return content.size === 0
  }

  protected diff (from: Content, to: Content): Operation[] {
    if (from === to) return []
    const field = this.field.name
    const dropped = [...from.keys()].filter((key) => !to.has(key)).map((key): Operation => ({ op: 'drop', field, key }))
    const put = [...to].filter(([key, value]) => !sameValue(from.get(key), value)).map(([key, value]): Operation => ({ op: 'put', field, key, value }))
    return [...dropped, ...put]
  }

  protected replay (content: Content, operations: readonly Operation[]): Content {
    const result = new Map(content)
    for (const operation of operations) {
      if (operation.op === 'put') result.set(operation.key, operation.value)
      if (operation.op === 'drop') result.delete(operation.key)
    }
    return result
  }

  #checked (entries: Iterable<readonly [unknown, unknown]>): Content {
    const content = new Map<string, WireValue>()
    for (const [key, value] of entries) {
      if (typeof key !== 'string' || !isWellFormed(key)) {
        throw new DinemicError('ORM_BAD_VALUE', `${this.where} has a key that is ${typeof key === 'string' ? 'a string with a lone surrogate' : `of type ${typeof key}`}. Keys are well-formed strings.`, { details: { where: this.where } })
      }
      content.set(key, checkValue(value, `${this.where}[${JSON.stringify(key)}]`))
    }
    return content
  }
}

/** An object literal, also one without prototype or of another realm. */
function isPlainObject (held: unknown): held is object {
  if (typeof held !== 'object' || held === null) return false
  const prototype: unknown = Object.getPrototypeOf(held)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function sameValue (a: WireValue | undefined, b: WireValue): boolean {
  return a === b || (isClear(a) && isClear(b) && equalValues(a, b))
}
