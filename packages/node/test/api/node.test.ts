import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import { Node } from '../../src/index.js'
import type { NodeOptions } from '../../src/index.js'
import { Rig, event } from '../support/rig.js'
import { refusal } from './deaf.js'
import { Card, MODELS, Team, meet, pair, part, shown, thrownBy } from './models.js'

const rig = new Rig()
afterEach(rig.end)

test('several nodes in one process have each its own; the class alone means the only one', async () => {
  expect(await thrownBy(() => Card.find())).toMatchObject({ code: 'ORM_NO_NODE', message: expect.stringContaining('Node.start') })
  const one = await rig.start(MODELS)
  const card = await Card.create({ name: 'Bob' })
  expect([(await Card.open(card.id)).name, (await Card.get(card.id))?.name, await Card.count(), (await Card.first())?.id, await Card.ids({ owned: true })]).toEqual(['Bob', 'Bob', 1, card.id, [card.id]])
  const two = await rig.start(MODELS)
  for (const verb of [() => Card.find(), () => Card.create({ name: 'x' }), () => Card.open(card.id), () => Card.ids(), () => Card.live()]) {
    expect(await thrownBy(verb)).toMatchObject({ code: 'ORM_WHICH_NODE', message: expect.stringContaining('node.use') })
  }
  expect([await one.use(Card).count(), await two.use(Card).count()]).toEqual([1, 0])
  card.name = 'Rob'
  await card.save()
  await two.stop()
  expect((await Card.open(card.id)).name).toBe('Rob')
})

test('ids and objects, owned or all', async () => {
  const [a, b] = await pair(rig)
  const card = await a.use(Card).create({ name: 'Bob' })
  const mine = await b.use(Card).create({ name: 'Mine' })
  const team = await b.use(Team).create({ title: 'A' })
  await b.use(Card).open(card.id)
  const set = (ids: readonly string[]): Set<string> => new Set(ids)
  expect(set(await b.use(Card).ids())).toEqual(set([card.id, mine.id]))
  expect(await b.use(Card).ids({ owned: true })).toEqual([mine.id])
  expect(set(await b.objects())).toEqual(set([card.id, mine.id, team.id]))
  expect(set(await b.objects({ owned: true }))).toEqual(set([mine.id, team.id]))
  expect(await b.objects({ model: 'Team' })).toEqual([team.id])
  expect(await thrownBy(() => b.objects({ model: 'Taem' }))).toMatchObject({ code: 'ORM_NOT_A_MODEL', message: expect.stringContaining('Team') })
})

test('an object\'s key carried to another device makes that an owner too', async () => {
  const [a, b] = await pair(rig)
  const card = await a.use(Card).create({ name: 'Bob', salary: 1 })
  const file = await a.keys.export(card.id, 'secret')
  expect(await thrownBy(() => b.keys.export(card.id, 'secret'))).toMatchObject({ code: 'ORM_NO_KEY' })
  expect(await thrownBy(() => b.keys.import(file, 'wrong'))).toMatchObject({ code: 'NODE_WRONG_PASSWORD' })
  expect(await b.keys.import(file, 'secret')).toBe(card.id)
  const twin = await b.use(Card).open(card.id)
  expect([twin.$.owned, twin.$.caller, twin.salary]).toEqual([true, card.id, 1])
  twin.salary = 2
  twin.$.revoke('anyone')
  await twin.save()
  const seen = await shown(a, card.id, ({ salary }) => salary === 2)
  expect(seen.$.writers()).toEqual([])
  await b.use(Card).create({ name: 'Lead' }, { authorized: [twin] })
})

test('a password keeps the keys at rest from who has the disk', async () => {
  const path = await rig.directory()
  const node = await rig.start({ ...MODELS, path, password: 'secret' })
  const card = await node.use(Card).create({ name: 'Bob', salary: 3 })
  const seed = Buffer.from((await node.orm.engine.keys.get(card.id))!)
  await node.stop()
  const files = await Promise.all((await readdir(path)).map(async file => await readFile(join(path, file)).catch(() => Buffer.alloc(0))))
  expect(files.some(file => file.includes(Buffer.from('Bob')))).toBe(true)
  expect(files.some(file => file.includes(seed))).toBe(false)
  for (const password of ['Secret', undefined]) {
    expect(await thrownBy(() => rig.start({ ...MODELS, path, password }))).toMatchObject({ code: 'STORE_WRONG_PASSWORD' })
  }
  const again = await rig.start({ ...MODELS, path, password: 'secret' })
  expect([(await again.use(Card).open(card.id)).salary, again.id, again.status.self]).toEqual([3, node.id, node.status.self])
})

