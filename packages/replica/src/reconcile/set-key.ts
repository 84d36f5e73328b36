import type { SetKey, UpdateId } from '@dinemic/core'
import { groupBy } from '../group-by.js'

/** Hex digits of a key: 6 bytes of ms, then the id. Each digit is a level of the tree of parts. */
export const MILLIS_DIGITS = 12
export const KEY_DIGITS = 76

const PREFIX = /^[0-9a-f]{0,76}$/

export function setKeyOf ({ millis, id }: { readonly millis: number, readonly id: UpdateId }): SetKey {
  return millis.toString(16).padStart(MILLIS_DIGITS, '0') + id
}

export function setKeyToItem (key: SetKey): { readonly millis: number, readonly id: UpdateId } {
  return { millis: Number.parseInt(key.slice(0, MILLIS_DIGITS), 16), id: key.slice(MILLIS_DIGITS) }
}

/** Whether a text is the beginning of a key. */
export function isPrefix (text: string): boolean {
  return PREFIX.test(text)
}

/** Sorted keys under one prefix, in parts by the first digit in which they differ; one key, or none, is its own part. */
export function partsOfKeys (keys: readonly SetKey[]): Map<string, SetKey[]> {
  const first = keys[0]
  const last = keys.at(-1)
  if (first === undefined || last === undefined || first === last) return new Map(keys.map(key => [key, [key]]))
  let length = 0
  while (first[length] === last[length]) length++
  return groupBy(keys, key => key.slice(0, length + 1))
}
