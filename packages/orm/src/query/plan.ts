import { DinemicError } from '@dinemic/core'
import type { CryptoProvider, ObjectId } from '@dinemic/core'
import { didYouMean } from '../nearest.js'
import type { ModelSchema } from '../schema/types.js'
import { fingerprintOf, formatCursor, parseCursor } from './cursor.js'
import { comparePositions, parseOrder } from './order.js'
import type { Position, SortKey } from './order.js'
import type { Query } from './types.js'
import { parseWhere } from './where.js'
import type { Condition } from './where.js'

/** A query, checked. */
export interface Plan {
  readonly schema: ModelSchema
  readonly condition: Condition
  readonly order: readonly SortKey[]
  readonly limit: number | undefined
  readonly after: Position | undefined
  /** Whose key reads encrypted fields; undefined: the default of an entity. */
  readonly caller: ObjectId | undefined
  /** Stored names of the fields that decide: only for them a reader is needed. */
  readonly reads: readonly string[]
  compare (a: Position, b: Position): number
  cursor (last: Position): string
}

const OPTIONS = ['where', 'orderBy', 'limit', 'after', 'as']

/** Throws `ORM_BAD_FILTER` for a field that the model doesn't have, `ORM_BAD_VALUE` for all else that is wrong. */
export function planQuery<T> (provider: CryptoProvider, schema: ModelSchema, query: Query<T>): Plan {
  checkForm(schema, query)
  const condition = parseWhere(schema, query.where === undefined ? {} : query.where)
  const order = parseOrder(schema, query.orderBy)
  const fingerprint = () => fingerprintOf(provider, schema.name, condition, order)
  return {
    schema,
    condition,
    order,
    limit: checkLimit(schema, query.limit),
    after: query.after === undefined ? undefined : parseCursor(fingerprint(), query.after),
    caller: typeof query.as === 'object' ? query.as.id : query.as,
    reads: storedNames(schema, [...fieldsOf(condition), ...order.map(({ property }) => property)]),
    compare: comparePositions(order),
    cursor: (last) => formatCursor(fingerprint(), last)
  }
}

/** Throws `ORM_BAD_VALUE` for what is no query, or has in it what no query has. */
export function checkForm (schema: ModelSchema, query: unknown): void {
  if (typeof query !== 'object' || query === null || Array.isArray(query)) {
    throw badQuery(schema, `it is ${query === null ? 'null' : Array.isArray(query) ? 'an array' : `of type ${typeof query}`}. Write an object such as { where: { … }, orderBy: ['name'], limit: 20 }.`)
  }
  for (const name of Object.keys(query)) {
    if (OPTIONS.includes(name)) continue
    const condition = schema.fields.has(name) ? ` A condition stands in where: { where: { ${name}: … } }.` : didYouMean(name, OPTIONS)
    throw badQuery(schema, `there is no '${name}'.${condition} A query has ${OPTIONS.join(', ')}.`)
  }
}

function checkLimit (schema: ModelSchema, limit: unknown): number | undefined {
  if (limit === undefined) return undefined
  if (typeof limit === 'number' && Number.isSafeInteger(limit) && limit >= 0) return limit
  throw badQuery(schema, `the limit is ${typeof limit === 'number' ? limit : `of type ${typeof limit}`}. Give a number of rows, or leave it out for all.`)
}

function fieldsOf (condition: Condition): string[] {
  switch (condition.op) {
    case 'and': case 'or': return condition.of.flatMap(fieldsOf)
    case 'not': return fieldsOf(condition.of)
    default: return [condition.field]
  }
}

function storedNames (schema: ModelSchema, properties: readonly string[]): string[] {
  return [...new Set(properties)].flatMap((property) => schema.fields.get(property)?.name ?? [])
}

function badQuery (schema: ModelSchema, problem: string): DinemicError {
  return new DinemicError('ORM_BAD_VALUE', `The query for ${schema.name}: ${problem}`, { details: { model: schema.name } })
}
