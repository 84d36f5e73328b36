import { DinemicError, checkValue } from '@dinemic/core'
import type { Value } from '@dinemic/core'
import { didYouMean } from '../nearest.js'
import type { ModelSchema } from '../schema/types.js'
import { queryField } from './fields.js'
import type { QueryField } from './fields.js'

/** A `where`, checked: plain data, so that it can be encoded (see `cursor.ts`) and one day be answered by an index. */
export type Condition =
  | { readonly op: 'and' | 'or', readonly of: readonly Condition[] }
  | { readonly op: 'not', readonly of: Condition }
  | { readonly op: Operator, readonly field: string, readonly value: Value }

const OPERATORS = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'startsWith', 'has'] as const
export type Operator = typeof OPERATORS[number]

const OPERATORS_BY_KIND: Readonly<Record<QueryField['kind'], readonly Operator[]>> = {
  value: OPERATORS,
  id: ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'startsWith'],
  counter: ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in'],
  ref: ['eq', 'ne', 'in'],
  list: ['has'],
  dict: ['has']
}

/** Throws `ORM_BAD_FILTER` for a field that the model doesn't have, `ORM_BAD_VALUE` for all else that is wrong. */
export function parseWhere (schema: ModelSchema, where: unknown): Condition {
  if (!isPlainObject(where)) throw badValue(`the where of ${schema.name}`, `is ${describe(where)}`, "Write an object such as { age: { gte: 18 } }.")
  const conditions: Condition[] = []
  for (const [name, given] of Object.entries(where)) {
    if (name === 'and' || name === 'or') conditions.push({ op: name, of: parseAll(schema, name, given) })
    else if (name === 'not') conditions.push({ op: 'not', of: parseWhere(schema, given) })
    else conditions.push(parseField(schema, queryField(schema, name), given))
  }
  return all(conditions)
}

function parseAll (schema: ModelSchema, op: 'and' | 'or', given: unknown): Condition[] {
  if (!Array.isArray(given)) throw badValue(`'${op}' in the where of ${schema.name}`, `is ${describe(given)}`, 'Give it an array of conditions.')
  return given.map((where) => parseWhere(schema, where))
}

function parseField (schema: ModelSchema, field: QueryField, given: unknown): Condition {
  const place = `${schema.name}.${field.property}`
  if (!isPlainObject(given)) return parseOperator(field, place, 'eq', given)
  const conditions = Object.entries(given).map(([name, operand]): Condition => {
    if (name === 'not') return { op: 'not', of: parseField(schema, field, operand) }
    if (!isOperator(name)) {
      throw badValue(place, `has no operator '${name}'`, `There are ${OPERATORS.join(' ')} not.${didYouMean(name, OPERATORS)} To compare with an object, write { eq: { … } }.`)
    }
    return parseOperator(field, place, name, operand)
  })
  return all(conditions)
}

function parseOperator (field: QueryField, place: string, op: Operator, operand: unknown): Condition {
  const allowed = OPERATORS_BY_KIND[field.kind]
  if (!allowed.includes(op)) throw badValue(place, `is a ${field.kind} and can't be asked with '${op}'`, `It knows ${allowed.join(' ')} not.`)
  if (op === 'in') {
    if (!Array.isArray(operand)) throw badValue(`'in' of ${place}`, `is ${describe(operand)}`, 'Give it an array of values.')
    return { op, field: field.property, value: operand.map((item) => parseOperand(field, place, item)) }
  }
  const value = parseOperand(field, place, operand)
  if ((op === 'startsWith' || field.kind === 'dict') && typeof value !== 'string') {
    throw badValue(`'${op}' of ${place}`, `is ${describe(operand)}`, field.kind === 'dict' ? 'A dict has keys, which are strings.' : 'Give it a string.')
  }
  return { op, field: field.property, value }
}

function parseOperand (field: QueryField, place: string, operand: unknown): Value {
  const about = `what ${place} is compared with`
  if (operand === undefined) throw badValue(about, 'is undefined', 'Leave the condition out, or use null for no value.')
  if (field.kind !== 'ref' && field.kind !== 'id') return checkValue(operand, about)
  const id: unknown = typeof operand === 'object' && operand !== null && 'id' in operand ? operand.id : operand
  if (id === null || typeof id === 'string') return id
  throw badValue(about, `is ${describe(operand)}`, 'Give it an id, an entity or a Ref.')
}

function all (conditions: readonly Condition[]): Condition {
  return conditions.length === 1 ? conditions[0]! : { op: 'and', of: conditions }
}

function isOperator (name: string): name is Operator {
  return (OPERATORS as readonly string[]).includes(name)
}

function isPlainObject (value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** The kind, never the content: a query may ask for what is secret. */
function describe (value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? `an instance of ${value.constructor?.name || 'a class'}` : `of type ${typeof value}`
}

function badValue (where: string, problem: string, advice: string): DinemicError {
  return new DinemicError('ORM_BAD_VALUE', `${where} ${problem}. ${advice}`, { details: { where } })
}
