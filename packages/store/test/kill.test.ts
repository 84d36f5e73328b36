import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { concatBytes, equalBytes } from '@dinemic/core'
import { LevelDatabase, LevelKeyRing, LevelStore } from '../src/index.js'
import { inDirectory } from './directory.js'
import { commitOf } from './fixtures/commit-stream.js'

const FIXTURES = join(import.meta.dirname, 'fixtures')

/** Lets the program commit until so many are acknowledged, kills it, and gives the last that was. */
async function commitAndKill (path: string, count: number): Promise<number> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(FIXTURES, 'commit-stream.ts'), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], TSX_TSCONFIG_PATH: join(FIXTURES, 'tsconfig.json') }
  })
  const exited = once(child, 'exit')
  let last = 0
  let seen = 0
  for await (const line of createInterface(child.stdout)) {
    last = Number(line)
    if (++seen === count) child.kill('SIGKILL')
  }
  expect(await exited).toEqual([null, 'SIGKILL'])
  return last
}

test('a killed process loses nothing that was acknowledged, and leaves no half of a commit', () => inDirectory(async path => {
  // The last round writes more than LevelDB's log holds, so that it dies among tables too.
  for (const count of [1, 50, 600]) {
    const acknowledged = await commitAndKill(path, count)
    const database = new LevelDatabase({ path })
    const store = new LevelStore(database)
    const keys = new LevelKeyRing(database)
    await store.open()
    await keys.open()

    const last = new DataView((await store.setting('last'))!.buffer).getUint32(0)
    expect(last).toBeGreaterThanOrEqual(acknowledged)
    const wrong = []
    for (let n = 1; n <= last; n++) {
      const { commit, ids, updates, seed } = commitOf(n)
      const found = [await keys.get(ids[0]!), ...await Promise.all(commit.objects.map(({ object }) => contentOf(store, object)))]
      const expected = [seed, ...commit.objects.map(({ state, cells, put }) => concatBytes(state!, ...(cells ?? []).map(({ value }) => value!), ...put.map(update => update.frame)))]
      const here = await Promise.all(updates.map(id => store.has(id)))
      if (here.includes(false) || !found.every((bytes, i) => bytes !== undefined && equalBytes(bytes, expected[i]!))) wrong.push(n)
    }
    expect(wrong).toEqual([])
    expect((await store.pendingEvents()).length).toBe(last)
    expect(await countItems(store.objects())).toBe(2 * last)
    expect(await countItems(store.reconciled('Person'))).toBe(2 * last)
    expect(await countItems(store.reconciled('Company'))).toBe(last)

    // Of the commit that was cut off there is at most what came before it: its key.
    const next = commitOf(last + 1)
    expect(await store.state(next.ids[1]!)).toBeUndefined()
    expect(await Promise.all(next.updates.map(id => store.has(id)))).toEqual([false, false, false])
    await keys.close()
    await store.close()
  }
}), 60_000)

/** State, cells and frames of an object as one piece: jest is slow at comparing long arrays. */
async function contentOf (store: LevelStore, object: string): Promise<Uint8Array> {
  const updates = await store.updates(object)
  const { row, cells } = (await store.state(object))!
  return concatBytes(row, ...cells.map(({ value }) => value), ...updates.map(update => update.frame))
}

async function countItems (items: AsyncIterable<unknown>): Promise<number> {
  let count = 0
  for await (const _ of items) count++
  return count
}
