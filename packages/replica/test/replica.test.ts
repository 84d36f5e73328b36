import { afterEach, describe, expect, test } from '@jest/globals'
import { isDinemicError } from '@dinemic/core'
import { Lan, allHashes, create, newKey, read, set } from './harness.js'

let lan = new Lan()
afterEach(async () => {
  await lan.stop()
  lan = new Lan()
})

const ALL = (subject: string) => (['read', 'update', 'remove'] as const).map(right => ({ subject, right }))

describe('two peers', () => {
  test('an object spreads; its sealed field opens only where a key is', async () => {
    const a = await lan.peer()
    const b = await lan.peer()
    await b.connect(a)
    const bob = await create(a, { name: 'Bob', salary: 1234 }, { sealed: ['salary'] })
    await b.replica.wait(bob)
    expect(await read(b, bob, 'name')).toBe('Bob')
    expect(await read(a, bob, 'salary')).toBe(1234)
    await expect(read(b, bob, 'salary')).rejects.toMatchObject({ code: 'ORM_FIELD_SEALED' })
  })

  test('what one wrote before they met arrives when they meet', async () => {
    const a = await lan.peer()
    const bob = await create(a, { name: 'Bob' })
    await set(a, bob, { name: 'Robert' })
    const b = await lan.peer()
    await b.connect(a)
    await lan.quiet()
    expect(await read(b, bob, 'name')).toBe('Robert')
    expect(new Set(await allHashes(bob, a, b)).size).toBe(1)
  })

  test('a caller reads and writes under a grant, and no longer after its close', async () => {
    const a = await lan.peer()
    const b = await lan.peer()
    await b.connect(a)
    const chief = await create(b, { name: 'Chief' })
    const worker = await create(a, { name: 'Bob', salary: 1 }, { sealed: ['salary'], grants: ALL(chief) })
    await b.replica.wait(worker)
    expect(await read(b, worker, 'salary', chief)).toBe(1)
    await set(b, worker, { salary: 2 }, { caller: chief })
    await lan.quiet()
    expect(await read(a, worker, 'salary')).toBe(2)
    expect(a.hooks.afters.at(-1)).toMatchObject({ caller: chief, authorized: true, owned: true, local: false, cause: 'remote' })

    await set(a, worker, { salary: 3 }, { revokes: [{ subject: chief, rights: ['read', 'update', 'remove'] }] })
    await lan.quiet()
    await expect(read(b, worker, 'salary', chief)).rejects.toMatchObject({ code: 'ORM_FIELD_SEALED' })
    await expect(set(b, worker, { salary: 4 }, { caller: chief })).rejects.toMatchObject({ code: 'ORM_NOT_AUTHORIZED' })
    expect(new Set(await allHashes(worker, a, b)).size).toBe(1)
  })

  test('what a revoked caller writes off-line counts nowhere and falls back where it stood', async () => {
    const a = await lan.peer()
    const b = await lan.peer()
    await b.connect(a)
    const chief = await create(b, { name: 'Chief' })
    const worker = await create(a, { name: 'Bob' }, { grants: ALL(chief) })
    await b.replica.wait(worker)
    await set(b, worker, { name: 'First' }, { caller: chief })
    await lan.quiet()
    const [x, y] = [a.address.slice('memory:'.length), b.address.slice('memory:'.length)]
    lan.hub.cut(x, y)
    await set(b, worker, { name: 'Second' }, { caller: chief })
    await set(a, worker, {}, { revokes: [{ subject: chief, rights: ['read', 'update', 'remove'] }] })
    lan.hub.heal(x, y)
    await lan.quiet()
    expect(await read(a, worker, 'name')).toBe('First')
    expect(await read(b, worker, 'name')).toBe('First')
    expect(b.hooks.afters.at(-1)).toMatchObject({ cause: 'revoked', caller: worker, authorized: true })
    expect(new Set(await allHashes(worker, a, b)).size).toBe(1)
  })
})

describe('hooks', () => {
  test('a before-hook refuses a local save: nothing is written', async () => {
    const a = await lan.peer()
    const bob = await create(a, { name: 'Bob' })
    a.hooks.onBefore = () => { throw new TypeError('no') }
    const error = await set(a, bob, { name: 'X' }).catch((thrown: unknown) => thrown)
    expect(isDinemicError(error, 'ORM_VETOED')).toBe(true)
    a.hooks.onBefore = () => {}
    expect(await read(a, bob, 'name')).toBe('Bob')
    await set(a, bob, { name: 'Y' })
    expect(await read(a, bob, 'name')).toBe('Y')
  })

  test('a before-hook masks a remote update here and only here', async () => {
    const [a, b, c] = [await lan.peer(), await lan.peer(), await lan.peer()]
    await b.connect(a)
    await c.connect(b)
    const bob = await create(a, { name: 'Bob' })
    await lan.quiet()
    b.hooks.onBefore = () => { throw new TypeError('not here') }
    const [id] = await set(a, bob, { name: 'X' })
    await lan.quiet()
    expect(await read(b, bob, 'name')).toBe('Bob')
    expect(await read(c, bob, 'name')).toBe('X')
    expect((await b.replica.explain(id!)).is).toBe('masked')
    b.hooks.onBefore = () => {}
    await set(a, bob, { name: 'Z' })
    await lan.quiet()
    expect(await Promise.all([a, b, c].map(async peer => await read(peer, bob, 'name')))).toEqual(['Z', 'Z', 'Z'])
  })

  test('a proposal is refused unless a hook accepts it', async () => {
    const [a, b] = [await lan.peer(), await lan.peer()]
    await b.connect(a)
    const bob = await create(a, { name: 'Bob' })
    const stranger = await newKey(b.keys, 'Person')
    const base = await b.replica.wait(bob)
    const request = { object: bob, caller: stranger, base, operations: [{ op: 'set', field: 'nick', value: 'B' }] as const, encrypted: [] }
    expect(await b.replica.propose(request)).toMatchObject([{ answer: 'refused' }])
    a.hooks.onBefore = async change => { await change.accept?.() }
    expect(await b.replica.propose({ ...request, operations: [{ op: 'set', field: 'nick', value: 'Bobby' }] })).toMatchObject([{ answer: 'accepted' }])
    await lan.quiet()
    expect(await read(b, bob, 'nick')).toBe('Bobby')
    expect(b.hooks.afters.at(-1)).toMatchObject({ authorized: true, caller: bob, via: { author: stranger } })
  })
})

describe('removal', () => {
  test('the owner\'s is final, leaves one tombstone, and nothing comes back', async () => {
    const [a, b] = [await lan.peer(), await lan.peer()]
    await b.connect(a)
    const bob = await create(a, { name: 'Bob' })
    await set(a, bob, { name: 'Robert' })
    await b.replica.wait(bob)
    await set(a, bob, {}, { remove: true })
    await lan.quiet()
    expect(await b.replica.state(bob)).toBeUndefined()
    expect(await b.store.updates(bob)).toHaveLength(1)
  })
})
