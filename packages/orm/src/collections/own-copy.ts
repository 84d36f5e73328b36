import { Sealed, checkValue } from '@dinemic/core'
import type { WireValue } from '@dinemic/core'

/** What an entity hands out of its snapshot: the user may change it in place, and `save()` sees the difference. */
export function ownCopy<V extends WireValue | undefined> (value: V): V {
  if (typeof value !== 'object' || value === null || value instanceof Sealed) return value
  return checkValue(value, 'a stored value') as V
}