test('options: all that is wrong at once, none of it in the clear that is secret', async () => {
  const error = await thrownBy(() => Node.start({
    network: '', networkKey: 'c0ffee', models: 'Card', path: 7, password: '', listen: ['here'], discovery: 'dns', listeners: [1], durability: 'never', admit: 1, pasword: 'x'
  } as unknown as NodeOptions))
  expect(error).toMatchObject({ code: 'NODE_BAD_OPTIONS' })
  for (const name of ['network', 'networkKey', 'models', 'path', 'password', 'listen', 'discovery', 'listeners', 'durability', 'admit', 'pasword']) expect(error.message).toContain(`- ${name}: `)
  expect(error.message).not.toContain('c0ffee')
  expect(error.message).toContain("'password'")
  expect(await thrownBy(() => Node.start(undefined as unknown as NodeOptions))).toMatchObject({ code: 'NODE_BAD_OPTIONS' })
})

test('addresses, peers, status and events as peers come and go', async () => {
  const [a, b] = [await rig.start(MODELS), await rig.start(MODELS)]
  expect([a.peers, a.status]).toMatchObject([[], { running: true, models: ['Card', 'Team'], peers: [], missing: [], underWay: [] }])
  expect(a.addresses).toEqual([expect.stringMatching(new RegExp(`^/ip4/127\\.0\\.0\\.1/tcp/\\d+/p2p/${a.id}$`))])
  const coming = [event(a, 'peer:connect'), event(b, 'peer:connect')]
  expect(await b.connect(a.addresses[0]!)).toBe(a.id)
  expect((await Promise.all(coming)).map(({ id }) => id)).toEqual([b.id, a.id])
  expect([a.peers.map(({ id }) => id), b.status.peers]).toEqual([[b.id], [a.id]])
  const going = [event(a, 'peer:disconnect'), event(b, 'peer:disconnect')]
  await b.disconnect(a.id)
  expect((await Promise.all(going)).map(({ id }) => id)).toEqual([b.id, a.id])
  expect([a.peers, b.peers]).toEqual([[], []])
  await a.use(Card).create({ name: 'Bob' })
  const done = event(b, 'sync', ({ model, have, want }) => model === 'Card' && have > 0 && want === 0)
  await meet(a, b)
  expect(await done).toMatchObject({ peer: a.id, model: 'Card' })
})

test('what a hook of this node refused is told by an event and by explain()', async () => {
  const { a, b, id, update, told } = await refusal(rig)
  expect(told).toMatchObject({ update, object: id, code: 'ORM_VETOED', reason: expect.stringContaining('not today'), hook: expect.stringContaining('Deaf') })
  expect([(await b.use(Card).open(id)).age, b.status.counts.rejected]).toEqual([1, 1])
  expect(await b.explain(update)).toMatchObject({ is: 'masked', why: expect.any(String) })
  expect(await a.explain(update)).toMatchObject({ is: 'ok' })
  expect((await (await b.use(Card).open(id)).$.history()).at(-1)).toMatchObject({ id: update, masked: true, verdict: 'ok' })
  for (const other of ['0'.repeat(64), 'nonsense', '']) expect(await a.explain(other)).toMatchObject({ is: 'unknown' })
})

test('idle() ends when all is told, and with a time-out or a signal', async () => {
  const [a, b] = await pair(rig)
  await part(a, b)
  const made = await Promise.all(Array.from({ length: 10 }, async (_, i) => await a.use(Card).create({ name: `n${i}` })))
  await b.connect(a.addresses[0]!)
  await b.idle({ timeout: 4_000 })
  expect(await b.use(Card).count()).toBe(made.length)
  expect(await thrownBy(() => b.idle({ signal: AbortSignal.abort(new RangeError('now')) }))).toBeInstanceOf(RangeError)
})
