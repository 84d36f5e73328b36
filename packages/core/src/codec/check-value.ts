import { isWellFormed } from '../bytes.js'
import { DinemicError } from '../errors.js'
import type { Value } from '../types.js'
import { MAX_BIGINT_BYTES, MAX_DEPTH } from './format.js'

/**
 * A canonical deep copy of what a user assigns, so that nobody changes it behind our back: −0 is 0, a Buffer is a
 * Uint8Array, an object without prototype has the usual one. Throws `ORM_BAD_VALUE` for what cannot be stored.
 * The texts name place and kind, never the content: it may be that of an encrypted field (R13).
 * @param where the field as users know it, such as `Person.address`
 */
export function checkValue (value: unknown, where: string): Value {
  return copy(value, where, [])
}

const WHAT_A_VALUE_IS = 'A value is null, a boolean, a finite number, a bigint, a string, a Date, a Uint8Array, or an array or plain object of these'
const MAX_BIGINT = 256n ** BigInt(MAX_BIGINT_BYTES) - 1n
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u

/** `within` holds the arrays and objects around the value: the depth, and what a cycle would come back to. */
function copy (value: unknown, where: string, within: readonly object[]): Value {
  switch (typeof value) {
    case 'boolean': return value
    case 'number': return checkNumber(value, where)
    case 'string': return checkString(value, where)
    case 'bigint': return checkBigint(value, where)
    case 'object': return value === null ? null : copyObject(value, where, within)
    case 'undefined': throw badValue(where, 'is undefined', 'use null, or delete the field')
    default: throw badValue(where, `is a ${typeof value}`)
  }
}

function copyObject (value: object, where: string, within: readonly object[]): Value {
  if (value instanceof Uint8Array) return new Uint8Array(value)
  if (value instanceof Date) return copyDate(value, where)
  if (within.includes(value)) throw badValue(where, 'contains itself', 'store an id or a copy where it comes back to itself')
  if (within.length >= MAX_DEPTH) throw badValue(where, `is nested more than ${MAX_DEPTH} deep`, 'flatten it')
  if (Array.isArray(value)) return copyArray(value, where, [...within, value])
  if (isPlain(value)) return copyPlain(value, where, [...within, value])
  throw badValue(where, `is an instance of ${value.constructor?.name || 'a class'}`, 'store its plain data, or a Ref to an entity')
}

function copyArray (array: readonly unknown[], where: string, within: readonly object[]): Value {
  const items: Value[] = []
  for (let i = 0; i < array.length; i++) {
    if (!(i in array)) throw badValue(`${where}[${i}]`, 'is a hole', 'fill it with null')
    items.push(copy(array[i], `${where}[${i}]`, within))
  }
  return items
}

function copyPlain (object: { readonly [key: string]: unknown }, where: string, within: readonly object[]): Value {
  if (Object.getOwnPropertySymbols(object).length > 0) throw badValue(where, 'has a symbol as a key', 'use a string')
  const result: { [key: string]: Value } = {}
  for (const key of Object.keys(object)) {
    if (key === '__proto__') throw badValue(where, 'has the key __proto__', 'call it something else')
    if (!isWellFormed(key)) throw badValue(where, 'has a key with a lone surrogate', 'make the key well-formed Unicode')
    const inside = IDENTIFIER.test(key) ? `${where}.${key}` : `${where}[${JSON.stringify(key)}]`
    result[key] = copy(object[key], inside, within)
  }
  return result
}

function checkNumber (value: number, where: string): number {
  if (!Number.isFinite(value)) throw badValue(where, `is ${value}`, 'use null for what has no value')
  return value === 0 ? 0 : value
}

function checkString (value: string, where: string): string {
  if (!isWellFormed(value)) throw badValue(where, 'is a string with a lone surrogate', 'store binary data as a Uint8Array')
  return value
}

function checkBigint (value: bigint, where: string): bigint {
  if (value > MAX_BIGINT || value < -1n - MAX_BIGINT) {
    throw badValue(where, `is a bigint of more than ${MAX_BIGINT_BYTES} bytes`, 'store it as a Uint8Array')
  }
  return value
}

function copyDate (value: Date, where: string): Date {
  if (Number.isNaN(value.getTime())) throw badValue(where, 'is an invalid Date', 'use null for what has no value')
  return new Date(value)
}

/** An object literal, also of another realm, or one without prototype. */
function isPlain (value: object): value is { readonly [key: string]: unknown } {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function badValue (where: string, problem: string, remedy?: string): DinemicError {
  const advice = remedy === undefined ? `${WHAT_A_VALUE_IS}.` : `${WHAT_A_VALUE_IS}: ${remedy}.`
  return new DinemicError('ORM_BAD_VALUE', `${where} ${problem}. ${advice}`, { details: { where } })
}
