import { Sealed, isDinemicError } from '@dinemic/core'
import type { WireValue } from '@dinemic/core'
import type { Reader } from '@dinemic/replica'
import { detached } from './collections/own-copy.js'

/** A value in the clear, for its receiver to keep and change; the `Sealed` itself where no key for it is here, or where it is damaged. */
export function openOwn<V extends WireValue | undefined> (reader: Reader, place: Parameters<Reader['open']>[0], value: V): V | WireValue {
  if (!(value instanceof Sealed)) return detached(value)
  try {
    return reader.open(place, value)
  } catch (error) {
    if (isDinemicError(error)) return detached(value) // one value that can't be read takes no other with it
    throw error
  }
}
