import { expect, test } from '@jest/globals'
import { formatId } from '@dinemic/core'
import type { ObjectId, SetKey, Store, UpdatesPart } from '@dinemic/core'
import { SeededRandom } from '@dinemic/core/testing'
import { fingerprintOf } from '../../src/reconcile/fingerprint.js'
import { ObjectSums } from '../../src/reconcile/object-sums.js'
import { partsOfKeys, setKeyOf } from '../../src/reconcile/set-key.js'
import { Responder } from '../../src/sync/responder.js'
import type { ResponderParts } from '../../src/sync/responder.js'
import { CountingPlatform } from '../counting-platform.js'
import { provider } from '../harness.js'

const OBJECT = formatId('Person', provider.publicKey(new Uint8Array(32).fill(7)))
const random = new SeededRandom('keys')
type Item = UpdatesPart['updates'][number]

/** Updates in no order, `spread` ms apart at most. */
function updates (count: number, spread: number): Item[] {
  return Array.from({ length: count }, () => ({ id: Buffer.from(random.bytes(32)).toString('hex'), millis: 1_790_000_000_000 + Math.floor(random.next() * spread), frame: new Uint8Array(150) }) as unknown as Item)
}

/** A store in which each object has these updates, which come in pages. */
function storeOf (all: readonly Item[], page = 1000): { store: Pick<Store, 'updatesFrom'>, read: () => number } {
  let read = 0
  return {
    read: () => read,
    store: {
      updatesFrom: async (_object, { place }) => {
        const found = all.slice(place, place + page)
        read += found.length
        return { updates: found, next: place + page < all.length ? place + page : null }
      }
    }
  }
}

test.each([[0, 1], [1, 1], [2, 1], [64, 1], [65, 100], [128, 1], [1000, 100_000], [5000, 1]])('sums of %d updates within %d ms are those of their keys, under every prefix', async (count, spread) => {
  const all = updates(count, spread)
  const keys = all.map(setKeyOf).sort()
  const set = await new ObjectSums({ store: storeOf(all, 300).store, platform: new CountingPlatform() }).of(OBJECT)
  const check = async (prefix: string): Promise<void> => {
    const under = keys.filter(key => key.startsWith(prefix))
    expect(await set.fingerprint(prefix)).toEqual(fingerprintOf(under))
    expect(await set.parts(prefix)).toEqual([...partsOfKeys(under)].map(([part, its]: [string, SetKey[]]) => ({ prefix: part, fingerprint: fingerprintOf(its) })))
    expect(await set.keys(prefix, 31)).toEqual(under.slice(0, 31))
    if (under.length > 40) for (const { prefix: part } of await set.parts(prefix)) await check(part)
  }
  await check('')
  await check('f')
})

test('a large object is added up in turns with other work, once for all who ask', async () => {
  const platform = new CountingPlatform()
  const { store, read } = storeOf(updates(60_000, 1000))
  const sums = new ObjectSums({ store, platform })
  const [one, other] = await Promise.all([sums.fingerprint(OBJECT), sums.fingerprint(OBJECT)])
  expect(one).toBe(other)
  expect(one.count).toBe(60_000)
  expect(read()).toBe(60_000)
  expect(platform.pauses).toBeGreaterThan(20)
})

test.each([[1, 500, 500], [1, 1500, 1000], [100, 500, 41], [10_000, 500, 1]])('objects of %d updates: of %d an answer has the prints of %d, and no other is read', async (count, asked, answered) => {
  const { store, read } = storeOf(updates(count, 1000))
  const platform = new CountingPlatform()
  const parts = { provider, platform, objectSums: new ObjectSums({ store, platform }), interest: { takesPart: () => true } }
  const responder = new Responder(parts as unknown as ResponderParts)
  const objects: ObjectId[] = Array.from({ length: asked }, (_, i) => formatId('Person', provider.publicKey(new Uint8Array(32).fill(i % 256).fill(i >> 8, 1))))
  expect(await responder.printsOf(objects, new Uint8Array(16))).toHaveLength(answered)
  expect(read()).toBe(answered * count)
})
