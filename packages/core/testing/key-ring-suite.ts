import { formatId } from '../src/ids.js'
import type { KeyRing } from '../src/ports/key-ring.js'
import type { TestTools } from './expect-types.js'

export interface KeyRingFixture {
  /** Not open yet. */
  readonly keys: KeyRing
  /** What a restarted process sees: the same content through a key ring that isn't open yet. The old one is closed. */
  reopen (): Promise<KeyRing>
  dispose (): Promise<void>
}

/** What every `KeyRing` must do. An adapter's test is one call to this. */
export function keyRingSuite ({ test, expect }: TestTools, makeKeyRing: () => Promise<KeyRingFixture>): void {
  /** A test with an open key ring of its own. */
  function withKeys (name: string, run: (keys: KeyRing, fixture: KeyRingFixture) => Promise<void>): void {
    test(name, async () => {
      const fixture = await makeKeyRing()
      try {
        await fixture.keys.open()
        await run(fixture.keys, fixture)
      } finally {
        await fixture.dispose()
      }
    })
  }

  withKeys('an empty key ring has nothing', async keys => {
    expect(await keys.get(bob)).toBeUndefined()
    expect(await keys.has(bob)).toBe(false)
    expect(await collect(keys.ids())).toEqual([])
  })

  withKeys('what was put is there, once', async keys => {
    await keys.put(bob, seed(1))
    await keys.put(bob, seed(1))
    expect(await keys.get(bob)).toEqual(seed(1))
    expect(await keys.has(bob)).toBe(true)
    expect(await keys.has(ann)).toBe(false)
    expect(await collect(keys.ids())).toEqual([bob])
  })

  withKeys('the same key under another model name is another object', async keys => {
    await keys.put(bob, seed(1))
    expect(await keys.has(node)).toBe(false)
    await keys.put(node, seed(2))
    expect(await keys.get(bob)).toEqual(seed(1))
    expect(await keys.get(node)).toEqual(seed(2))
  })

  withKeys('a wrong seed never takes the place of a right one', async keys => {
    await keys.put(bob, seed(1))
    await expect(keys.put(bob, seed(2))).rejects.toMatchObject({ code: 'STORE_BAD_KEY' })
    await expect(keys.put(ann, seed(2).subarray(1))).rejects.toMatchObject({ code: 'STORE_BAD_KEY' })
    await expect(keys.put('Person:nonsense', seed(2))).rejects.toMatchObject({ code: 'CORE_BAD_ID' })
    expect(await keys.get(bob)).toEqual(seed(1))
    expect(await collect(keys.ids())).toEqual([bob])
  })

  withKeys('a deleted key is gone; deleting an unknown one is nothing', async keys => {
    await keys.put(bob, seed(1))
    await keys.delete(bob)
    await keys.delete(ann)
    expect(await keys.get(bob)).toBeUndefined()
    expect(await keys.has(bob)).toBe(false)
    await keys.put(bob, seed(3))
    expect(await keys.get(bob)).toEqual(seed(3))
  })

  withKeys('ids come in byte order of model and key, of one model or of all', async keys => {
    const people = [2, 5, 9, 77, 200, 255].map(fill => formatId('Person', key(fill)))
    const others = ['Node', 'Person2', 'a'].map(model => formatId(model, key(1)))
    for (const id of [...people, ...others].reverse()) await keys.put(id, seed(1))
    expect(await collect(keys.ids({ model: 'Person' }))).toEqual(people)
    expect(await collect(keys.ids({ model: 'Perso' }))).toEqual([])
    expect(await collect(keys.ids())).toEqual([others[0], ...people, others[1], others[2]])
  })

  withKeys('seeds are copied on their way in and out', async keys => {
    const mine = seed(1)
    await keys.put(bob, mine)
    mine.fill(0)
    ;(await keys.get(bob))!.fill(0)
    expect(await keys.get(bob)).toEqual(seed(1))
  })

  withKeys('keys put at the same time are all there', async keys => {
    const ids = Array.from({ length: 20 }, (_, i) => formatId('Person', key(i + 10)))
    await Promise.all(ids.map((id, i) => keys.put(id, seed(i))))
    for (const [i, id] of ids.entries()) expect(await keys.get(id)).toEqual(seed(i))
  })

  withKeys('everything is there after a restart', async (keys, fixture) => {
    await keys.put(bob, seed(1))
    await keys.put(node, seed(2))
    const again = await fixture.reopen()
    await again.open()
    expect(await again.get(bob)).toEqual(seed(1))
    expect(await collect(again.ids())).toEqual([node, bob])
  })

  withKeys('close may be repeated and ends every verb', async keys => {
    await keys.put(bob, seed(1))
    await keys.open()
    await keys.close()
    await keys.close()
    await expectClosed(keys)
    await keys.open()
    expect(await keys.get(bob)).toEqual(seed(1))
  })

  test('nothing works before open', async () => {
    const fixture = await makeKeyRing()
    await expectClosed(fixture.keys)
    await fixture.dispose()
  })

  async function expectClosed (keys: KeyRing): Promise<void> {
    const verbs: (() => Promise<unknown>)[] = [
      () => keys.get(bob), () => keys.has(bob), () => keys.put(bob, seed(1)), () => keys.delete(bob), () => collect(keys.ids())
    ]
    for (const verb of verbs) await expect(verb()).rejects.toMatchObject({ code: 'STORE_NOT_OPEN' })
  }
}

/** 32 bytes that may stand for a public key. */
function key (fill: number): Uint8Array {
  const bytes = new Uint8Array(32).fill(7)
  bytes[0] = fill
  return bytes
}

/** A seed is any 32 bytes; that it belongs to its id is for those to check who know cryptography. */
function seed (fill: number): Uint8Array {
  return new Uint8Array(32).fill(fill + 64)
}

const ann = formatId('Person', key(1))
const bob = formatId('Person', key(2))
const node = formatId('Node', key(2))

async function collect<T> (items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const row of items) collected.push(row)
  return collected
}
