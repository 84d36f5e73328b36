import { afterEach, describe, expect, test } from '@jest/globals'
import { ref } from '../../src/index.js'
import type { Node } from '../../src/index.js'
import { Rig } from '../support/rig.js'
import { Card, MODELS, Team, meet, pair, part, shown, thrownBy } from './models.js'

const rig = new Rig()
afterEach(rig.end)
const start = async (): Promise<Node> => await rig.start(MODELS)
const MAX = BigInt(Number.MAX_SAFE_INTEGER)

describe('a dict', () => {
  test('has the verbs of a Map, and saves what they do', async () => {
    const cards = (await start()).use(Card)
    const card = await cards.create({ name: 'Bob', phones: { home: 1, work: 2 } })
    const { phones } = card
    expect([phones.size, phones.get('home'), phones.get('none'), phones.has('work'), phones.has('toString')]).toEqual([2, 1, undefined, true, false])
    expect(phones.set('home', 3).set('new', null)).toBe(phones)
    expect([phones.delete('work'), phones.delete('work')]).toEqual([true, false])
    expect([[...phones.keys()], [...phones.values()], [...phones.entries()], [...phones]]).toEqual([['home', 'new'], [3, null], [['home', 3], ['new', null]], [['home', 3], ['new', null]]])
    await card.save()
    expect((await cards.open(card.id)).phones.toJSON()).toEqual({ home: 3, new: null })
    phones.replace({ home: 3, last: 4 })
    expect(await card.save()).toHaveLength(1)
    expect(Object.entries((await cards.open(card.id)).phones.toJSON())).toEqual([['home', 3], ['last', 4]])
    card.phones = { only: 5 } as unknown as Card['phones']
    await card.save()
    expect((await cards.open(card.id)).phones.toJSON()).toEqual({ only: 5 })
    delete (card as Partial<Card>).phones
    await card.save()
    expect([card.phones.size, (await cards.open(card.id)).phones.size]).toEqual([0, 0])
  })

  test('takes any well-formed string as key and nothing else', async () => {
    const cards = (await start()).use(Card)
    const keys = ['', 'constructor', 'toString', 'a:b[*]', 'é', '👩']
    const card = await cards.create({ name: 'Bob', phones: Object.fromEntries(keys.map((key, i) => [key, i])) })
    expect(new Set((await cards.open(card.id)).phones.keys())).toEqual(new Set(keys))
    expect(await thrownBy(() => card.phones.set(1 as unknown as string, 1))).toMatchObject({ code: 'ORM_BAD_VALUE', message: expect.stringContaining('Card.phones.set()') })
    card.phones.set('\ud800', 1)
    expect(await thrownBy(() => card.save())).toMatchObject({ code: 'ORM_BAD_VALUE', message: expect.stringContaining('Card.phones') })
  })

  test('of two nodes takes both keys', async () => {
    const [a, b] = await pair(rig)
    const editor = await b.use(Card).create({ name: 'Editor' })
    const here = await a.use(Card).create({ name: 'Bob', phones: { old: 1, gone: 1 } }, { authorized: [editor.id] })
    const there = await b.use(Card).open(here.id, { as: editor })
    await part(a, b)
    here.phones.set('here', 1).delete('gone')
    there.phones.set('there', 2).set('old', 2)
    await Promise.all([here.save(), there.save()])
    await meet(a, b)
    const merged = { old: 2, here: 1, there: 2 }
    expect((await shown(a, here.id, ({ phones }) => phones.has('there'))).phones.toJSON()).toEqual(merged)
    expect((await shown(b, here.id, ({ phones }) => phones.has('here'))).phones.toJSON()).toEqual(merged)
  })
})

