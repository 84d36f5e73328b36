import { formatId, portableProvider } from '@dinemic/core'
import type { ObjectId } from '@dinemic/core'

/** A good id for each number. Numbers of objects say nothing about the order of their keys. */
export function idOf (model: string, n: number): ObjectId {
  return formatId(model, portableProvider.publicKey(new Uint8Array(32).fill(n)))
}
