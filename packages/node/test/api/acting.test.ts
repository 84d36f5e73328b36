import { afterEach, describe, expect, test } from '@jest/globals'
import { Rig } from '../support/rig.js'
import { Card, MODELS, pair, shown, thrownBy } from './models.js'

const rig = new Rig()
afterEach(rig.end)

describe('in whose name an entity reads and writes', () => {
  test('the object itself where its key is here, else the node, else whoever `as` names by entity or id', async () => {
    const [a, b] = await pair(rig)
    const card = await a.use(Card).create({ name: 'Bob' })
    const chief = await b.use(Card).create({ name: 'Chief' })
    expect([card.$.caller, card.$.owned]).toEqual([card.id, true])
    const seen = await b.use(Card).open(card.id)
    expect([seen.$.caller, seen.$.owned]).toEqual([b.status.self, false])
    for (const as of [chief, chief.id]) {
      expect((await b.use(Card).open(card.id, { as })).$.caller).toBe(chief.id)
      expect((await b.use(Card).get(card.id, { as }))?.$.caller).toBe(chief.id)
      expect((await b.use(Card).find({ where: { name: 'Bob' }, as }))[0]?.$.caller).toBe(chief.id)
    }
  })

  test('without its private key here: ORM_NO_KEY, at once', async () => {
    const [a, b] = await pair(rig)
    const card = await a.use(Card).create({ name: 'Bob' })
    const seen = await b.use(Card).open(card.id)
    const cards = b.use(Card)
    for (const verb of [
      () => cards.open(card.id, { as: seen }), () => cards.get(card.id, { as: card.id }), () => cards.find({ as: card.id }), () => cards.first({ as: seen }), () => cards.count({ as: seen })
    ]) expect(await thrownBy(verb)).toMatchObject({ code: 'ORM_NO_KEY', message: expect.stringContaining(card.id) })
    expect(await thrownBy(() => cards.open(card.id, { as: 'Card:who' }))).toMatchObject({ code: 'CORE_BAD_ID' })
    const rows = cards.live({ as: card.id })[Symbol.asyncIterator]()
    expect(await thrownBy(() => rows.next())).toMatchObject({ code: 'ORM_NO_KEY' })
  })
})

describe('a save without the right', () => {
  test('is ORM_NOT_AUTHORIZED that names the field, and writes nothing of it', async () => {
    const [a, b] = await pair(rig)
    const card = await a.use(Card).create({ name: 'Bob', age: 1 })
    const seen = await b.use(Card).open(card.id)
    seen.note = 'mine to write'
    seen.age = 2
    const error = await thrownBy(() => seen.save())
    expect(error).toMatchObject({ code: 'ORM_NOT_AUTHORIZED', details: { object: card.id, caller: b.status.self, field: 'age' } })
    expect(error.message).toMatch(/may not change Card.age of Card:.*\$\.authorize/)
    expect([seen.$.dirty, (await b.use(Card).open(card.id)).note]).toEqual([['age', 'note'], undefined])
    delete seen.age
    await seen.$.refresh()
    seen.age = 1
    expect([seen.$.dirty, await seen.save()]).toEqual([['note'], [expect.any(String)]])
    await shown(a, card.id, ({ note }) => note === 'mine to write')
  })

  test('of several fields is one update for each grant needed', async () => {
    const [a, b] = await pair(rig)
    const chief = await b.use(Card).create({ name: 'Chief' })
    const card = await a.use(Card).create({ name: 'Bob' }, { writers: [{ id: chief.id, fields: ['name'] }, { id: chief.id, fields: ['age', 'visits'] }] })
    const mine = await b.use(Card).open(card.id, { as: chief })
    Object.assign(mine, { name: 'Rob', age: 2, note: 'open' })
    mine.visits.add(2)
    expect(await mine.save()).toHaveLength(3)
    const seen = await shown(a, card.id, ({ name, age, note }) => name === 'Rob' && age === 2 && note === 'open')
    expect(seen.visits.value).toBe(2)
    mine.age = 3
    mine.visits.add()
    expect(await mine.save()).toHaveLength(1)
    mine.color = 'blue'
    mine.name = 'Never'
    expect(await thrownBy(() => mine.save())).toMatchObject({ code: 'ORM_NOT_AUTHORIZED', details: { field: 'color' } })
    expect((await b.use(Card).open(card.id)).name).toBe('Rob')
  })
})

test('who may update but not read writes what he can\'t read; the owner reads it', async () => {
  const [a, b] = await pair(rig)
  const clerk = await b.use(Card).create({ name: 'Clerk' })
  const card = await a.use(Card).create({ name: 'Bob', salary: 1, diagnoses: ['old'], codes: { a: 'old' } }, { writers: [clerk] })
  const mine = await b.use(Card).open(card.id, { as: clerk })
  expect(mine.$.sealed).toEqual(['salary', 'diagnoses', 'codes'])
  expect([Object.keys(mine).includes('salary'), JSON.stringify(mine).includes('salary')]).toEqual([false, false])
  mine.salary = 1300
  mine.secret = { deep: 'blind' }
  mine.codes = { b: 'new' } as unknown as Card['codes']
  mine.diagnoses = ['new'] as unknown as Card['diagnoses']
  expect([mine.salary, mine.$.dirty]).toEqual([1300, ['salary', 'secret', 'diagnoses', 'codes']])
  await mine.save()
  expect([mine.$.dirty, mine.$.sealed]).toEqual([[], ['salary', 'secret', 'diagnoses', 'codes']])
  expect(() => mine.salary).toThrow(expect.objectContaining({ code: 'ORM_FIELD_SEALED' }))
  const seen = await shown(a, card.id, ({ salary }) => salary === 1300)
  expect([seen.secret, seen.diagnoses.toArray(), seen.codes.toJSON()]).toEqual([{ deep: 'blind' }, ['new'], { b: 'new' }])
  delete mine.salary
  await mine.save()
  expect((await shown(a, card.id, ({ salary }) => salary === undefined)).$.sealed).toEqual([])
})

test('open() doesn\'t wait for a grant, and an entity of one key doesn\'t get what another key reads', async () => {
  const node = await rig.start(MODELS)
  const cards = node.use(Card)
  const outsider = await cards.create({ name: 'Outsider' })
  const card = await cards.create({ name: 'Bob', salary: 5 })
  const mine = await cards.open(card.id, { as: outsider })
  expect([mine.$.can('read'), mine.$.owned, mine.$.sealed]).toEqual([false, true, ['salary']])
  expect(await cards.count({ where: { salary: 5 } })).toBe(1)
  expect(await cards.count({ where: { salary: 5 }, as: outsider })).toBe(0)
  expect(await cards.count({ where: { not: { salary: 5 }, name: 'Bob' }, as: outsider })).toBe(0)
})