describe('a counter', () => {
  test('counts exactly beyond 2^53, where its value stays', async () => {
    const cards = (await start()).use(Card)
    const card = await cards.create({ name: 'Bob', visits: Number.MAX_SAFE_INTEGER })
    card.visits.add()
    expect(await card.save()).toHaveLength(1)
    card.visits.add(MAX)
    await card.save()
    const { visits } = await cards.open(card.id)
    expect([visits.exact, visits.value]).toEqual([2n * MAX + 1n, Number.MAX_SAFE_INTEGER])
    visits.add(-3)
    expect(visits.exact).toBe(2n * MAX - 2n)
    for (let i = 0; i < 3; i++) {
      card.visits.add(-MAX)
      await card.save()
    }
    const below = (await cards.open(card.id)).visits
    expect([below.exact, below.value]).toEqual([-MAX + 1n, -Number.MAX_SAFE_INTEGER + 1])
    expect(card.$.get('visits')).toBe(below.value)
  })

  test('adds integers within ±(2^53 − 1), is not assigned and not deleted', async () => {
    const cards = (await start()).use(Card)
    const card = await cards.create({ name: 'Bob', visits: 1 })
    for (const amount of [0.5, NaN, Infinity, 2 ** 53, MAX + 1n, '1' as unknown as number]) {
      expect(await thrownBy(() => { card.visits.add(amount as number) })).toMatchObject({ code: 'ORM_BAD_VALUE', message: expect.stringContaining('Card.visits.add()') })
    }
    for (const misuse of [() => { card.visits = 5 as unknown as Card['visits'] }, () => { delete (card as Partial<Card>).visits }, () => { card.$.set('visits', 3) }]) {
      misuse()
      expect(await thrownBy(() => card.save())).toMatchObject({ code: 'ORM_BAD_VALUE', message: expect.stringContaining('Card.visits is a counter') })
      card.$.discard()
    }
    expect((await cards.open(card.id)).visits.value).toBe(1)
    card.visits.add(Number.MAX_SAFE_INTEGER)
    card.visits.add(1)
    expect(await thrownBy(() => card.save())).toMatchObject({ code: 'ORM_TOO_LARGE' })
  })

  test('loses nobody\'s increment', async () => {
    const [a, b] = await pair(rig)
    const editor = await b.use(Card).create({ name: 'Editor' })
    const here = await a.use(Card).create({ name: 'Bob' }, { authorized: [editor.id] })
    const there = await b.use(Card).open(here.id, { as: editor })
    here.visits.add(5)
    there.visits.add(-2)
    await Promise.all([here.save(), there.save()])
    const both = await Promise.all([a, b].map(node => shown(node, here.id, ({ visits }) => visits.value === 3)))
    expect(both.map(({ visits }) => visits.exact)).toEqual([3n, 3n])
  })
})

describe('a ref', () => {
  test('is an id that opens its object', async () => {
    const node = await start()
    const team = await node.use(Team).create({ title: 'A' })
    const other = await node.use(Team).create({ title: 'B' })
    for (const given of [team, team.id, ref(team), ref<Team>(team.id)]) {
      const card = await node.use(Card).create({ name: 'Bob', team: given })
      const again = await node.use(Card).open(card.id)
      expect([card.team?.id, again.team?.id]).toEqual([team.id, team.id])
      const opened = await again.team!.open()
      expect([opened instanceof Team, opened.title]).toEqual([true, 'A'])
    }
    const card = await node.use(Card).create({ name: 'Bob', team })
    card.team = ref(other)
    expect([card.$.dirty, await card.save()]).toEqual([['team'], [expect.any(String)]])
    expect((await card.team!.open()).title).toBe('B')
    delete card.team
    await card.save()
    expect((await node.use(Card).open(card.id)).team).toBeUndefined()
  })

  test('points to its model, whether the object is here or not', async () => {
    const [node, elsewhere] = [await start(), await start()]
    const bob = await node.use(Card).create({ name: 'Bob' })
    expect(await thrownBy(() => node.use(Card).create({ name: 'Eve', team: bob.id }))).toMatchObject({ code: 'ORM_WRONG_MODEL', message: expect.stringMatching(/^Card\.team .*Team.*Card:/) })
    expect(await thrownBy(() => ref('Team:x'))).toMatchObject({ code: 'CORE_BAD_ID' })
    const far = await elsewhere.use(Team).create({ title: 'Far' })
    const card = await node.use(Card).create({ name: 'Eve', team: far.id })
    expect(await thrownBy(() => card.team!.open({ timeout: 1 }))).toMatchObject({ code: 'ORM_NOT_FOUND', message: expect.stringContaining(far.id) })
    await node.connect(elsewhere.addresses[0]!)
    expect((await card.team!.open()).title).toBe('Far')
  })
})
