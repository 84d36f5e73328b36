import { afterEach, expect, test } from '@jest/globals'
import type { Operation } from '@dinemic/core'
import { Lan, create, set } from './harness.js'
import type { Peer } from './harness.js'

let lan = new Lan()
afterEach(async () => {
  await lan.stop()
  lan = new Lan()
})

async function listing (peer: Peer, object: string, operations: readonly Operation[]): Promise<void> {
  await peer.replica.write([{ object, caller: object, base: (await peer.replica.state(object))!, operations, encrypted: [] }])
}

/** Element and index of each change of a list, as the last update's hooks saw it. */
function indexes (changes: Peer['hooks']['befores']): unknown[] {
  return changes.at(-1)!.fields.map(({ type, key, index, before, after }) => [type, key, index, before, after])
}

test('before-hooks see the indexes that after-hooks see', async () => {
  const a = await lan.peer()
  const bob = await create(a, { name: 'Bob' })
  await listing(a, bob, [
    { op: 'insert', field: 'tags', element: 'x', position: 'a.B', value: 'first' },
    { op: 'insert', field: 'tags', element: 'y', position: 'b.B', value: 'second' }
  ])
  await lan.quiet()
  expect(indexes(a.hooks.befores)).toEqual([['set', 'x', 0, undefined, 'first'], ['set', 'y', 1, undefined, 'second']])
  expect(indexes(a.hooks.afters)).toEqual(indexes(a.hooks.befores))

  await listing(a, bob, [{ op: 'remove', field: 'tags', element: 'x' }, { op: 'insert', field: 'tags', element: 'z', position: 'c.B', value: 'third' }])
  await lan.quiet()
  expect(indexes(a.hooks.befores)).toEqual([['delete', 'x', 0, 'first', undefined], ['set', 'z', 1, undefined, 'third']])
  expect(indexes(a.hooks.afters)).toEqual(indexes(a.hooks.befores))

  await listing(a, bob, [{ op: 'move', field: 'tags', element: 'y', position: 'd.B' }])
  await lan.quiet()
  expect(indexes(a.hooks.befores)).toEqual([['set', 'y', 1, 'second', 'second']])
})

test('a remote update is hidden whatever the hook throws, nothing included', async () => {
  const [a, b] = [await lan.peer(), await lan.peer()]
  await b.connect(a)
  const bob = await create(a, { name: 'Bob' })
  await b.replica.wait(bob)
  // oxlint-disable-next-line promise/prefer-await-to-then -- what a careless hook does
  b.hooks.onBefore = () => Promise.reject()
  const [update] = await set(a, bob, { name: 'Mallory' })
  await lan.quiet()
  expect((await b.replica.explain(update!)).is).toBe('masked')
})

test('a value that falls back reaches the owner as owned', async () => {
  const [a, b] = [await lan.peer(), await lan.peer()]
  await b.connect(a)
  const chief = await create(b, { name: 'Chief' })
  const worker = await create(a, { name: 'Bob' }, { grants: [{ subject: chief, right: 'update' }] })
  await b.replica.wait(worker)
  await set(b, worker, { name: 'Rob' }, { caller: chief })
  await lan.quiet()
  await a.replica.write([{ object: worker, caller: worker, base: (await a.replica.state(worker))!, operations: [], encrypted: [], revokes: [{ subject: chief, rights: ['update'], keep: [] }] }])
  await lan.quiet()
  const fellBack = { cause: 'revoked', authorized: true, caller: worker, fields: [expect.objectContaining({ before: 'Rob', after: 'Bob' })] }
  expect(a.hooks.afters.at(-1)).toMatchObject({ ...fellBack, owned: true, local: true })
  expect(b.hooks.afters.at(-1)).toMatchObject({ ...fellBack, owned: false, local: false })
})

