import { bytesToHex, decode, encode, hexToBytes, parseId } from '@dinemic/core'
import type { ObjectCommit, Steps, Store } from '@dinemic/core'
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

/** In steps: a close may drop any number. */
export function * encodeChanges (changes: SetChanges): Steps<Uint8Array> {
  const rows: [string, Uint8Array, Uint8Array][] = []
  for (const [model, list] of changes) rows.push([model, yield * keysOf(list, 1), yield * keysOf(list, -1)])
  return encode(rows)
}

function * keysOf (list: readonly SetChange[], sign: SetChange['sign']): Steps<Uint8Array> {
  const keys = list.filter(change => change.sign === sign)
  const bytes = new Uint8Array(keys.length * KEY_DIGITS / 2)
  for (const [i, { key }] of keys.entries()) {
    bytes.set(hexToBytes(key), i * KEY_DIGITS / 2)
    yield
  }
  return bytes
}

export function decodeChanges (row: Uint8Array): SetChanges {
  return new Map((decode(row) as [string, Uint8Array, Uint8Array][]).map(([model, put, drop]) => [model, [...changesFrom(put, 1), ...changesFrom(drop, -1)]]))
}

function changesFrom (bytes: Uint8Array, sign: SetChange['sign']): SetChange[] {
  const digits = bytesToHex(bytes)
  return Array.from({ length: digits.length / KEY_DIGITS }, (_, i) => ({ key: digits.slice(i * KEY_DIGITS, (i + 1) * KEY_DIGITS), sign }))
}
