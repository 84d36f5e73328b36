import { afterEach, describe, expect, test } from '@jest/globals'
import { bindNetwork, portableProvider, verifyFork } from '@dinemic/core'
import { Entity, Listener, OnUpdated, define } from '../src/index.js'
import type { Logger } from '../src/index.js'
import { Person } from './support/models.js'
import { Rig, event } from './support/rig.js'

const rig = new Rig()
afterEach(rig.end)

/** Person as a node has it that lets nobody be called Rob. */
class Strict extends Entity {
  declare name: string
  check ({ after, reject }: { after: unknown, reject: (reason: string) => never }): void {
    if (after === 'Rob') reject('nobody is called Rob here')
  }
}
define(Strict, 'Person', { name: {} }, { hooks: [{ hook: 'OnUpdate', method: 'check', field: 'name' }] })

test('peers come and go', async () => {
  const [a, b] = [await rig.start(), await rig.start()]
  const come = [event(a, 'peer:connect'), event(b, 'peer:connect')]
  expect(await b.connect(a.addresses[0]!)).toBe(a.id)
  expect((await Promise.all(come)).map(({ id }) => id)).toEqual([b.id, a.id])
  expect([a.peers.map(({ id }) => id), b.status.peers]).toEqual([[b.id], [a.id]])

  const gone = event(a, 'peer:disconnect')
  await b.disconnect(a.id)
  expect((await gone).id).toBe(b.id)
  expect(a.peers).toEqual([])
})

test('admit turns away what strangers create; it is asked once, and told once for each object', async () => {
  const asked: unknown[] = []
  const told: unknown[] = []
  const a = await rig.start()
  const b = await rig.start({ admit: newcomer => { asked.push(newcomer); return false } })
  await b.connect(a.addresses[0]!)
  b.on('rejected', ({ object }) => told.push(object))
  const refused = event(b, 'rejected')
  const bob = await a.use(Person).create({ name: 'Bob' })
  expect(await refused).toMatchObject({ object: bob.id, code: 'REPLICA_NOT_ADMITTED' })
  await bob.$.refresh()
  bob.name = 'Rob'
  const [id] = await bob.save() as string[]
  const eve = await a.use(Person).create({ name: 'Eve' })
  await event(b, 'rejected', ({ object }) => object === eve.id)
  await b.idle()
  expect(told).toEqual([bob.id, eve.id])
  expect(b.status.refused.admit).toBe(3)
  expect(await b.explain(id!)).toEqual({ is: 'refused', why: 'the admit option of this node refused its object' })
  expect(await b.use(Person).get(bob.id)).toBeUndefined()
  expect(asked).toEqual([bob.id, eve.id].map(object => ({ id: object, model: 'Person', size: expect.any(Number), peer: a.id })))
  expect((await b.use(Person).create({ name: 'Mine' })).name).toBe('Mine')
})

test('sync tells what a peer is asked for, and when it has all come', async () => {
  const [a, b] = [await rig.start(), await rig.start()]
  await a.use(Person).create({ name: 'Bob' })
  await a.use(Person).create({ name: 'Eve' })
  const seen: unknown[] = []
  b.on('sync', progress => seen.push(progress))
  await b.connect(a.addresses[0]!)
  await event(b, 'sync', ({ want }) => want === 0)
  expect(seen).toEqual([{ peer: a.id, model: 'Person', have: 0, want: 2 }, { peer: a.id, model: 'Person', have: 2, want: 0 }])
})

test('rejected tells of an update that a hook here hides; explain says why', async () => {
  const [a, b] = await rig.pair({}, { models: [Strict] })
  const bob = await a.use(Person).create({ name: 'Bob' })
  await b.use(Strict).open(bob.id)
  const rejected = event(b, 'rejected')
  bob.name = 'Rob'
  const [update] = await bob.save()
  expect(await rejected).toMatchObject({ update, object: bob.id, code: 'ORM_VETOED', reason: 'nobody is called Rob here', cause: { details: { hook: 'OnUpdate', method: 'Person.check' } } })
  await b.idle()
  expect((await b.use(Strict).open(bob.id)).name).toBe('Bob')
  expect((await b.explain(update!)).is).toBe('masked')
  expect((await a.explain(update!)).is).toBe('ok')
  expect((await b.explain('00'.repeat(32))).is).toBe('unknown')
  expect(b.status.counts.rejected).toBe(1)
})

test('what a hook hides is listed, and shown again when it is unmasked', async () => {
  const [a, b] = await rig.pair({}, { models: [Strict] })
  const bob = await a.use(Person).create({ name: 'Bob' })
  await b.use(Strict).open(bob.id)
  const rejected = event(b, 'rejected')
  bob.name = 'Rob'
  const [update] = await bob.save()
  await rejected
  await b.idle()
  expect(b.masked()).toEqual([expect.objectContaining({ update, object: bob.id })])
  expect([await b.unmask(update!), await b.unmask(update!)]).toEqual([true, false])
  expect((await b.use(Strict).open(bob.id)).name).toBe('Rob')
  expect(b.masked()).toEqual([])
})

