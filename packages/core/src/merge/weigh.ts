import { isList } from '../codec/is-list.js'
import type { Register } from '../state-types.js'
import type { Value } from '../types.js'
import { Sealed } from '../update-types.js'
import type { WireValue } from '../update-types.js'
import { candidatesLieApart } from './register-row.js'

/** A number, a date, the head of a string or of a list. */
const SMALL = 4
const SEALED = 64
/** Whoever weighs more is large everywhere: nobody needs to know by how much. */
const MOST = 4096

/** About how many bytes a register takes in a row, as far as it isn't over `MOST`. */
export function weighRegister (register: Register<WireValue>): number {
  let weight = SMALL
  if (candidatesLieApart(register)) return weight
  for (const { value } of register) {
    weight += SMALL + (value === undefined ? 0 : weighValue(value))
    if (weight > MOST) break
  }
  return weight
}

function weighValue (value: WireValue): number {
  if (typeof value === 'string') return SMALL + value.length
  if (typeof value === 'bigint') return SMALL + value.toString(16).length
  if (typeof value !== 'object' || value === null || value instanceof Date) return SMALL
  if (value instanceof Uint8Array) return SMALL + value.length
  if (value instanceof Sealed) return SEALED + value.boxed.length
  const found = known.get(value)
  if (found !== undefined) return found
  const weight = isList(value) ? weighList(value) : weighRecord(value)
  known.set(value, weight)
  return weight
}

/** What was found out of a list or a record; it never changes. To look at the keys of one takes as long as there are keys. */
const known = new WeakMap<object, number>()

function weighList (list: readonly Value[]): number {
  let weight = SMALL
  for (let i = 0; i < list.length && weight <= MOST; i++) weight += weighValue(list[i]!)
  return weight
}

function weighRecord (record: { readonly [key: string]: Value }): number {
  let weight = SMALL
  for (const key of Object.keys(record)) {
    weight += key.length + weighValue(record[key]!)
    if (weight > MOST) break
  }
  return weight
}
