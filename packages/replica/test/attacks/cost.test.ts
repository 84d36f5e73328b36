import { afterEach, expect, test } from '@jest/globals'
import { formatId } from '@dinemic/core'
import type { Commit, GrantRef, ObjectId, Operation, Update } from '@dinemic/core'
import { Lan, allHashes, create, newKey, provider, set } from '../harness.js'
import type { Peer } from '../harness.js'
import { Attacker, grantOf, setting } from './attacker.js'

let lan = new Lan()
afterEach(async () => {
  await lan.stop()
  lan = new Lan()
})

/** What the commits of one object write from now on: bytes of state rows and cells, and how many cells. */
function watch (peer: Peer, object: ObjectId): { readonly written: { bytes: number, cells: number }[] } {
  const written: { bytes: number, cells: number }[] = []
  const commit = peer.store.commit.bind(peer.store)
  peer.store.commit = async (given: Commit, options) => {
    for (const part of given.objects) {
      if (part.object !== object) continue
      const cells = part.cells ?? []
      written.push({ bytes: cells.reduce((sum, { value }) => sum + (value?.length ?? 0), part.state?.length ?? 0), cells: cells.length })
    }
    await commit(given, options)
  }
  return { written }
}

interface Scene { readonly owner: Peer, readonly attacker: Attacker, readonly object: ObjectId, readonly root: GrantRef }

/** An object that an attacker may update, at its owner's. */
async function makeScene (): Promise<Scene> {
  const owner = await lan.peer()
  const attacker = await Attacker.start(lan)
  await attacker.connect(owner)
  const object = await create(owner, { name: 'Bob' }, { grants: [{ subject: attacker.id, right: 'update' }] })
  return { owner, attacker, object, root: await grantOf(owner, object, attacker.id) }
}

/** What one honest update writes now. */
async function costOfOne ({ owner, object }: Pick<Scene, 'owner' | 'object'>): Promise<{ bytes: number, cells: number }> {
  const { written } = watch(owner, object)
  await set(owner, object, { name: 'Robert' })
  return written[0]!
}

/** Writers and restarts agree on what has become of the object. */
async function expectSameAfterRestart ({ owner, object }: Pick<Scene, 'owner' | 'object'>): Promise<void> {
  const hash = await allHashes(object, owner)
  await owner.stop()
  expect(await allHashes(object, await lan.peer({ store: owner.store, keys: owner.keys }))).toEqual(hash)
}

async function floodWith ({ attacker, object, root }: Scene, count: number, what: (i: number) => { operations: Operation[], supersedes?: string[] }): Promise<void> {
  let after: Update | undefined
  for (let sent = 0; sent < count; sent += 20) {
    const updates: Update[] = []
    for (let i = sent; i < Math.min(count, sent + 20); i++) {
      const { operations, supersedes = [] } = what(i)
      after = attacker.change({ object, root, after, supersedes }, ...operations)
      updates.push(after)
    }
    await attacker.send(...updates)
  }
}

const idOf = (i: number): string => i.toString(16).padStart(64, '0')

test('pointers to updates that nobody has cost the next update nothing', async () => {
  const scene = await makeScene()
  const { written } = watch(scene.owner, scene.object)
  await floodWith(scene, 100, i => ({ operations: [setting('note', 'x')], supersedes: Array.from({ length: 256 }, (_, k) => idOf(256 * i + k)) }))
  // Each commit writes the pointers of the updates in it, and none of those before.
  expect(written.reduce((sum, { cells }) => sum + cells, 0)).toBeLessThan(100 * 258 + 100)
  const cost = await costOfOne(scene)
  expect(cost.bytes).toBeLessThan(1000)
  expect(cost.cells).toBe(0)
  expect((await scene.owner.replica.state(scene.object))!.awaited.pointers.size).toBe(25_600)
  await expectSameAfterRestart(scene)
})

test('large values, many names and many keys cost the next update nothing', async () => {
  const scene = await makeScene()
  await floodWith(scene, 60, i => ({ operations: [
    setting(`field ${i}`, 'x'.repeat(10_000)), { op: 'put', field: 'dict', key: `${i}`, value: 'x'.repeat(10_000) }, { op: 'put', field: `dict ${i}`, key: 'a', value: 1 },
    ...Array.from({ length: 20 }, (_, k): Operation => ({ op: 'put', field: 'keys', key: `${i} ${k}`, value: k }))
  ] }))
  const cost = await costOfOne(scene)
  expect(cost.bytes).toBeLessThan(1000)
  expect(cost.cells).toBe(1)
  await expectSameAfterRestart(scene)
})

test('hundreds of branches of one chain write one value each', async () => {
  const scene = await makeScene()
  const { attacker, object, root, owner } = scene
  const branches = Array.from({ length: 300 }, (_, i) => attacker.change({ object, root }, setting('note', `${i}`)))
  const { written } = watch(owner, object)
  for (let i = 0; i < 300; i += 20) await attacker.send(...branches.slice(i, i + 20))
  expect((await owner.replica.state(object))!.fields.get('note')!.register).toHaveLength(300)
  expect(written.reduce((sum, { cells }) => sum + cells, 0)).toBeLessThan(320)
  expect((await costOfOne(scene)).bytes).toBeLessThan(2500)
  await expectSameAfterRestart(scene)
})

test('readers, ended and not, cost an update of a value nothing', async () => {
  const owner = await lan.peer()
  const readers = Array.from({ length: 150 }, (_, i) => formatId('Person', provider.publicKey(new Uint8Array(32).fill(i + 1))))
  const object = await create(owner, { name: 'Bob', salary: 1 }, { sealed: ['salary'], grants: readers.flatMap(subject => [{ subject, right: 'read' }, { subject, right: 'update' }]) })
  const base = (await owner.replica.state(object))!
  await owner.replica.write([{ object, caller: object, base, operations: [], encrypted: [], revokes: readers.slice(0, 70).map(subject => ({ subject, rights: ['update'] })) }])
  const scene = { owner, object }
  const cost = await costOfOne(scene)
  expect(cost.bytes).toBeLessThan(1500)
  expect(cost.cells).toBe(0)
  // One more reader is its grant and its wrap.
  const { written } = watch(owner, object)
  await owner.replica.write([{ object, caller: object, base: (await owner.replica.state(object))!, operations: [], encrypted: [], grants: [{ subject: await newKey(owner.keys, 'Person'), right: 'read' }] }])
  expect(written[0]!.cells).toBe(2)
  await expectSameAfterRestart(scene)
})

test('what the hooks of a node refuse costs the next update nothing', async () => {
  const scene = await makeScene()
  scene.owner.hooks.onBefore = ({ fields }) => { if (fields[0]?.field === 'note') throw new Error('no') }
  await floodWith(scene, 100, i => ({ operations: [setting('note', `${i}`)] }))
  expect(scene.owner.replica.masked()).toHaveLength(100)
  const cost = await costOfOne(scene)
  expect(cost.bytes).toBeLessThan(2000)
  expect(cost.cells).toBe(0)
  await expectSameAfterRestart(scene)
  expect((await scene.owner.store.state(scene.object))!.cells).toHaveLength(100)
})
