import type { Register } from '../state-types.js'
import { Sealed } from '../update-types.js'
import type { WireValue } from '../update-types.js'
import { candidatesLieApart } from './register-row.js'

/** A number, a date, the head of a string or of a list. */
const SMALL = 4
const SEALED = 64

/** About how many bytes a register takes in a row. Stops where it is over `most`: nobody needs to know by how much. */
export function weighRegister (register: Register<WireValue>, most: number): number {
  let weight = SMALL
  if (candidatesLieApart(register)) return weight
  for (const { value } of register) {
    weight += SMALL + (value === undefined ? 0 : weighValue(value, most - weight))
    if (weight > most) break
  }
  return weight
}

/** The same of a value. */
export function weighValue (value: WireValue, most: number): number {
  if (typeof value === 'string') return SMALL + value.length
  if (typeof value === 'bigint') return SMALL + value.toString(16).length
  if (typeof value !== 'object' || value === null || value instanceof Date) return SMALL
  if (value instanceof Uint8Array) return SMALL + value.length
  if (value instanceof Sealed) return SEALED + value.boxed.length
  let weight = SMALL
  for (const [key, part] of Object.entries(value)) {
    weight += (Array.isArray(value) ? 0 : key.length) + weighValue(part as WireValue, most - weight)
    if (weight > most) break
  }
  return weight
}
