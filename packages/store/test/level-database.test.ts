import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { formatId } from '@dinemic/core'
import { LevelDatabase, LevelStore } from '../src/index.js'
import { encodeCompact } from '../src/compact-int.js'
import { VERSION_KEY } from '../src/key-layout.js'
import { LAYOUT } from '../src/migrate.js'
import { inDirectory } from './directory.js'

/** What `open()` rejects with. */
async function openError (path: string): Promise<unknown> {
  const database = new LevelDatabase({ path })
  try {
    await database.open()
  } catch (error) {
    return error
  }
  await database.close()
  return undefined
}

async function useOnce (path: string, use: (database: LevelDatabase) => Promise<void> = async () => {}): Promise<void> {
  const database = new LevelDatabase({ path })
  await database.open()
  await use(database)
  await database.close()
}

test('the same directory twice in one process is STORE_LOCKED, until it is free', () => inDirectory(async path => {
  const first = new LevelDatabase({ path })
  await first.open()
  const error = await openError(path)
  expect(error).toMatchObject({ code: 'STORE_LOCKED', details: { path } })
  expect((error as Error).message).toContain(path)
  expect((error as Error).message).toContain('stop that node first')
  await first.close()
  expect(await openError(path)).toBeUndefined()
}))

test('a directory that another process has open is STORE_LOCKED, until that process is killed', () => inDirectory(async path => {
  const level = createRequire(import.meta.url).resolve('level')
  const holder = spawn(process.execPath, ['-e', HOLD_LOCK, level, path], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(holder, 'exit')
  await once(holder.stdout, 'data')
  expect(await openError(path)).toMatchObject({ code: 'STORE_LOCKED' })
  holder.kill('SIGKILL')
  await ended
  expect(await openError(path)).toBeUndefined()
}))

const HOLD_LOCK = `
  const { Level } = require(process.argv[1])
  const level = new Level(process.argv[2], { keyEncoding: 'utf8', valueEncoding: 'view' })
  level.put('v', Uint8Array.of(${LAYOUT})).then(() => console.log('open'))
  process.stdin.resume()
`

test('a store that cannot open holds nothing, and can be opened later', () => inDirectory(async path => {
  const first = new LevelDatabase({ path })
  await first.open()
  const store = new LevelStore(new LevelDatabase({ path }))
  await expect(store.open()).rejects.toMatchObject({ code: 'STORE_LOCKED' })
  await expect(store.models()).rejects.toMatchObject({ code: 'STORE_NOT_OPEN' })
  await store.close()
  await first.close()
  await store.open()
  expect(await store.models()).toEqual([])
  await store.close()
}))

test('opening makes the directory, and what an interrupted opening left is no obstacle', () => inDirectory(async path => {
  const below = join(path, 'a', 'b')
  await mkdir(below, { recursive: true })
  await writeFile(join(below, 'LOCK'), '')
  await writeFile(join(below, 'MANIFEST-000001'), 'half')
  await writeFile(join(below, '.gitignore'), '*')
  expect(await openError(below)).toBeUndefined()
  expect(await openError(join(path, 'c', 'd'))).toBeUndefined()
}))

test('a file, or a directory below one, is STORE_CORRUPT at once', () => inDirectory(async path => {
  const file = join(path, 'notes.txt')
  await writeFile(file, 'mine')
  for (const wrong of [file, join(file, 'below'), join(file, 'far', 'below')]) {
    expect(await openError(wrong)).toMatchObject({ code: 'STORE_CORRUPT', message: expect.stringContaining('it is a file or lies in one') })
  }
}))

// Where a directory is and nothing can be made in it, Node's own recursive mkdir never ends. Elsewhere than on Linux /proc is just a file.
test('what cannot be made is an error at once, and no endless attempt', () => inDirectory(async path => {
  const proc = join(path, 'proc')
  await (process.platform === 'linux' ? symlink('/proc', proc) : writeFile(proc, ''))
  for (const wrong of [join(proc, 'dinemic'), join(proc, 'dinemic', 'below')]) {
    expect(await openError(wrong)).toMatchObject({ code: expect.stringMatching(/^STORE_(IO|CORRUPT)$/), details: { path: wrong } })
  }
}))

test('what is not a store is STORE_CORRUPT, and is left as it was', () => inDirectory(async path => {
  const file = join(path, 'notes.txt')
  await writeFile(file, 'mine')
  expect(await openError(path)).toMatchObject({ code: 'STORE_CORRUPT', message: expect.stringContaining('notes.txt') })
  expect(await openError(file)).toMatchObject({ code: 'STORE_CORRUPT', message: expect.stringContaining('not a directory') })
  expect(await readdir(path)).toEqual(['notes.txt'])
}))

test('a LevelDB of another program is STORE_CORRUPT', () => inDirectory(async path => {
  await useOnce(path, database => database.write([{ key: VERSION_KEY, value: undefined }, { key: Uint8Array.of(1), value: Uint8Array.of(1) }]))
  expect(await openError(path)).toMatchObject({ code: 'STORE_CORRUPT', message: expect.stringContaining('another program') })
}))

test('a store that lost CURRENT is STORE_CORRUPT, and loses nothing more', () => inDirectory(async path => {
  await useOnce(path)
  await rm(join(path, 'CURRENT'))
  const files = await readdir(path)
  expect(await openError(path)).toMatchObject({ code: 'STORE_CORRUPT', message: expect.stringContaining('CURRENT') })
  expect(await readdir(path)).toEqual(files)
}))

test('a store with a damaged manifest, without one or without a table is STORE_CORRUPT', () => inDirectory(async path => {
  const damages: ((store: string, files: string[]) => Promise<void>)[] = [
    (store, files) => writeFile(join(store, files.find(file => file.startsWith('MANIFEST'))!), Buffer.alloc(200, 1)),
    (store, files) => rm(join(store, files.find(file => file.startsWith('MANIFEST'))!)),
    (store, files) => rm(join(store, files.find(file => file.endsWith('.ldb'))!)),
    store => writeFile(join(store, 'CURRENT'), 'nonsense\n')
  ]
  for (const [i, damage] of damages.entries()) {
    const store = join(path, `${i}`)
    await useOnce(store, database => database.compact({ gte: new Uint8Array(1), lt: Uint8Array.of(0xff) }))
    await damage(store, await readdir(store))
    expect(await openError(store)).toMatchObject({ code: 'STORE_CORRUPT' })
  }
}))

test('a damaged row is STORE_CORRUPT for whoever reads it', async () => {
  const database = new LevelDatabase()
  const store = new LevelStore(database)
  await store.open()
  const bob = formatId('Person', new Uint8Array(32).fill(7))
  const id = 'ab'.repeat(32)
  await store.commit({ objects: [{ object: bob, put: [{ id, millis: 1, frame: Uint8Array.of(1) }], drop: [] }] })
  for await (const rows of database.scan({ gte: Uint8Array.of(0x69), lt: Uint8Array.of(0x76) })) {
    await database.write(rows.map(({ key }) => ({ key, value: Uint8Array.of(0xc0) })))
  }
  await expect(store.state(bob)).rejects.toMatchObject({ code: 'STORE_CORRUPT' })
  await expect(store.update(id)).rejects.toMatchObject({ code: 'STORE_CORRUPT' })
  await store.close()
})

test('a later layout is STORE_TOO_NEW, and nothing is changed', () => inDirectory(async path => {
  await useOnce(path, database => database.write([{ key: VERSION_KEY, value: encodeCompact(LAYOUT + 1) }]))
  const error = await openError(path)
  expect(error).toMatchObject({ code: 'STORE_TOO_NEW', details: { path, found: LAYOUT + 1, known: LAYOUT } })
  expect(await openError(path)).toMatchObject({ code: 'STORE_TOO_NEW' })
}))

test('what the disk refuses is STORE_IO, with its reason', () => inDirectory(async path => {
  const store = join(path, 'name too long'.repeat(100))
  expect(await openError(store)).toMatchObject({ code: 'STORE_IO', message: expect.stringContaining('ENAMETOOLONG') })
}))

test('a scan that outlives the database is STORE_NOT_OPEN', async () => {
  const database = new LevelDatabase()
  await database.open()
  await database.write(Array.from({ length: 600 }, (_, i) => ({ key: Uint8Array.of(1, i >> 8, i & 255), value: Uint8Array.of(1) })))
  const scan = database.scan({ gte: Uint8Array.of(1), lt: Uint8Array.of(2) })
  expect((await scan.next()).value).toHaveLength(256)
  await database.close()
  await expect(scan.next()).rejects.toMatchObject({ code: 'STORE_NOT_OPEN' })
})
