import { Sealed, shown } from '@dinemic/core'
import type { FieldState, ObjectState, Value, WireValue } from '@dinemic/core'
import type { Reader } from '@dinemic/replica'
import type { ModelSchema } from '../schema/types.js'
import { queryField } from './fields.js'

/** Stands for a value that can't be read here: sealed, or damaged. */
export const SEALED: unique symbol = Symbol('sealed')

/** Undefined: no value. */
export type Cell = Value | undefined | typeof SEALED

/** Reads the fields of an object for a query, without making an entity of it. Nothing in it throws. */
export class RowReader {
  readonly #schema: ModelSchema
  readonly #state: ObjectState
  readonly #reader: Reader | undefined

  /** Without `reader` every sealed value stays sealed. */
  constructor (schema: ModelSchema, state: ObjectState, reader: Reader | undefined) {
    this.#schema = schema
    this.#state = state
    this.#reader = reader
  }

  /** Of a value, a ref (its id), a counter (its exact sum) or the id. */
  value (property: string): Cell {
    const field = queryField(this.#schema, property)
    if (field.kind === 'id') return this.#state.id
    const state = this.#state.fields.get(field.name)
    if (field.kind === 'counter') return state?.counter ?? 0n
    return state === undefined ? undefined : this.#open({ field: field.name, slot: 'register' }, shown(state.register)?.value)
  }

  /** The elements of a list, the keys of a dict, the items of a value that is an array. */
  items (property: string): Iterable<Exclude<Cell, undefined>> {
    const field = queryField(this.#schema, property)
    const state = field.kind === 'id' ? undefined : this.#state.fields.get(field.name)
    if (state === undefined || field.kind === 'id') return []
    if (field.kind === 'list') return this.#elements(field.name, state)
    if (field.kind === 'dict') return state.entries.keys()
    const value = this.value(property)
    return value === SEALED ? [SEALED] : Array.isArray(value) ? value as readonly Value[] : []
  }

  * #elements (field: string, state: FieldState): Iterable<Exclude<Cell, undefined>> {
    for (const { id, value: stored } of state.order.values()) {
      const value = this.#open({ field, slot: 'list', element: id }, stored)
      if (value !== undefined) yield value
    }
  }

  #open (place: Parameters<Reader['open']>[0], value: WireValue | undefined): Cell {
    if (!(value instanceof Sealed)) return value
    if (this.#reader === undefined || this.#reader.sealed(value)) return SEALED
    try {
      return this.#reader.open(place, value)
    } catch {
      return SEALED // ORM_FIELD_CORRUPT: one damaged value must not break the query for all other rows (R14)
    }
  }
}
