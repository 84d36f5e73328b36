import { afterEach, describe, expect, test } from '@jest/globals'
import { Entity, Field, Model } from '../../src/index.js'
import type { CreateOptions, Node } from '../../src/index.js'
import { Rig } from '../support/rig.js'
import { Card, MODELS, meet, pair, part, shown, thrownBy } from './models.js'

const rig = new Rig()
afterEach(rig.end)

/** What B's chief may do to a card of A, and what it has tried. */
async function chiefOf (options: (chief: Card) => CreateOptions): Promise<{ a: Node, b: Node, chief: Card, card: Card, mine: Card }> {
  const [a, b] = await pair(rig)
  const chief = await b.use(Card).create({ name: 'Chief' })
  const card = await a.use(Card).create({ name: 'Bob', salary: 1, age: 1 }, options(chief))
  return { a, b, chief, card, mine: await b.use(Card).open(card.id, { as: chief }) }
}

/** Its note, which is open to anyone, aside. */
const rightsOf = ({ $ }: Card): boolean[] => [$.can('read'), $.writers().includes($.caller), $.can('remove')]

describe('create() grants', () => {
  test.each<[string, (chief: Card) => CreateOptions, boolean[]]>([
    ['authorized: an entity', chief => ({ authorized: [chief] }), [true, true, true]],
    ['authorized: an id', chief => ({ authorized: [chief.id] }), [true, true, true]],
    ['authorized, but for removal', ({ id }) => ({ authorized: [{ id, remove: false }] }), [true, true, false]],
    ['authorized for some fields', ({ id }) => ({ authorized: [{ id, fields: ['name'] }] }), [true, true, false]],
    ['authorized for removal alone', ({ id }) => ({ authorized: [{ id, remove: true }] }), [false, false, true]],
    ['readers', chief => ({ readers: [chief] }), [true, false, false]],
    ['writers', chief => ({ writers: [chief.id] }), [false, true, false]],
    ['writers of some fields', ({ id }) => ({ writers: [{ id, fields: ['name'] }] }), [false, true, false]],
    ['nothing', () => ({}), [false, false, false]]
  ])('%s', async (_name, options, rights) => {
    const { chief, card, mine } = await chiefOf(options)
    expect(rightsOf(mine)).toEqual(rights)
    expect([card.$.can('read', chief), card.$.can('remove', chief.id)]).toEqual([rights[0], rights[2]])
    expect(mine.$.sealed).toEqual(rights[0] === true ? [] : ['salary'])
    if (rights[0] === true) expect(mine.salary).toBe(1)
    else expect(() => mine.salary).toThrow(expect.objectContaining({ code: 'ORM_FIELD_SEALED', message: expect.stringContaining('Card.salary, stored as \'sal\''), details: expect.objectContaining({ field: 'salary', stored: 'sal' }) }))
    mine.name = 'Rob'
    if (rights[1] === true) await mine.save()
    else expect(await thrownBy(() => mine.save())).toMatchObject({ code: 'ORM_NOT_AUTHORIZED', message: expect.stringContaining('change Card.name of'), details: { field: 'name' } })
    mine.$.discard()
    if (rights[2] === true) expect(await mine.remove()).toHaveLength(1)
    else expect(await thrownBy(() => mine.remove())).toMatchObject({ code: 'ORM_NOT_AUTHORIZED', message: expect.stringContaining('remove') })
  })

  test('an error about a field names the property, in a transaction too, and its stored name', async () => {
    const { b, mine } = await chiefOf(({ id }) => ({ authorized: [{ id, fields: ['name'] }] }))
    mine.salary = 2
    const expected = { code: 'ORM_NOT_AUTHORIZED', message: expect.stringContaining('Card.salary, stored as'), details: { field: 'salary', stored: 'sal' } }
    expect(await thrownBy(() => mine.save())).toMatchObject(expected)
    expect(await thrownBy(() => b.transaction(tx => { tx.save(mine) }))).toMatchObject(expected)
  })

  test('that make no sense are ORM_BAD_VALUE or CORE_BAD_ID', async () => {
    const cards = (await rig.start(MODELS)).use(Card)
    const { id } = await cards.create({ name: 'Chief' })
    for (const options of [
      { authorized: [{ id, fields: ['name'], remove: true }] }, { authorized: [{ id: 'anyone' as const, read: true }] },
      { authorized: [{ id, limit: 0 }] }, { writers: [{ id, limit: 1.5 }] }
    ]) expect(await thrownBy(() => cards.create({ name: 'Bob' }, options))).toMatchObject({ code: 'ORM_BAD_VALUE' })
    for (const who of ['', 'Card', 'Card:0', `${id}xxxx`]) {
      expect(await thrownBy(() => cards.create({ name: 'Bob' }, { authorized: [who] }))).toMatchObject({ code: 'CORE_BAD_ID' })
    }
    expect(await cards.count()).toBe(1)
  })
})

