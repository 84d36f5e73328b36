import { describe, expect, test } from '@jest/globals'
import { formatId, type Commit } from '@dinemic/core'
import { storeSuite } from '@dinemic/core/testing'
import { LevelDatabase, LevelStore } from '../src/index.js'
import { inDirectory, makeDirectory, removeDirectory } from './directory.js'

describe('in a directory', () => {
  storeSuite({ test, expect }, async () => {
    const path = await makeDirectory()
    let store = new LevelStore(new LevelDatabase({ path }))
    return {
      store,
      async reopen () {
        await store.close()
        store = new LevelStore(new LevelDatabase({ path }))
        return store
      },
      async dispose () {
        await store.close()
        await removeDirectory(path)
      }
    }
  })
})

describe('in memory', () => {
  storeSuite({ test, expect }, async () => {
    const database = new LevelDatabase()
    let store = new LevelStore(database)
    return {
      store,
      async reopen () {
        await store.close()
        store = new LevelStore(database)
        return store
      },
      dispose: () => store.close()
    }
  })
})

const bob = formatId('Person', new Uint8Array(32).fill(7))
const ann = formatId('Person', new Uint8Array(32).fill(8))

/** Ids that share the eight bytes by which they are indexed. */
function twin (n: number): string {
  return 'ab'.repeat(8) + n.toString(16).padStart(48, '0')
}

function commit (object: string, puts: number[], drop: number[] = []): Commit {
  const put = puts.map(n => ({ id: twin(n), millis: n, frame: Uint8Array.of(n & 255) }))
  return { objects: [{ object, put, drop: drop.map(twin) }] }
}

test('ids that share an index row are kept apart, through drops and restarts', async () => inDirectory(async path => {
  let store = new LevelStore(new LevelDatabase({ path }))
  await store.open()
  await store.commit(commit(bob, [1, 2, 3]))
  await store.commit(commit(ann, [4, 5]))
  await store.commit(commit(bob, [6], [1, 3]))
  await store.close()
  store = new LevelStore(new LevelDatabase({ path }))
  await store.open()
  const present = []
  for (let n = 0; n < 8; n++) if (await store.has(twin(n))) present.push(n)
  expect(present).toEqual([2, 4, 5, 6])
  expect(await store.update(twin(5))).toEqual({ object: ann, id: twin(5), millis: 5, frame: Uint8Array.of(5) })
  await store.commit(commit(bob, [], [2, 6]))
  await store.commit(commit(ann, [], [4, 5]))
  expect(await store.models()).toEqual([])
  await store.close()
}))

test('a part of a few large updates reads no more of them than it has, and what tells where the next begins', async () => {
  const database = new LevelDatabase()
  const store = new LevelStore(database)
  await store.open()
  const put = Array.from({ length: 8 }, (_, n) => ({ id: twin(n), millis: n, frame: new Uint8Array(1000) }))
  await store.commit({ objects: [{ object: bob, put, drop: [] }] })
  let read = 0
  const [get, getMany] = [database.get.bind(database), database.getMany.bind(database)]
  database.get = async key => {
    const value = await get(key)
    read += value?.length ?? 0
    return value
  }
  database.getMany = async keys => {
    const values = await getMany(keys)
    for (const value of values) read += value?.length ?? 0
    return values
  }
  expect(await store.updatesFrom(bob, { place: 2, bytes: 1 })).toEqual({ updates: [put[2]], next: 3 })
  expect(read).toBeLessThan(3000)
  await store.close()
})

test('more updates than a byte can count keep their order and their places', async () => {
  const store = new LevelStore(new LevelDatabase())
  await store.open()
  const all = Array.from({ length: 300 }, (_, n) => n)
  await store.commit({ objects: all.map(n => ({ object: bob, put: [{ id: n.toString(16).padStart(64, '0'), millis: n, frame: Uint8Array.of(1) }], drop: [] })) })
  expect((await store.updates(bob)).map(update => update.millis)).toEqual(all)
  await store.close()
})

test('numbers are not given twice after the last object went', async () => {
  const database = new LevelDatabase()
  const store = new LevelStore(database)
  await store.open()
  await store.commit(commit(bob, [1]))
  const scan = store.reconciled('Person')[Symbol.asyncIterator]()
  await store.commit(commit(bob, [], [1]))
  await store.commit(commit(ann, [2]))
  expect((await scan.next()).value).toEqual({ millis: 2, id: twin(2), object: ann })
  await store.close()
  await store.open()
  await store.commit(commit(bob, [3]))
  expect(await store.update(twin(2))).toMatchObject({ object: ann })
  expect(await store.update(twin(3))).toMatchObject({ object: bob })
  await store.close()
})

test('a created object has four rows, and one more for its private key', async () => {
  const database = new LevelDatabase()
  const store = new LevelStore(database)
  await store.open()
  await store.commit({ objects: [{ object: bob, state: Uint8Array.of(1), put: [{ id: twin(1), millis: 1, frame: Uint8Array.of(1) }], drop: [] }] })
  const rows: string[] = []
  for await (const chunk of database.scan({ gte: new Uint8Array(), lt: Uint8Array.of(0xff) })) {
    rows.push(...chunk.map(({ key }) => String.fromCharCode(key[0]!)))
  }
  expect(rows).toEqual(['i', 'o', 's', 'u', 'v'])
  await store.close()
})
