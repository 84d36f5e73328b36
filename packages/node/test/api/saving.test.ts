import { afterEach, describe, expect, test } from '@jest/globals'
import { Listener, OnUpdate } from '../../src/index.js'
import type { Node } from '../../src/index.js'
import { Rig } from '../support/rig.js'
import { Card, MODELS, Team, thrownBy } from './models.js'

const rig = new Rig()
afterEach(rig.end)
const start = async (): Promise<Node> => await rig.start(MODELS)

describe('save()', () => {
  test('gives the ids of what it signed: one for all fields, one for each grant and close, none for nothing', async () => {
    const node = await start()
    const cards = node.use(Card)
    const chief = await cards.create({ name: 'Chief' })
    const card = await cards.create({ name: 'Bob', salary: 1 })
    expect(await card.save()).toEqual([])
    card.name = 'Bob'
    card.tags.push('a')
    card.tags.splice(0)
    expect([card.$.dirty, await card.save()]).toEqual([[], []])
    card.name = 'Rob'
    card.salary = 2
    card.tags.push('a', 'b')
    card.phones.set('home', 1)
    card.visits.add(2)
    expect(card.$.dirty).toEqual(['name', 'salary', 'tags', 'phones', 'visits'])
    const one = await card.save()
    expect(one).toEqual([expect.any(String)])
    card.$.authorize(chief)
    expect(card.$.dirty).toEqual([])
    expect(await card.save()).toHaveLength(3)
    card.$.revoke(chief, { read: true, remove: true })
    card.name = 'Bob'
    const three = await card.save()
    expect(three).toHaveLength(3)
    const history = await card.$.history()
    expect(history.filter(({ id }) => [...one, ...three].includes(id)).map(({ kind }) => kind).sort()).toEqual(['change', 'change', 'close', 'close'])
    expect(await node.use(Card).count({ where: { name: 'Bob' } })).toBe(1)
  })

  test('takes what is staged when it is called; what is assigned meanwhile stays staged; saves queue', async () => {
    const cards = (await start()).use(Card)
    const card = await cards.create({ name: 'one', tags: ['a'], value: { n: 1 } })
    card.name = 'two'
    card.tags.push('b')
    const first = card.save()
    card.name = 'three'
    card.tags.push('c')
    card.value = { n: 2 }
    const second = card.save()
    const [[one], [two]] = [await first, await second]
    expect(one).not.toBe(two)
    const third = card.save()
    card.visits.add(7)
    expect(await third).toEqual([])
    expect([card.$.dirty, card.name, card.tags.toArray(), card.visits.value]).toEqual([['visits'], 'three', ['a', 'b', 'c'], 7])
    const stored = await cards.open(card.id)
    expect([stored.name, stored.tags.toArray(), stored.value, stored.visits.value]).toEqual(['three', ['a', 'b', 'c'], { n: 2 }, 0])
    const many = Array.from({ length: 20 }, async (_, i) => { card.age = i; await card.save() })
    await Promise.all(many)
    expect((await cards.open(card.id)).age).toBe(19)
  })

  test('that is refused keeps everything staged, and nothing of it is written', async () => {
    const cards = (await start()).use(Card)
    const card = await cards.create({ name: 'Bob', age: 1 })
    card.age = -1
    card.name = 'Rob'
    card.$.authorize('anyone')
    const error = await thrownBy(() => card.save())
    expect(error).toMatchObject({ code: 'ORM_VETOED', message: expect.stringContaining('an age is not negative') })
    expect([card.$.dirty, card.name, (await cards.open(card.id)).name]).toEqual([['name', 'age'], 'Rob', 'Bob'])
    card.age = 2
    expect(await card.save()).toHaveLength(2)
    expect(card.$.writers()).toEqual(['anyone'])
  })

  test('too large for one update is several in one batch; too large for any is ORM_TOO_LARGE', async () => {
    const cards = (await start()).use(Card)
    const card = await cards.create({ name: 'Bob' })
    card.tags.push(...Array.from({ length: 1_500 }, (_, i) => i))
    expect(await card.save()).toHaveLength(2)
    expect((await cards.open(card.id)).tags.length).toBe(1_500)
    card.value = 'x'.repeat(262_144)
    expect(await thrownBy(() => card.save())).toMatchObject({ code: 'ORM_TOO_LARGE', message: expect.stringContaining('262144') })
    expect(card.$.dirty).toEqual(['value'])
  })

  test('{ ifUnchanged } minds the fields that are staged, and no others', async () => {
    const cards = (await start()).use(Card)
    const card = await cards.create({ name: 'Bob', age: 1, phones: { home: 1, work: 1 } })
    const other = await cards.open(card.id)
    other.age = 2
    other.phones.set('work', 2)
    await other.save()
    card.name = 'Rob'
    card.phones.set('home', 2)
    expect(await card.save({ ifUnchanged: true })).toHaveLength(1)
    const late = await cards.open(card.id)
    card.age = 5
    await card.save()
    late.age = 3
    expect(await thrownBy(() => late.save({ ifUnchanged: true }))).toMatchObject({ code: 'ORM_STALE', message: expect.stringContaining('Card.age') })
    expect([late.$.dirty, (await cards.open(card.id)).age]).toEqual([['age'], 5])
    await late.$.refresh()
    expect([late.age, await late.save({ ifUnchanged: true })]).toEqual([3, [expect.any(String)]])
  })

  test.each<[string, (theirs: Card) => void, (mine: Card) => void]>([
    ['a counter that somebody else added to', theirs => { theirs.visits.add(-5) }, mine => { mine.visits.add(-5) }],
    ['an element that somebody else replaced', theirs => { theirs.tags.set(0, 'new') }, mine => { mine.tags.splice(0, 1) }],
    ['an element that somebody else moved', theirs => { theirs.tags.move(0, 1) }, mine => { mine.tags.splice(0, 1) }],
    ['an element that somebody else deleted', theirs => { theirs.tags.splice(0, 1) }, mine => { mine.tags.set(0, 'new') }]
  ])('{ ifUnchanged } minds %s', async (_what, theirs, mine) => {
    const cards = (await start()).use(Card)
    const { id } = await cards.create({ name: 'Bob', visits: 5, tags: ['a', 'b'] })
    const [first, second] = [await cards.open(id), await cards.open(id)]
    theirs(first)
    await first.save()
    mine(second)
    expect(await thrownBy(() => second.save({ ifUnchanged: true }))).toMatchObject({ code: 'ORM_STALE' })
    expect((await (await cards.open(id)).$.history())).toHaveLength(2)
  })

  test('inside a before-hook of the same object is ORM_REENTRANT', async () => {
    const node = await start()
    const card = await node.use(Card).create({ name: 'Bob' })
    class Again extends Listener {
      @OnUpdate('name') async save (): Promise<void> { await card.save() }
    }
    new Again().apply('Card:[id]:name', node)
    card.name = 'Rob'
    expect(await thrownBy(() => card.save())).toMatchObject({ code: 'ORM_VETOED', cause: { code: 'ORM_REENTRANT' } })
  })
})

