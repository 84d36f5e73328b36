import { describe, expect, test } from '@jest/globals'
import { formatId, isDinemicError } from '@dinemic/core'
import { keyRingSuite } from '@dinemic/core/testing'
import { LevelDatabase, LevelKeyRing, LevelStore } from '../src/index.js'
import { privateKey, RING_KEY } from '../src/key-layout.js'
import { allBytes, inDirectory, makeDirectory, removeDirectory } from './directory.js'

for (const password of [undefined, 'correct horse']) {
  describe(`with the password ${password}`, () => {
    keyRingSuite({ test, expect }, async () => {
      const path = await makeDirectory()
      let keys = new LevelKeyRing(new LevelDatabase({ path }), { password })
      return {
        keys,
        async reopen () {
          await keys.close()
          keys = new LevelKeyRing(new LevelDatabase({ path }), { password })
          return keys
        },
        async dispose () {
          await keys.close()
          await removeDirectory(path)
        }
      }
    })
  })
}

const bob = formatId('Person', new Uint8Array(32).fill(7))
const ann = formatId('Person', new Uint8Array(32).fill(8))
const seed = Buffer.from('this seed is not to be read at all').subarray(0, 32)

/** Opens a key ring on the directory for as long as `use` runs. */
async function withKeys<T> (path: string, password: string | undefined, use: (keys: LevelKeyRing, database: LevelDatabase) => Promise<T>): Promise<T> {
  const database = new LevelDatabase({ path })
  const keys = new LevelKeyRing(database, { password })
  await keys.open()
  try {
    return await use(keys, database)
  } finally {
    await keys.close()
  }
}

test('without a password the seed stands in the files, or the next tests show nothing', () => inDirectory(async path => {
  await withKeys(path, undefined, keys => keys.put(bob, seed))
  expect((await allBytes(path)).includes(seed)).toBe(true)
}))

test('with a password no file ever has a seed', () => inDirectory(async path => {
  await withKeys(path, 'secret', async keys => {
    await keys.put(bob, seed)
    expect((await allBytes(path)).includes(seed)).toBe(false)
  })
  expect(await withKeys(path, 'secret', keys => keys.get(bob))).toEqual(new Uint8Array(seed))
  expect((await allBytes(path)).includes(seed)).toBe(false)
}))

test('a ring in the clear is encrypted by the first password, and its files forget the seeds', () => inDirectory(async path => {
  await withKeys(path, undefined, async keys => {
    await keys.put(bob, seed)
    await keys.put(ann, seed)
  })
  expect(await withKeys(path, 'secret', keys => keys.get(ann))).toEqual(new Uint8Array(seed))
  expect((await allBytes(path)).includes(seed)).toBe(false)
  expect(await withKeys(path, 'secret', keys => keys.get(bob))).toEqual(new Uint8Array(seed))
}))

test('a wrong password and none at all are refused, and leave the directory free', () => inDirectory(async path => {
  await withKeys(path, 'secret', keys => keys.put(bob, seed))
  for (const password of ['Secret', '', undefined]) {
    const error: unknown = await withKeys(path, password, async () => undefined).catch((reason: unknown) => reason)
    expect(isDinemicError(error, 'STORE_WRONG_PASSWORD')).toBe(true)
    expect((error as Error).message).toContain(path)
    expect((error as Error).message).toContain(password === undefined ? 'No password was given' : 'is not the one')
  }
  expect(await withKeys(path, 'secret', keys => keys.has(bob))).toBe(true)
}))

test('an empty ring remembers its password too', () => inDirectory(async path => {
  await withKeys(path, 'secret', async () => undefined)
  await expect(withKeys(path, undefined, async () => undefined)).rejects.toMatchObject({ code: 'STORE_WRONG_PASSWORD' })
}))

test('a password is the same however its accents are typed', () => inDirectory(async path => {
  await withKeys(path, 'Ko\u0308nig', keys => keys.put(bob, seed))
  expect(await withKeys(path, 'K\u00f6nig', keys => keys.has(bob))).toBe(true)
}))

test('a ciphertext that was moved or changed does not open', () => inDirectory(async path => {
  await withKeys(path, 'secret', async (keys, database) => {
    await keys.put(bob, seed)
    const row = (await database.get(privateKey(bob)))!
    await database.write([{ key: privateKey(ann), value: row }])
    await expect(keys.get(ann)).rejects.toMatchObject({ code: 'STORE_CORRUPT' })
    await database.write([{ key: privateKey(bob), value: row.subarray(0, 20) }])
    await expect(keys.get(bob)).rejects.toMatchObject({ code: 'STORE_CORRUPT' })
  })
}))

test('a damaged header is told apart from a wrong password', () => inDirectory(async path => {
  await withKeys(path, 'secret', async (_keys, database) => {
    const header = (await database.get(RING_KEY))!
    header[1] = 40
    await database.write([{ key: RING_KEY, value: header }])
  })
  await expect(withKeys(path, 'secret', async () => undefined)).rejects.toMatchObject({ code: 'STORE_CORRUPT' })
}))

test('store and key ring share a database; the last to close closes it', () => inDirectory(async path => {
  const database = new LevelDatabase({ path })
  const store = new LevelStore(database)
  const keys = new LevelKeyRing(database)
  await Promise.all([store.open(), keys.open()])
  await store.close()
  await keys.put(bob, seed)
  await keys.close()
  await expect(database.get(RING_KEY)).rejects.toMatchObject({ code: 'STORE_NOT_OPEN' })
  expect(await withKeys(path, undefined, again => again.has(bob))).toBe(true)
}))
