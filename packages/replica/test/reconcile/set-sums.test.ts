import { describe, expect, test } from '@jest/globals'
import { bytesToHex, formatId } from '@dinemic/core'
import type { ObjectCommit, StoredUpdate } from '@dinemic/core'
import { MemoryStore, SeededRandom } from '@dinemic/core/testing'
import { GroupCommit } from '../../src/pipeline/group-commit.js'
import { fingerprintOf } from '../../src/reconcile/fingerprint.js'
import { SetSums } from '../../src/reconcile/set-sums.js'
import { provider } from './sets.js'
import { CountingPlatform } from '../counting-platform.js'

const MODELS = ['Note', 'Person']

/** A store that counts what is read of its sums, and the keys that are scanned. */
class CountingStore extends MemoryStore {
  settings = 0
  keys = 0
  fails = false

  override async setting (name: string): Promise<Uint8Array | undefined> {
    this.settings++
    return await super.setting(name)
  }

  override async setKeys (...args: Parameters<MemoryStore['setKeys']>): Promise<string[]> {
    const keys = await super.setKeys(...args)
    this.keys += keys.length
    return keys
  }

  override async commit (...args: Parameters<MemoryStore['commit']>): Promise<void> {
    if (this.fails) throw new Error('the disk is full')
    await super.commit(...args)
  }
}

const platform = new CountingPlatform()

/** One life of a process over a store. */
class Life {
  readonly store: CountingStore
  readonly sums: SetSums
  readonly commits: GroupCommit
  readonly tracked: Promise<void>[] = []

  constructor (store: CountingStore) {
    this.store = store
    this.sums = new SetSums({ store, platform, alone: async task => await this.commits.alone(task), track: (_what, task) => { this.tracked.push(task) } })
    this.commits = new GroupCommit(store, this.sums)
  }

  static async start (store: CountingStore): Promise<Life> {
    await store.open()
    const life = new Life(store)
    await life.sums.load()
    return life
  }
}

class Writer {
  readonly #random: SeededRandom
  readonly #stored: { readonly object: string, readonly id: string }[] = []

  constructor (seed: number) {
    this.#random = new SeededRandom(seed)
  }

