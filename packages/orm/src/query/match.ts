import { equalValues } from '@dinemic/core'
import type { Value } from '@dinemic/core'
import { compareLike, hasNoValue } from './compare.js'
import { SEALED } from './row-reader.js'
import type { Cell, RowReader } from './row-reader.js'
import type { Condition, Operator } from './where.js'

/**
 * Whether a row is what a condition asks for. Undefined where a sealed value would decide: such a row isn't found, nor is
 * it by the negation, or a query would tell what it can't read.
 */
export function holds (condition: Condition, row: RowReader): boolean | undefined {
  switch (condition.op) {
    case 'and': return some(condition.of, row, false)
    case 'or': return some(condition.of, row, true)
    case 'not': return negate(holds(condition.of, row))
    case 'has': return holdsItem(row, condition.field, condition.value)
    default: return compare(condition.op, row.value(condition.field), condition.value)
  }
}

/** `decisive` if any of them is, else its opposite, else unknown: the and and the or of three-valued logic. */
function some (conditions: readonly Condition[], row: RowReader, decisive: boolean): boolean | undefined {
  let result: boolean | undefined = !decisive
  for (const condition of conditions) {
    const held = holds(condition, row)
    if (held === decisive) return decisive
    if (held === undefined) result = undefined
  }
  return result
}

function compare (op: Exclude<Operator, 'has'>, cell: Cell, operand: Value): boolean | undefined {
  if (cell === SEALED) return undefined
  switch (op) {
    case 'eq': return isSame(cell, operand)
    case 'ne': return !isSame(cell, operand)
    case 'in': return (operand as readonly Value[]).some((value) => isSame(cell, value))
    case 'startsWith': return typeof cell === 'string' && cell.startsWith(operand as string)
    default: return !hasNoValue(cell) && isOrdered(op, compareLike(cell, operand))
  }
}

function holdsItem (row: RowReader, field: string, wanted: Value): boolean | undefined {
  let result: boolean | undefined = false
  for (const item of row.items(field)) {
    if (item === SEALED) result = undefined
    else if (isSame(item, wanted)) return true
  }
  return result
}

/** No value and null are the same; 1 and 1n are the same number. */
function isSame (value: Value | undefined, wanted: Value): boolean {
  if (hasNoValue(value)) return wanted === null
  return compareLike(value, wanted) === 0 || equalValues(value, wanted)
}

function isOrdered (op: 'gt' | 'gte' | 'lt' | 'lte', order: number | undefined): boolean {
  if (order === undefined) return false
  if (order === 0) return op === 'gte' || op === 'lte'
  return order > 0 ? op === 'gt' || op === 'gte' : op === 'lt' || op === 'lte'
}

function negate (held: boolean | undefined): boolean | undefined {
  return held === undefined ? undefined : !held
}