test('conflict tells of values written at the same time', async () => {
  const [a, b] = await rig.pair()
  const friend = await b.use(Person).create({ name: 'Friend' })
  const bob = await a.use(Person).create({ name: 'Bob' }, { writers: [friend] })
  const seen = await b.use(Person).open(bob.id, { as: friend })
  await Promise.all([event(a, 'peer:disconnect'), b.disconnect(a.id)])
  const conflict = event(a, 'conflict') // before they write: the other may dial again by itself
  bob.name = 'Rob'
  seen.name = 'Robert'
  await Promise.all([bob.save(), seen.save()])
  await b.connect(a.addresses[0]!)
  expect(await conflict).toMatchObject({ object: bob.id, field: 'name' })
  await a.idle()
  const values = (await a.use(Person).open(bob.id)).$.conflicts('name').map(({ value }) => value)
  expect([...values].sort()).toEqual(['Rob', 'Robert'])
})

test('fork tells of two devices of one owner that wrote apart', async () => {
  const [a, b] = await rig.pair()
  const bob = await a.use(Person).create({ name: 'Bob' })
  await b.keys.import(await a.keys.export(bob.id, 'password'), 'password')
  await Promise.all([event(a, 'peer:disconnect'), event(b, 'peer:disconnect'), b.disconnect(a.id)])
  const twin = await b.use(Person).open(bob.id)
  const forks = [event(a, 'fork'), event(b, 'fork')]
  bob.name = 'Rob'
  twin.name = 'Robert'
  const [[one], [two]] = [await bob.save(), await twin.save()]
  await b.connect(a.addresses[0]!)
  const fork = { object: bob.id, author: bob.id, root: null, seq: 1, updates: [one, two].sort() }
  expect(await Promise.all(forks)).toEqual([{ ...fork, kept: true }, { ...fork, kept: true }])
  await Promise.all([a.idle(), b.idle()])
  const [hereName, thereName] = [(await a.use(Person).open(bob.id)).name, (await b.use(Person).open(bob.id)).name]
  expect(hereName).toBe(thereName)
  for (const $ of [bob.$, twin.$]) {
    const [proof, ...others] = await $.forks()
    expect([proof, others]).toEqual([{ ...fork, frames: [expect.any(Uint8Array), expect.any(Uint8Array)] }, []])
    expect(verifyFork(bindNetwork(portableProvider, rig.network), proof!.frames)).toEqual(proof)
    expect((await $.history()).flatMap(({ id, fork: twins }) => twins.map(twin => [id, twin])).sort()).toEqual([[one, two], [two, one]].sort())
  }
})

describe('errors that have no caller', () => {
  class Failing extends Listener {
    @OnUpdated() fail (): void { throw new TypeError('a mistake in a hook') }
  }

  test('go to those who listen', async () => {
    const node = await rig.start({ listeners: [[new Failing(), 'Person:[id]:name']] })
    const error = event(node, 'error')
    await node.use(Person).create({ name: 'Bob' })
    expect(await error).toMatchObject({ code: 'ORM_HOOK_FAILED', cause: { message: 'a mistake in a hook' } })
  })

  test('are written down where nobody does, once, and end no process', async () => {
    const written: unknown[] = []
    const logger: Logger = { error: (_message, details) => { written.push(details) }, debug: () => {} }
    const node = await rig.start({ logger, listeners: [[new Failing(), 'Person:[id]:name']] })
    await node.use(Person).create({ name: 'Bob' })
    await node.idle()
    expect(written).toEqual([expect.objectContaining({ code: 'ORM_HOOK_FAILED' })])
    expect(node.status.counts.error).toBe(1)
  })

  test('come from listeners of events too, sync or async', async () => {
    const [a, b] = [await rig.start(), await rig.start()]
    const errors: unknown[] = []
    const both = new Promise<void>(resolve => {
      a.on('error', error => {
        if (errors.push(error) === 2) resolve()
      })
    })
    a.on('peer:connect', async () => { throw new TypeError('a mistake in an async listener') })
    a.on('peer:connect', () => { throw new TypeError('a mistake in a listener') })
    await b.connect(a.addresses[0]!)
    await both
    expect(errors.map(error => (error as Error).message).sort()).toEqual(['a mistake in a listener', 'a mistake in an async listener'])
  })

  test('of listeners of errors are written down', async () => {
    const node = await rig.start({ listeners: [[new Failing(), 'Person:[id]:name']], logger: { error: (_message, details) => { tell(details) }, debug: () => {} } })
    let tell = (_error: unknown): void => {}
    const written = new Promise<unknown>(resolve => { tell = resolve })
    node.on('error', async () => { throw new TypeError('again') })
    await node.use(Person).create({ name: 'Bob' })
    expect(await written).toMatchObject({ message: 'again' })
  })
})

test('a misspelt event is a type error', async () => {
  const node = await rig.start()
  // @ts-expect-error there is no such event
  node.on('peer:conect', () => {})
  // @ts-expect-error a peer has no such property
  node.on('peer:connect', ({ name }) => name)
  expect(node.listenerCount('peer:connect')).toBe(1)
})
