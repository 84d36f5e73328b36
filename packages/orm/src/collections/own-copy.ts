import { Sealed, checkValue } from '@dinemic/core'
import type { WireValue } from '@dinemic/core'

/** What an entity hands out of its snapshot: the user may change it in place, and `save()` sees the difference. */
export function ownCopy<V extends WireValue | undefined> (value: V): V {
  if (typeof value !== 'object' || value === null || value instanceof Sealed) return value
  return checkValue(value, 'a stored value') as V
}

/** As `ownCopy`, for what keeps no link to the snapshot: the bytes of a `Sealed` are its receiver's own, too. */
export function detached<V extends WireValue | undefined> (value: V): V {
  if (!(value instanceof Sealed)) return ownCopy(value)
  const { epoch, nonce, boxed, ephemeral } = value
  return new Sealed({ epoch, nonce: nonce.slice(), boxed: boxed.slice(), ephemeral: ephemeral?.slice() ?? null }) as V
}
