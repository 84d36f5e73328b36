import { formatId, portableProvider } from '@dinemic/core'
import type { ObjectId } from '@dinemic/core'

const keys = new Map<number, Uint8Array>()

/** A good id for each number. Numbers of objects say nothing about the order of their keys. */
export function idOf (model: string, n: number): ObjectId {
  let key = keys.get(n)
  if (key === undefined) keys.set(n, key = portableProvider.publicKey(new Uint8Array(32).fill(n)))
  return formatId(model, key)
}
