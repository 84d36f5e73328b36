import { afterEach, expect, test } from '@jest/globals'
import { Rig } from '../support/rig.js'
import { Card, MODELS, meet, pair, part, shown, thrownBy } from './models.js'

const rig = new Rig()
afterEach(rig.end)

test('who is authorised needs neither the granting node nor a record of the object', async () => {
  const [a, b, c] = [await rig.start(MODELS), await rig.start(MODELS), await rig.start(MODELS)]
  const chief = await b.use(Card).create({ name: 'Chief' })
  const card = await a.use(Card).create({ name: 'Bob', salary: 7 }, { authorized: [chief.id] })
  await meet(a, c)
  await c.use(Card).open(card.id)
  await a.stop()
  await meet(c, b)
  expect((await b.use(Card).open(card.id, { as: chief })).salary).toBe(7)
})

test('a node can be authorised: it reads and writes without `as`', async () => {
  const [a, b] = await pair(rig)
  const card = await a.use(Card).create({ name: 'Bob', salary: 7 }, { authorized: [b.status.self] })
  const seen = await b.use(Card).open(card.id)
  seen.salary = 8
  await seen.save()
  expect((await shown(a, card.id, ({ salary }) => salary === 8)).salary).toBe(8)
  expect(await b.use(Card).count({ where: { salary: 8 } })).toBe(1)
})

test('more readers than one update holds can be given at creation', async () => {
  const cards = (await rig.start(MODELS)).use(Card)
  const readers = await Promise.all(Array.from({ length: 300 }, async (_, i) => await cards.create({ name: `n${i}` })))
  const card = await cards.create({ name: 'Bob', salary: 1 }, { readers })
  expect(new Set(card.$.readers())).toEqual(new Set(readers.map(({ id }) => id)))
  expect((await cards.open(card.id, { as: readers[299]! })).salary).toBe(1)
})

test('what a caller removed is back when his right to remove is revoked', async () => {
  const [a, b] = await pair(rig)
  const chief = await b.use(Card).create({ name: 'Chief' })
  const card = await a.use(Card).create({ name: 'Bob' }, { authorized: [chief.id] })
  const mine = await b.use(Card).open(card.id, { as: chief })
  const live = a.use(Card).live({ where: { name: 'Bob' } })
  const rows = live[Symbol.asyncIterator]()
  expect((await rows.next()).value).toHaveLength(1)
  await mine.remove()
  expect((await rows.next()).value).toHaveLength(0)
  expect(await a.use(Card).get(card.id)).toBeUndefined()
  for (const ids of [await a.use(Card).ids(), await a.objects({ owned: true })]) expect(ids).not.toContain(card.id)
  const hidden = await a.use(Card).open(card.id, { removed: true })
  expect(await thrownBy(() => b.use(Card).open(card.id, { removed: true, timeout: 10 }))).toMatchObject({ code: 'ORM_NOT_FOUND' })
  hidden.$.revoke(chief, { remove: true })
  await hidden.save()
  expect((await rows.next()).value).toHaveLength(1)
  expect((await shown(b, card.id, ({ name }) => name === 'Bob')).$.can('remove', chief)).toBe(false)
  live.stop()
})

test('two devices of one owner revoke at once: neither of the two revoked reads on, who remains does', async () => {
  const [a, b] = await pair(rig)
  const [one, two, three] = await Promise.all(['One', 'Two', 'Three'].map(async name => await b.use(Card).create({ name })))
  const card = await a.use(Card).create({ name: 'Bob', salary: 1 }, { readers: [one!.id, two!.id], authorized: [three!.id] })
  await b.keys.import(await a.keys.export(card.id, 'secret'), 'secret')
  const twin = await b.use(Card).open(card.id)
  await part(a, b)
  card.$.revoke(one!)
  card.salary = 2
  twin.$.revoke(two!)
  twin.salary = 3
  await Promise.all([card.save(), twin.save()])
  await meet(a, b)
  await Promise.all([a, b].map(async node => await shown(node, card.id, ({ $ }) => !$.can('read', one) && !$.can('read', two) && $.conflicts('salary').length === 2)))
  await Promise.all([a.idle(), b.idle()])
  const third = await b.use(Card).open(card.id, { as: three! })
  expect([2, 3]).toContain(third.salary)
  third.salary = 9
  await third.save()
  await shown(a, card.id, ({ salary }) => salary === 9)
  for (const who of [one!, two!]) expect((await b.use(Card).open(card.id, { as: who })).$.sealed).toEqual(['salary'])
})

test('many entities of one object save at once, and nothing is lost', async () => {
  const cards = (await rig.start(MODELS)).use(Card)
  const card = await cards.create({ name: 'Bob' })
  const entities = await Promise.all(Array.from({ length: 20 }, async () => await cards.open(card.id)))
  await Promise.all(entities.map(async (entity, i) => {
    entity.tags.push(i)
    entity.phones.set(`key ${i}`, i)
    entity.visits.add()
    await entity.save()
  }))
  const after = await cards.open(card.id)
  expect([after.tags.length, after.phones.size, after.visits.value]).toEqual([20, 20, 20])
})
