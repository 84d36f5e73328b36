import { expect, test } from '@jest/globals'
import { MemoryStore } from '../testing/memory-store.js'
import { storeSuite } from '../testing/store-suite.js'
import { formatId } from '../src/ids.js'
import { utf8 } from '../src/bytes.js'
import type { Commit } from '../src/ports/store.js'

storeSuite({ test, expect }, async () => {
  const store = new MemoryStore()
  return {
    store,
    async reopen () {
      await store.close()
      return store
    },
    dispose: () => store.close()
  }
})

const bob = formatId('Person', new Uint8Array(32).fill(7))

/** One commit that touches every kind of row. */
function commit (n: number): Commit {
  return {
    objects: [{ object: bob, state: utf8(`state ${n}`), put: [{ id: n.toString(16).padStart(64, '0'), millis: n, frame: utf8(`frame ${n}`) }], drop: [] }],
    events: [{ seq: n, data: utf8('event') }],
    settings: [{ name: 'last', value: utf8(`${n}`) }]
  }
}

async function content (store: MemoryStore): Promise<unknown> {
  const set = []
  for await (const item of store.reconciled('Person')) set.push(item.millis)
  const updates = await store.updates(bob)
  const events = await store.pendingEvents()
  return { state: await store.state(bob), last: await store.setting('last'), set, updates: updates.map(row => row.millis), events: events.map(event => event.seq) }
}

test('a crash of the process keeps what was committed', async () => {
  const store = new MemoryStore()
  await store.open()
  await store.commit(commit(1), { sync: true })
  await store.commit(commit(2))
  const before = await content(store)
  store.crash()
  await expect(store.state(bob)).rejects.toMatchObject({ code: 'STORE_NOT_OPEN' })
  await store.open()
  expect(await content(store)).toEqual(before)
})

test('a crash of the machine loses what came after the last sync, and nothing before it', async () => {
  const store = new MemoryStore()
  await store.open()
  await store.commit(commit(1))
  await store.commit(commit(2), { sync: true })
  const synced = await content(store)
  await store.commit(commit(3))
  await store.commit({ objects: [{ object: bob, state: null, put: [], drop: ['1'.padStart(64, '0'), '2'.padStart(64, '0')] }], acknowledged: [1, 2] })
  store.crash({ unsynced: 'lost' })
  await store.open()
  expect(await content(store)).toEqual(synced)
  await store.commit(commit(4))
  store.crash({ unsynced: 'lost' })
  await store.open()
  expect(await content(store)).toEqual(synced)
})

test('without any sync a crash of the machine leaves an empty store', async () => {
  const store = new MemoryStore()
  await store.open()
  await store.commit(commit(1))
  store.crash({ unsynced: 'lost' })
  await store.open()
  expect(await store.models()).toEqual([])
  expect(await content(store)).toEqual({ state: undefined, last: undefined, set: [], updates: [], events: [] })
})

test('a scan ends with the process', async () => {
  const store = new MemoryStore()
  await store.open()
  await store.commit(commit(1))
  await store.commit(commit(2))
  const scan = store.reconciled('Person')[Symbol.asyncIterator]()
  await scan.next()
  store.crash()
  await expect(scan.next()).rejects.toMatchObject({ code: 'STORE_NOT_OPEN' })
})