  /** Some updates of one object, and sometimes some that go. */
  next ({ puts = this.#random.between(1, 4), drops = this.#random.chance(0.2) } = {}): ObjectCommit {
    const going = drops ? this.#stored.splice(this.#random.below(this.#stored.length + 1), 1)[0] : undefined
    const object = going?.object ?? formatId(this.#random.pick(MODELS)!, provider.publicKey(this.#random.bytes(32)))
    const put = Array.from({ length: puts }, (): StoredUpdate => ({ id: bytesToHex(this.#random.bytes(32)), millis: 1_700_000_000_000 + this.#random.below(5000), frame: new Uint8Array(1) }))
    return { object, put, drop: going === undefined ? [] : [going.id, 'ff'.repeat(32)] }
  }

  /** It may be dropped: as with turns, nobody drops what is being written. */
  written ({ object, put }: ObjectCommit): void {
    for (const { id } of put) this.#stored.push({ object, id })
  }
}

async function expectTrue (life: Life): Promise<void> {
  for (const model of MODELS) {
    const keys = await life.store.setKeys(model)
    const set = await life.sums.of(model)
    expect(await set.fingerprint('')).toEqual(fingerprintOf(keys))
    const prefix = keys[0]?.slice(0, 11) ?? '0'
    expect(await set.fingerprint(prefix)).toEqual(fingerprintOf(keys.filter(key => key.startsWith(prefix))))
  }
}

test('the sums are those of what is stored: with many commits at once, across stops and crashes', async () => {
  const store = new CountingStore()
  const writer = new Writer(1)
  const random = new SeededRandom(2)
  for (let round = 0; round < 30; round++) {
    const life = await Life.start(store)
    const saves = Array.from({ length: random.below(40) }, async () => {
      const commit = writer.next()
      await life.commits.commit({ objects: [commit] }, { sync: random.chance(0.3) })
      writer.written(commit)
    })
    if (random.chance(0.5)) await (await life.sums.of('Person')).parts('') // catches up in the middle of it
    await Promise.all(saves)
    await expectTrue(life)
    if (random.chance(0.3)) await life.sums.close()
    store.crash({ unsynced: random.chance(0.5) ? 'lost' : 'kept' })
  }
})

describe('opening a store', () => {
  test('reads nothing of its history after a good stop, and can compare at once', async () => {
    const store = new CountingStore()
    const writer = new Writer(3)
    const first = await Life.start(store)
    await first.commits.commit({ objects: Array.from({ length: 3000 }, () => writer.next({ drops: false })) })
    await first.sums.close()
    await store.close()
    Object.assign(store, { settings: 0, keys: 0 })
    const second = await Life.start(store)
    expect([store.settings, store.keys]).toEqual([2, 0])
    const { count } = await (await second.sums.of('Person')).fingerprint('')
    expect([count > 3000, store.settings, store.keys]).toEqual([true, 3, 0])
    await expectTrue(second)
  })

  test('after a crash reads what was written since the sums were, which is bounded', async () => {
    const store = new CountingStore()
    const writer = new Writer(4)
    const first = await Life.start(store)
    for (let i = 0; i < 700; i++) await first.commits.commit({ objects: [writer.next({ puts: 1, drops: false })] })
    await Promise.all(first.tracked)
    store.crash()
    Object.assign(store, { settings: 0, keys: 0 })
    const second = await Life.start(store)
    expect(store.settings).toBeLessThan(300)
    expect(store.keys).toBe(0)
    await expectTrue(second)
  })
})

test('what could not be written is in no sum, and the next batch is', async () => {
  const store = new CountingStore()
  const writer = new Writer(5)
  const life = await Life.start(store)
  await life.commits.commit({ objects: [writer.next({ drops: false })] })
  store.fails = true
  await expect(life.commits.commit({ objects: [writer.next({ drops: false })] })).rejects.toThrow('the disk is full')
  store.fails = false
  await life.commits.commit({ objects: [writer.next({ drops: false })] })
  await expectTrue(life)
  store.crash()
  await expectTrue(await Life.start(store))
})

test('commits that come together are one batch, in their order; one alone waits for nobody', async () => {
  const batches: number[] = []
  const store = new CountingStore()
  const life = await Life.start(store)
  const commits = new GroupCommit(store, { rowsFor: async objects => { batches.push(objects.length); return [] }, written: () => {} })
  const writer = new Writer(6)
  const alone: string[] = []
  const all = Array.from({ length: 600 }, async () => { await commits.commit({ objects: [writer.next({ drops: false })], settings: [{ name: 'last', value: Uint8Array.of(batches.length) }] }) })
  const between = commits.alone(async () => { alone.push(`after ${batches.length}`) })
  await Promise.all([...all, between])
  expect(batches).toEqual([1, 256, 256, 87])
  expect(alone).toEqual(['after 4'])
  await life.store.close()
})

test('what a batch changes is written down in steps, be it thousands', async () => {
  const life = await Life.start(new CountingStore())
  platform.pauses = 0
  await life.commits.commit({ objects: [new Writer(7).next({ puts: 3000, drops: false })] })
  expect(platform.pauses).toBe(2)
  await Promise.all(life.tracked)
  await expectTrue(life)
})

test('what thousands of keys change is added up in steps, level by level', async () => {
  const life = await Life.start(new CountingStore())
  const item = new Writer(8).next({ puts: 6000, drops: false })
  await life.commits.commit({ objects: [item] })
  await Promise.all(life.tracked)
  await (await life.sums.of('Person')).fingerprint('')
  await life.commits.commit({ objects: [{ ...item, put: [], drop: item.put.slice(0, 5900).map(({ id }) => id) }] })
  platform.pauses = 0
  await Promise.all(life.tracked)
  await (await life.sums.of('Person')).fingerprint('')
  // The keys are of a few seconds: as many levels as their times have in common are gone through by nearly all of them.
  expect(platform.pauses).toBeGreaterThan(1)
  await expectTrue(life)
})
