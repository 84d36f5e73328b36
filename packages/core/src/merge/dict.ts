import { SortedMap } from '../sorted-map.js'
import { finish } from '../steps.js'
import type { Steps } from '../steps.js'
import type { Register } from '../state-types.js'
import type { WireValue } from '../update-types.js'
import { shown } from './register.js'

/** The keys that show, with what they show. */
export function entriesOf (dict: SortedMap<Register<WireValue>>): SortedMap<WireValue> {
  return finish(entriesInSteps(dict))
}

export function * entriesInSteps (dict: SortedMap<Register<WireValue>>): Steps<SortedMap<WireValue>> {
  const entries: [string, WireValue][] = []
  for (const [key, register] of dict) {
    const value = shown(register)?.value
    if (value !== undefined) entries.push([key, value])
    yield
  }
  return yield * SortedMap.building(entries)
}
