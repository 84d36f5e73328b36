import { bytesToHex, decode, encode, hexToBytes, parseId } from '@dinemic/core'
import type { ObjectCommit, Store } from '@dinemic/core'
import type { SetChange } from './radix-sums.js'
import { KEY_DIGITS, setKeyOf } from './set-key.js'

/** What a batch changes in the reconciled sets, by model. */
export type SetChanges = ReadonlyMap<string, readonly SetChange[]>

/** What these commits will change. The millis of what leaves are looked up, so it is to be called before they are written. */
export async function changesOf (store: Store, objects: readonly ObjectCommit[]): Promise<SetChanges> {
  const changes = new Map<string, SetChange[]>()
  for (const { object, put, drop } of objects) {
    if (put.length + drop.length === 0) continue
    const { model } = parseId(object)
    const list = changes.get(model) ?? []
    changes.set(model, list)
    for (const item of put) list.push({ key: setKeyOf(item), sign: 1 })
    for (const id of drop) {
      const update = await store.update(id)
      if (update?.object === object) list.push({ key: setKeyOf(update), sign: -1 })
    }
  }
  return changes
}

export function encodeChanges (changes: SetChanges): Uint8Array {
  const keys = (list: readonly SetChange[], sign: SetChange['sign']): Uint8Array => hexToBytes(list.flatMap(change => change.sign === sign ? [change.key] : []).join(''))
  return encode([...changes].map(([model, list]) => [model, keys(list, 1), keys(list, -1)]))
}

export function decodeChanges (row: Uint8Array): SetChanges {
  return new Map((decode(row) as [string, Uint8Array, Uint8Array][]).map(([model, put, drop]) => [model, [...changesFrom(put, 1), ...changesFrom(drop, -1)]]))
}

function changesFrom (bytes: Uint8Array, sign: SetChange['sign']): SetChange[] {
  const digits = bytesToHex(bytes)
  return Array.from({ length: digits.length / KEY_DIGITS }, (_, i) => ({ key: digits.slice(i * KEY_DIGITS, (i + 1) * KEY_DIGITS), sign }))
}
