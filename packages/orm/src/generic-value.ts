import { Sealed, checkValue, listElements, shown } from '@dinemic/core'
import type { FieldState, Value, WireValue } from '@dinemic/core'
import type { Reader } from '@dinemic/replica'
import { Counter } from './collections/counter.js'
import { Dict } from './collections/dict.js'
import { List } from './collections/list.js'
import { Ref } from './collections/ref.js'

/** Whether anything shows under a name, of whatever kind. */
export function hasValue (field: FieldState): boolean {
  return shown(field.register) !== undefined || field.entries.size > 0 || field.order.size > 0 || field.counter !== undefined
}

/**
 * What stands under a name that no class speaks of: the register, else the dict, the list, the counter, the first that isn't
 * empty. Throws `ORM_FIELD_SEALED`, `ORM_FIELD_CORRUPT`.
 */
export function anyValue (name: string, field: FieldState, reader: Reader): Value | undefined {
  const register = shown(field.register)?.value
  if (register !== undefined) return clear(register, () => reader.open({ field: name, slot: 'register' }, register))
  if (field.entries.size > 0) {
    return Object.fromEntries([...field.entries].map(([key, value]) => [key, clear(value, () => reader.open({ field: name, slot: 'dict', element: key }, value))]))
  }
  if (field.order.size > 0) {
    return listElements(field).map(({ id, value }) => clear(value, () => reader.open({ field: name, slot: 'list', element: id }, value)))
  }
  return field.counter === undefined ? undefined : integer(field.counter)
}

/** What a property holds, as a value. */
export function plain (held: unknown): Value {
  if (held instanceof List) return held.toArray() as Value[]
  if (held instanceof Dict) return held.toJSON() as { [key: string]: Value }
  if (held instanceof Counter) return integer(held.exact)
  if (held instanceof Ref) return held.id
  return held as Value
}

function clear (value: WireValue, open: () => Value): Value {
  return value instanceof Sealed ? open() : checkValue(value, 'a stored value')
}

/** A number as long as it is exact. */
function integer (sum: bigint): Value {
  return Number.isSafeInteger(Number(sum)) ? Number(sum) : sum
}
