import { DinemicError, compareBytes, parseId } from '@dinemic/core'
import type { ObjectId, Value } from '@dinemic/core'
import type { ModelSchema } from '../schema/types.js'
import { compareAny, hasNoValue } from './compare.js'
import { queryField } from './fields.js'

export interface SortKey { readonly property: string, readonly descending: boolean }

/** Where a row stands in the order of a query. */
export interface Position {
  readonly id: ObjectId
  /** One for each sort key. */
  readonly keys: readonly (Value | undefined)[]
}

export function parseOrder (schema: ModelSchema, orderBy: unknown): SortKey[] {
  const names: readonly unknown[] = orderBy === undefined ? [] : Array.isArray(orderBy) ? orderBy : [orderBy]
  return names.map((name) => {
    if (typeof name !== 'string') throw badOrder(schema, `it holds a value of type ${typeof name}. Write 'name' or '-name'.`)
    const descending = name.startsWith('-')
    const field = queryField(schema, descending ? name.slice(1) : name)
    if (field.kind === 'list' || field.kind === 'dict') throw badOrder(schema, `${field.property} is a ${field.kind}, which has no order.`)
    return { property: field.property, descending }
  })
}

/** A total order: the sort keys, then the id. Without sort keys it is that of `engine.ids()`. */
export function comparePositions (sortKeys: readonly SortKey[]): (a: Position, b: Position) => number {
  return (a, b) => {
    for (const [i, { descending }] of sortKeys.entries()) {
      const order = compareKeys(a.keys[i], b.keys[i], descending)
      if (order !== 0) return order
    }
    return a.id === b.id ? 0 : compareBytes(parseId(a.id).key, parseId(b.id).key)
  }
}

/** No value comes last in either direction. */
function compareKeys (a: Value | undefined, b: Value | undefined, descending: boolean): number {
  if (hasNoValue(a) || hasNoValue(b)) return Number(hasNoValue(a)) - Number(hasNoValue(b))
  return descending ? compareAny(b, a) : compareAny(a, b)
}

function badOrder (schema: ModelSchema, problem: string): DinemicError {
  return new DinemicError('ORM_BAD_VALUE', `The orderBy of ${schema.name}: ${problem}`, { details: { model: schema.name } })
}
