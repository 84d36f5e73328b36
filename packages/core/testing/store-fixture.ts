import { utf8 } from '../src/bytes.js'
import { formatId } from '../src/ids.js'
import type { Commit, ObjectCommit, Store, StoredUpdate } from '../src/ports/store.js'
import type { ObjectId } from '../src/types.js'

export interface StoreFixture {
  /** Not open yet. */
  readonly store: Store
  /** What a restarted process sees: the same content through a store that isn't open yet. The old one is closed. */
  reopen (): Promise<Store>
  dispose (): Promise<void>
}

/** 32 bytes that may stand for a public key, different for each pair. */
export function key (fill: number, more = 0): Uint8Array {
  const bytes = new Uint8Array(32).fill(7)
  bytes[0] = fill
  bytes[1] = more >> 8
  bytes[2] = more & 255
  return bytes
}

export const ann = formatId('Person', key(1))
export const bob = formatId('Person', key(2))
export const office = formatId('Company', key(2))

export function idOf (n: number): string {
  return n.toString(16).padStart(8, '0') + 'ab'.repeat(28)
}

export function update (n: number): StoredUpdate {
  return { id: idOf(n), frame: utf8(`frame ${n}`), millis: 1000 + n }
}

export function item (object: ObjectId, n: number): object {
  return { millis: 1000 + n, id: idOf(n), object }
}

export function change (object: ObjectId, parts: Partial<ObjectCommit>): ObjectCommit {
  return { object, put: [], drop: [], ...parts }
}

export function one (object: ObjectId, parts: Partial<ObjectCommit>): Commit {
  return { objects: [change(object, parts)] }
}

export async function rowOf (store: Store, object: ObjectId): Promise<Uint8Array | undefined> {
  return (await store.state(object))?.row
}

export async function collect<T> (items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const row of items) collected.push(row)
  return collected
}
