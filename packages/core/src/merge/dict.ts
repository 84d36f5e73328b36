import { SortedMap } from '../sorted-map.js'
import type { Register } from '../state-types.js'
import type { WireValue } from '../update-types.js'
import { shown } from './register.js'

/** The keys that show, with what they show. */
export function entriesOf (dict: SortedMap<Register<WireValue>>): SortedMap<WireValue> {
  const entries: [string, WireValue][] = []
  for (const [key, register] of dict) {
    const value = shown(register)?.value
    if (value !== undefined) entries.push([key, value])
  }
  return SortedMap.from(entries)
}
