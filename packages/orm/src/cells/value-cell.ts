import { DinemicError, checkValue, equalValues, shown } from '@dinemic/core'
import type { FieldState, Operation, Value, WireValue } from '@dinemic/core'
import { ownCopy } from '../collections/own-copy.js'
import { Cell, describe, isClear } from './cell.js'

type Content = WireValue | undefined

/** `@Field()`: a register. */
export class ValueCell extends Cell<Content> {
  protected readonly empty = undefined

  protected read (state: FieldState): Content {
    const value = shown(state.register)?.value
    return value === undefined ? undefined : this.open({ slot: 'register' }, value)
  }

  protected present (content: () => Content): unknown {
    return ownCopy(content())
  }

  protected accept (held: unknown): Content {
    const value = checkValue(held, this.where)
    checkType(value, this.field.designType, this.where)
    return value
  }

  protected isEmpty (content: Content): boolean {
    return content === undefined
  }

  protected diff (from: Content, to: Content): Operation[] {
    if (to === from || (isClear(from) && isClear(to) && equalValues(from, to))) return []
    return [to === undefined ? { op: 'delete', field: this.field.name } : { op: 'set', field: this.field.name, value: to }]
  }

  protected replay (content: Content, operations: readonly Operation[]): Content {
    const last = operations.findLast(({ op }) => op === 'set' || op === 'delete')
    if (last === undefined) return content
    return last.op === 'set' ? last.value : undefined
  }
}

const TYPES = new Map<unknown, { readonly name: string, readonly fits: (value: unknown) => boolean }>([
  [Number, { name: 'number', fits: (value) => typeof value === 'number' }],
  [String, { name: 'string', fits: (value) => typeof value === 'string' }],
  [Boolean, { name: 'boolean', fits: (value) => typeof value === 'boolean' }],
  [BigInt, { name: 'bigint', fits: (value) => typeof value === 'bigint' }],
  [Date, { name: 'Date', fits: (value) => value instanceof Date }],
  [Uint8Array, { name: 'Uint8Array', fits: (value) => value instanceof Uint8Array }],
  [Array, { name: 'an array', fits: Array.isArray }]
])

/** `design:type` says `Object` for unions and interfaces, so only what is certain is checked; null is always allowed. */
function checkType (value: Value, designType: unknown, where: string): void {
  const type = TYPES.get(designType)
  if (type === undefined || value === null || type.fits(value)) return
  throw new DinemicError('ORM_BAD_VALUE', `${where} is declared as ${type.name} and was given ${describe(value)}. Convert it, or declare the field as what it holds.`, { details: { where } })
}
