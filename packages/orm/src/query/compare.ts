import { compareBytes } from '@dinemic/core'
import type { Value } from '@dinemic/core'

/** In the order in which values of different types are sorted. */
const KINDS = ['boolean', 'number', 'string', 'date', 'bytes', 'array', 'object'] as const

/** Order of two values of one type; undefined where they have none: different types, null, arrays, objects. */
export function compareLike (a: Value, b: Value): number | undefined {
  const kind = kindOf(a)
  if (kind === undefined || kind !== kindOf(b)) return undefined
  if (kind === 'array' || kind === 'object') return undefined
  if (kind === 'bytes') return compareBytes(a as Uint8Array, b as Uint8Array)
  // JavaScript compares a number with a bigint by what they are worth, and dates by their milliseconds.
  const [x, y] = [a, b] as [number, number]
  return x < y ? -1 : x > y ? 1 : 0
}

/** A total order for sorting: by type, then by value; null and no value last. Arrays and objects are all equal. */
export function compareAny (a: Value | undefined, b: Value | undefined): number {
  return rank(a) - rank(b) || (a === undefined || b === undefined ? 0 : compareLike(a, b) ?? 0)
}

export function hasNoValue (value: Value | undefined): value is null | undefined {
  return value === null || value === undefined
}

function rank (value: Value | undefined): number {
  const kind = value === undefined ? undefined : kindOf(value)
  return kind === undefined ? KINDS.length : KINDS.indexOf(kind)
}

/** Undefined for null. Numbers and bigints are one kind. */
function kindOf (value: Value): typeof KINDS[number] | undefined {
  if (value === null) return undefined
  if (typeof value !== 'object') return typeof value === 'bigint' ? 'number' : typeof value as 'boolean' | 'number' | 'string'
  if (value instanceof Date) return 'date'
  if (value instanceof Uint8Array) return 'bytes'
  return Array.isArray(value) ? 'array' : 'object'
}