describe('a snapshot', () => {
  test('moves by its own save() and by $.refresh(), which keeps what is staged; $.discard() drops that', async () => {
    const cards = (await start()).use(Card)
    const one = await cards.create({ name: 'Bob', tags: ['a'], phones: { home: 1 }, value: [1] })
    const other = await cards.open(one.id)
    other.name = 'Rob'
    other.age = 9
    other.tags.push('other')
    other.phones.set('work', 1)
    other.visits.add(3)
    await other.save()
    expect([one.name, one.age, one.tags.length, one.phones.size, one.visits.value]).toEqual(['Bob', undefined, 1, 1, 0])
    one.name = 'Mine'
    one.tags.insert(0, 'mine')
    one.phones.delete('home')
    one.visits.add(1)
    one.$.set('extra', 1)
    await one.$.refresh()
    expect([one.name, one.age, one.tags.toArray(), one.phones.toJSON(), one.visits.value]).toEqual(['Mine', 9, ['mine', 'a', 'other'], { work: 1 }, 4])
    expect(one.$.dirty).toEqual(['name', 'tags', 'phones', 'visits', 'extra'])
    one.$.discard()
    expect([one.name, one.tags.toArray(), one.phones.toJSON(), one.visits.value, one.$.get('extra'), one.$.dirty])
      .toEqual(['Rob', ['a', 'other'], { home: 1, work: 1 }, 3, undefined, []])
    expect(await one.save()).toEqual([])
  })

  test('of what was removed goes on showing, and can\'t be refreshed or saved', async () => {
    const cards = (await start()).use(Card)
    const card = await cards.create({ name: 'Bob' })
    const other = await cards.open(card.id)
    expect(await card.remove()).toHaveLength(1)
    expect([other.name, await cards.get(card.id), await cards.count()]).toEqual(['Bob', undefined, 0])
    other.name = 'Rob'
    for (const verb of [() => other.$.refresh(), () => other.save(), () => other.remove(), () => card.remove()]) {
      expect(await thrownBy(verb)).toMatchObject({ code: 'ORM_NOT_FOUND', message: expect.stringContaining(card.id) })
    }
  })
})

