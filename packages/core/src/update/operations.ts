import type { Encodable } from '../codec/format.js'
import { LIMITS } from '../limits.js'
import { isPosition } from '../merge/position.js'
import type { Operation } from '../update-types.js'
import { badUpdate, limited, list, text, tuple } from './wire.js'

/** Operations by their number on the wire, each with what follows the number. */
const SHAPES = [
  ['set', 'field', 'value'],
  ['delete', 'field'],
  ['put', 'field', 'key', 'value'],
  ['drop', 'field', 'key'],
  ['insert', 'field', 'element', 'position', 'value'],
  ['replace', 'field', 'element', 'value'],
  ['move', 'field', 'element', 'position'],
  ['remove', 'field', 'element'],
  ['add', 'field', 'amount']
] as const

const NUMBERS: ReadonlyMap<string, number> = new Map(SHAPES.map((shape, number) => [shape[0], number]))

export function operationToWire (operation: Operation): Encodable {
  const number = NUMBERS.get(operation.op)!
  const parts = operation as unknown as Record<string, Encodable>
  return [number, ...SHAPES[number]!.slice(1).map(part => parts[part]!)]
}

/** Refuses two operations of one update on one cell: their order would have no meaning. */
export function wireToOperations (wire: Encodable | undefined): readonly Operation[] {
  const operations = list(wire, LIMITS.operations, 'operations').map(wireToOperation)
  const written = new Set<string>()
  for (const operation of operations) {
    for (const cell of cellsOf(operation)) {
      if (written.has(cell)) throw badUpdate('two operations write the same cell')
      written.add(cell)
    }
  }
  return operations
}

function wireToOperation (wire: Encodable): Operation {
  if (!Array.isArray(wire) || typeof wire[0] !== 'number') throw badUpdate('an operation is not a list that begins with a number')
  const shape = SHAPES[wire[0]]
  if (shape === undefined) throw badUpdate(`there is no operation ${wire[0]}`)
  tuple(wire, shape.length, `operation ${shape[0]}`)
  const operation: Record<string, Encodable> = { op: shape[0] }
  const [, ...parts] = shape
  parts.forEach((part, i) => { operation[part] = PARTS[part](wire[i + 1]) })
  return operation as unknown as Operation
}

const PARTS: Record<'field' | 'key' | 'element' | 'position' | 'value' | 'amount', (wire: Encodable) => Encodable> = {
  field: wire => text(wire, LIMITS.fieldName, 'a field name'),
  key: wire => {
    if (typeof wire !== 'string') throw badUpdate('a dict key is not text')
    return limited(wire, LIMITS.elementKey, 'a dict key')
  },
  element: wire => text(wire, LIMITS.elementKey, 'an element id'),
  position: wire => {
    const position = text(wire, LIMITS.elementKey, 'a position')
    if (!isPosition(position)) throw badUpdate('a position is not of the grammar')
    return position
  },
  value: wire => wire,
  amount: wire => {
    if (typeof wire !== 'number' || !Number.isSafeInteger(wire)) throw badUpdate('an increment is not an integer within ±(2^53 − 1)')
    return wire
  }
}

/**
 * The cells that an operation writes: a register, a dict key, an element's value, its position or its end.
 * A pointer in `supersedes` counts for these and no others.
 */
export function cellsOf (operation: Operation): string[] {
  switch (operation.op) {
    case 'set': case 'delete': return [registerCell(operation.field)]
    case 'put': case 'drop': return [dictCell(operation.field, operation.key)]
    case 'insert': return [elementCell(operation.field, operation.element), positionCell(operation.field, operation.element)]
    case 'replace': return [elementCell(operation.field, operation.element)]
    case 'move': return [positionCell(operation.field, operation.element)]
    case 'remove': return [cell('gone', operation.field, operation.element)]
    case 'add': return [cell('counter', operation.field)]
  }
}

export const registerCell = (field: string): string => cell('register', field)
export const dictCell = (field: string, key: string): string => cell('dict', field, key)
export const elementCell = (field: string, element: string): string => cell('element', field, element)
export const positionCell = (field: string, element: string): string => cell('position', field, element)

/** A separator that can't be mistaken: names may hold any character. */
function cell (slot: string, field: string, key = ''): string {
  return `${slot} ${field.length} ${field}${key}`
}
