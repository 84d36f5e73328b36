import { afterEach, expect, test } from '@jest/globals'
import { formatId, listElements } from '@dinemic/core'
import type { Commit, ObjectId, Operation } from '@dinemic/core'
import { Lan, allHashes, create, newKey, provider, read, set } from './harness.js'
import type { Peer } from './harness.js'

let lan = new Lan()
afterEach(async () => {
  await lan.stop()
  lan = new Lan()
})

const insert = (i: number): Operation => ({ op: 'insert', field: 'tags', element: `e${String(i).padStart(5, '0')}`, position: `a.B${'b'.repeat(i % 9)}`, value: i })
const put = (i: number): Operation => ({ op: 'put', field: 'phones', key: `k${i}`, value: `${i}` })

async function edit (peer: Peer, object: ObjectId, ...operations: Operation[]): Promise<void> {
  const base = (await peer.replica.state(object))!
  await peer.replica.write([{ object, caller: object, base, operations, encrypted: [] }])
}

/** An object whose list and dict have so many entries. */
async function large (peer: Peer, count: number): Promise<ObjectId> {
  const object = await create(peer, { name: 'Bob' })
  await edit(peer, object, ...Array.from({ length: count }, (_, i) => [insert(i), put(i)]).flat())
  return object
}

/** What the commits of a peer from now on write. */
function watch (peer: Peer): Commit[] {
  const commits: Commit[] = []
  const commit = peer.store.commit.bind(peer.store)
  peer.store.commit = async (given, options) => {
    commits.push(given)
    await commit(given, options)
  }
  return commits
}

const tags = async (peer: Peer, object: ObjectId): Promise<unknown[]> => listElements((await peer.replica.state(object))!.fields.get('tags')!).map(({ value }) => value)

test('an edit of a list of 2,000 writes the element that it changes, here and at the peer; a restart reads the same', async () => {
  const a = await lan.peer()
  const b = await lan.peer()
  await b.connect(a)
  const object = await large(a, 2000)
  await b.replica.wait(object)
  await lan.quiet()
  const [here, there] = [watch(a), watch(b)]
  await edit(a, object, insert(2000))
  await edit(a, object, { op: 'remove', field: 'tags', element: 'e00007' })
  await edit(a, object, put(3))
  await edit(a, object, { op: 'set', field: 'name', value: 'Robert' })
  await lan.quiet()
  for (const commits of [here, there]) {
    const parts = commits.flatMap(({ objects }) => objects)
    expect(parts.flatMap(({ cells }) => cells!).length).toBe(3)
    for (const { state } of parts) expect(state!.length).toBeLessThan(2000)
  }
  expect(new Set(await allHashes(object, a, b)).size).toBe(1)
  const hash = await allHashes(object, a)
  const shown = await tags(a, object)
  expect(shown).toHaveLength(2000)
  await a.stop()
  const again = await lan.peer({ store: a.store, keys: a.keys })
  expect(await allHashes(object, again)).toEqual(hash)
  expect(await tags(again, object)).toEqual(shown)
})

test('what a hook hides of a large list is hidden after a restart, and shows when it is unmasked', async () => {
  const a = await lan.peer()
  const b = await lan.peer()
  await b.connect(a)
  const object = await large(a, 200)
  await b.replica.wait(object)
  await lan.quiet()
  b.hooks.onBefore = ({ fields }) => { if (fields.some(({ key }) => key === 'e00500')) throw new Error('hidden') }
  await edit(a, object, insert(500))
  await edit(a, object, insert(501))
  await lan.quiet()
  await b.stop()
  const again = await lan.peer({ store: b.store, keys: b.keys })
  const [everything, visible] = [await tags(a, object), await tags(again, object)]
  expect(visible).toEqual(everything.filter(value => value !== 500))
  await again.replica.unmask(again.replica.masked()[0]!.update)
  expect(await tags(again, object)).toEqual(everything)
  expect((await again.store.state(object))!.cells.length).toBe(202 + 200)
})