describe('a transaction', () => {
  test('commits several objects or none, and keeps staged what it didn\'t write', async () => {
    const node = await start()
    const bob = await node.use(Card).create({ name: 'Bob', age: 1 })
    const old = await node.use(Card).create({ name: 'Old' })
    bob.name = 'Rob'
    const [team, card] = await node.transaction(async tx => {
      const created = tx.create(Team, { title: 'A' })
      tx.save(bob)
      tx.remove(old)
      return [created, tx.create(Card, { name: 'New', team: created })]
    })
    expect((await node.use(Card).find({ orderBy: 'name' })).map(({ name }) => name)).toEqual(['New', 'Rob'])
    expect([(await card!.$.history()).length, card instanceof Card && card.team?.id === team!.id]).toEqual([1, true])
    bob.age = -1
    expect(await thrownBy(() => node.transaction(tx => {
      tx.create(Card, { name: 'Never' })
      tx.save(bob)
    }))).toMatchObject({ code: 'ORM_VETOED' })
    const mine = new RangeError('changed my mind')
    expect(await thrownBy(() => node.transaction(tx => {
      tx.create(Card, { name: 'Never' })
      throw mine
    }))).toBe(mine)
    expect([bob.$.dirty, await node.use(Card).count({ where: { name: 'Never' } })]).toEqual([['age'], 0])
  })

  test('that removes what it creates writes nothing; several entities of one object are all saved', async () => {
    const node = await start()
    const cards = node.use(Card)
    await node.transaction(tx => { tx.remove(tx.create(Card, { name: 'Never' })) })
    expect(await cards.count()).toBe(0)
    const one = await cards.create({ name: 'Bob' })
    const two = await cards.open(one.id)
    one.name = 'Rob'
    two.age = 4
    await node.transaction(tx => { tx.save(one); tx.save(two) })
    expect(await cards.count({ where: { name: 'Rob', age: 4 } })).toBe(1)
    await node.transaction(tx => { tx.save(one); tx.remove(one) })
    expect(await cards.count()).toBe(0)
  })

  test('takes entities of its own node alone', async () => {
    const [a, b] = [await start(), await start()]
    const bob = await a.use(Card).create({ name: 'Bob' })
    bob.name = 'Rob'
    const error = await thrownBy(() => b.transaction(tx => { tx.save(bob) }))
    expect(error).toMatchObject({ code: 'ORM_WHICH_NODE', message: expect.stringContaining(bob.id) })
    expect(bob.$.dirty).toEqual(['name'])
  })
})