describe('$.authorize and $.revoke', () => {
  test('are staged until save(), $.discard() drops them', async () => {
    const cards = (await rig.start(MODELS)).use(Card)
    const [one, two] = [await cards.create({ name: 'One' }), await cards.create({ name: 'Two' })]
    const card = await cards.create({ name: 'Bob', salary: 1 }, { authorized: [one] })
    card.$.authorize(two, { read: true })
    card.$.revoke(one, { update: true })
    expect([card.$.readers(), card.$.writers()]).toEqual([[one.id], [one.id, 'anyone'].sort()])
    card.$.discard()
    expect(await card.save()).toEqual([])
    card.$.authorize(two, { read: true })
    card.$.revoke(one, { update: true })
    expect(await card.save()).toHaveLength(2)
    expect([new Set(card.$.readers()), card.$.writers()]).toEqual([new Set([one.id, two.id]), ['anyone']])
    card.$.revoke('anyone')
    card.$.revoke(one)
    card.$.revoke(two.id, { remove: true }) // which two never had
    expect(await card.save()).toHaveLength(3)
    expect([card.$.readers(), card.$.writers(), card.$.can('remove', one)]).toEqual([[two.id], [], false])
  })

  test('reach the other node: what was written stands, what is written later counts nowhere, what is set later stays sealed', async () => {
    const { a, b, chief, card, mine } = await chiefOf(owner => ({ authorized: [owner] }))
    mine.name = 'Robert'
    mine.salary = 2
    await mine.save()
    await shown(a, card.id, ({ name }) => name === 'Robert')
    await part(a, b)
    await card.$.refresh()
    card.$.revoke(chief)
    card.salary = 3
    await card.save()
    mine.name = 'Rascal'
    await mine.save()
    await meet(a, b)
    const after = await shown(b, card.id, ({ $, name }) => !$.can('read', chief) && name === 'Robert')
    const again = await b.use(Card).open(card.id, { as: chief })
    expect([after.name, rightsOf(again)]).toEqual(['Robert', [false, false, false]])
    expect(() => again.salary).toThrow(expect.objectContaining({ code: 'ORM_FIELD_SEALED' }))
    again.age = 7
    expect(await thrownBy(() => again.save())).toMatchObject({ code: 'ORM_NOT_AUTHORIZED' })
    await Promise.all([a.idle(), b.idle()])
    expect((await a.use(Card).open(card.id)).name).toBe('Robert')
  })

  test('{ keep } names what stays', async () => {
    const { a, chief, card, mine } = await chiefOf(owner => ({ authorized: [owner] }))
    mine.name = 'good'
    const [good] = await mine.save()
    mine.name = 'bad'
    await mine.save()
    await shown(a, card.id, ({ name }) => name === 'bad')
    await card.$.refresh()
    card.$.revoke(chief, { update: true, keep: [good!] })
    await card.save()
    expect([card.name, (await a.use(Card).open(card.id)).name]).toEqual(['good', 'good'])
  })

  test('{ keep } with an id that is none of theirs ends nothing: ORM_BAD_VALUE', async () => {
    const { a, chief, card, mine } = await chiefOf(owner => ({ authorized: [owner] }))
    mine.name = 'good'
    await mine.save()
    await shown(a, card.id, ({ name }) => name === 'good')
    await card.$.refresh()
    card.age = 5
    const [ownersOwn] = await card.save()
    for (const wrong of ['misspelt', 'ab'.repeat(32), ownersOwn!]) {
      card.$.revoke(chief, { update: true, keep: [wrong] })
      expect(await thrownBy(() => card.save())).toMatchObject({ code: 'ORM_BAD_VALUE', details: { keep: wrong } })
      card.$.discard()
    }
    const { name, $ } = await a.use(Card).open(card.id)
    expect([name, $.can('update', chief)]).toEqual(['good', true])
  })

  test('{ limit } bounds how many updates an author writes', async () => {
    const { mine } = await chiefOf(({ id }) => ({ writers: [{ id, limit: 2 }] }))
    for (const age of [5, 6]) {
      mine.age = age
      await mine.save()
    }
    mine.age = 7
    expect(await thrownBy(() => mine.save())).toMatchObject({ code: 'ORM_NOT_AUTHORIZED', details: { field: 'age' } })
  })

  test('are for the owner: ORM_NOT_OWNER', async () => {
    const { b, chief, card, mine } = await chiefOf(owner => ({ authorized: [owner] }))
    for (const verb of [() => { mine.$.authorize('anyone') }, () => { mine.$.revoke(chief) }]) {
      expect(await thrownBy(verb)).toMatchObject({ code: 'ORM_NOT_OWNER', message: expect.stringContaining(card.id) })
    }
    const byChief = await b.use(Card).open(chief.id, { as: b.status.self })
    expect(await thrownBy(() => { byChief.$.authorize('anyone') })).toMatchObject({ code: 'ORM_NOT_OWNER', message: expect.stringContaining('Open it without `as`') })
  })
})

test('whole models can be open to anyone, by the law of each object', async () => {
  @Model('Guestbook', { writable: 'anyone' }) class Guestbook extends Entity { @Field() last?: string }
  @Model('Guestbook') class Closed extends Entity { @Field() last?: string }
  const [a, b] = [await rig.start({ models: [Guestbook] }), await rig.start({ models: [Closed] })]
  await meet(a, b)
  const [open, closed] = [await a.use(Guestbook).create({}), await b.use(Closed).create({})]
  const seen = await b.use(Closed).open(open.id)
  seen.last = 'was here'
  expect([seen.$.writers(), await seen.save()]).toEqual([['anyone'], [expect.any(String)]])
  const other = await a.use(Guestbook).open(closed.id)
  other.last = 'me too'
  expect(await thrownBy(() => other.save())).toMatchObject({ code: 'ORM_NOT_AUTHORIZED', details: { field: 'last' } })
})

test('an id that nobody here has seen, of another network even, may be authorised', async () => {
  const stranger = await (await rig.start({ ...MODELS, network: 'elsewhere' })).use(Card).create({ name: 'Stranger' })
  const card = await (await rig.start(MODELS)).use(Card).create({ name: 'Bob', salary: 1 }, { authorized: [stranger.id] })
  expect(card.$.readers()).toEqual([stranger.id])
})