test('what is removed for good leaves no cells', async () => {
  const a = await lan.peer()
  const object = await large(a, 100)
  expect((await a.store.state(object))!.cells.length).toBe(200)
  await a.replica.write([{ object, caller: object, base: (await a.replica.state(object))!, operations: [], encrypted: [], remove: true }])
  expect((await a.store.state(object))!.cells).toEqual([])
})

test('what falls back after a revocation falls back in the store, too', async () => {
  const a = await lan.peer()
  const chief = await newKey(a.keys, 'Person')
  const seed = new Uint8Array(32).fill(3)
  const object = formatId('Person', provider.publicKey(seed))
  await a.replica.write([{ object, caller: object, create: { seed }, operations: Array.from({ length: 60 }, (_, i) => insert(i)), encrypted: [], grants: [{ subject: chief, right: 'update' }] }])
  const base = (await a.replica.state(object))!
  await a.replica.write([{ object, caller: chief, base, operations: Array.from({ length: 60 }, (_, i) => insert(100 + i)), encrypted: [] }])
  expect((await a.store.state(object))!.cells.length).toBe(120)
  await a.replica.write([{ object, caller: object, base: (await a.replica.state(object))!, operations: [], encrypted: [], revokes: [{ subject: chief, rights: ['update'], keep: [] }] }])
  expect(await tags(a, object)).toHaveLength(60)
  expect((await a.store.state(object))!.cells).toEqual([])
})

test('a list of which more is gone than shows keeps its indexes, in hooks too', async () => {
  const a = await lan.peer()
  const object = await large(a, 150)
  await edit(a, object, ...Array.from({ length: 100 }, (_, i): Operation => ({ op: 'remove', field: 'tags', element: `e${String(i).padStart(5, '0')}` })))
  a.hooks.befores.length = 0
  a.hooks.afters.length = 0
  const order = await tags(a, object)
  await edit(a, object, { op: 'remove', field: 'tags', element: 'e00120' }, { op: 'replace', field: 'tags', element: 'e00130', value: 'new' }, { op: 'move', field: 'tags', element: 'e00140', position: 'Z.B' })
  const after = await tags(a, object)
  await lan.quiet()
  const expected = [
    { type: 'delete', key: 'e00120', index: order.indexOf(120), before: 120, after: undefined },
    { type: 'set', key: 'e00130', index: after.indexOf('new'), before: 130, after: 'new' },
    { type: 'set', key: 'e00140', index: 0, before: 140, after: 140 }
  ]
  const byKey = (fields: readonly { key?: string | undefined }[]): unknown[] => [...fields].sort((x, y) => x.key! < y.key! ? -1 : 1)
  expect(byKey(a.hooks.befores[0]!.fields)).toMatchObject(expected)
  expect(byKey(a.hooks.afters[0]!.fields)).toMatchObject(expected)
})

test('a large object that takes its time to open holds up nobody who came with it', async () => {
  const [owner, reader] = [await lan.peer(), await lan.peer()]
  const object = await create(owner, { name: 'Large' })
  for (let i = 0; i < 10; i++) await set(owner, object, { name: `${i} ${'x'.repeat(20_000)}` })
  await reader.connect(owner)
  await lan.quiet()
  await reader.stop()
  const again = await lan.peer({ store: reader.store, keys: reader.keys })
  again.hooks.wantsBefore = () => false
  await set(owner, object, { name: 'last' })
  const small = [await create(owner, { name: 'one' }), await create(owner, { name: 'other' })]
  let open = (): void => {}
  const opened = new Promise<void>(resolve => { open = resolve })
  const updates = again.store.updates.bind(again.store)
  again.store.updates = async id => {
    if (id === object) await opened
    return await updates(id)
  }
  const committed = new Set<ObjectId>()
  const came = new Promise<void>(resolve => {
    again.replica.onCommit(({ object: one }) => { if (committed.add(one).size === small.length) resolve() })
  })
  await again.connect(owner)
  await came
  expect([...committed].sort()).toEqual(small.sort())
  expect(await read(again, object, 'name')).not.toBe('last')
  open()
  await lan.quiet()
  expect(await read(again, object, 'name')).toBe('last')
})
