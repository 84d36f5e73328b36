import { afterEach, describe, expect, test } from '@jest/globals'
import { isSealed } from '../../src/index.js'
import { Rig } from '../support/rig.js'
import { Card, MODELS, Team, meet, pair, part, shown, thrownBy } from './models.js'

const rig = new Rig()
afterEach(rig.end)

test('model, publicKey, owned, caller, dirty, sealed', async () => {
  const [a, b] = await pair(rig)
  const card = await a.use(Card).create({ name: 'Bob', salary: 1 })
  const seen = await b.use(Card).open(card.id)
  expect([card.$.model, card.$.owned, card.$.caller, card.$.sealed]).toEqual(['Card', true, card.id, []])
  expect([seen.$.model, seen.$.owned, seen.$.caller, seen.$.sealed]).toEqual(['Card', false, b.status.self, ['salary']])
  expect([card.$.publicKey, card.$.publicKey.length]).toEqual([seen.$.publicKey, 32])
  card.$.publicKey[0]! ^= 1
  expect(card.$.publicKey).toEqual(seen.$.publicKey)
  expect([Object.keys(card).includes('$'), { ...seen }.name]).toEqual([false, 'Bob'])
})

describe('fields that the class doesn\'t declare', () => {
  test('are reached by fields, get, set and delete, and staged', async () => {
    const [a, b] = await pair(rig)
    const { $: handle, id, ...card } = await a.use(Card).create({ name: 'Bob' })
    expect([handle.get('extra'), card.name]).toEqual([undefined, 'Bob'])
    const mine = await a.use(Card).open(id)
    mine.$.set('extra', { n: [1n] })
    mine.$.set('name', 'Rob')
    expect([mine.$.get('extra'), mine.name, mine.$.dirty, mine.$.fields()]).toEqual([{ n: [1n] }, 'Rob', ['name', 'extra'], ['color', 'name']])
    expect([await mine.save(), mine.$.dirty]).toEqual([[expect.any(String)], []])
    const seen = await shown(b, id, ({ $ }) => $.get('extra') !== undefined)
    expect([seen.$.fields(), seen.$.get('extra'), 'extra' in seen]).toEqual([['color', 'extra', 'name'], { n: [1n] }, false])
    const given = seen.$.get('extra') as { n: bigint[] }
    given.n.push(2n)
    expect((await b.use(Card).open(id)).$.get('extra')).toEqual({ n: [1n] })
    mine.$.delete('extra')
    mine.$.delete('color')
    expect([mine.$.get('extra'), mine.color, mine.$.dirty]).toEqual([undefined, undefined, ['color', 'extra']])
    await mine.save()
    expect((await shown(b, id, ({ color }) => color === undefined)).$.fields()).toEqual(['name'])
    mine.$.delete('never')
    expect(await mine.save()).toEqual([])
  })

  test('can be encrypted', async () => {
    const [a, b] = await pair(rig)
    const reader = await b.use(Card).create({ name: 'Reader' })
    const card = await a.use(Card).create({ name: 'Bob' }, { authorized: [reader.id] })
    card.$.set('plan', 'first', { encrypted: true })
    await card.save()
    const seen = await shown(b, card.id, ({ $ }) => $.fields().includes('plan'))
    expect(() => seen.$.get('plan')).toThrow(expect.objectContaining({ code: 'ORM_FIELD_SEALED', message: expect.stringContaining('Card.plan') }))
    const mine = await b.use(Card).open(card.id, { as: reader })
    expect(mine.$.get('plan')).toBe('first')
    mine.$.set('plan', 'second') // Once named, always encrypted.
    await mine.save()
    const again = await shown(a, card.id, ({ $ }) => $.get('plan') === 'second')
    expect((await again.$.history()).at(-1)?.author).toBe(reader.id)
    const third = await shown(b, card.id, ({ $ }) => $.fields().includes('plan'))
    expect(() => third.$.get('plan')).toThrow(expect.objectContaining({ code: 'ORM_FIELD_SEALED' }))
  })

  test('under a declared name of another kind keep both', async () => {
    const node = await rig.start(MODELS)
    const card = await node.use(Card).create({ name: 'Bob', tags: ['a'] })
    expect([card.$.get('tags'), card.$.get('visits')]).toEqual([['a'], undefined])
    card.visits.add(2)
    await card.save()
    expect([card.$.get('visits'), card.$.fields()]).toEqual([2, ['color', 'name', 'tags', 'visits']])
    expect(await thrownBy(async () => { card.$.delete('visits'); await card.save() })).toMatchObject({ code: 'ORM_BAD_VALUE', message: expect.stringContaining('counter') })
  })
})

describe('seal() and unseal()', () => {
  test('are for the readers of the object', async () => {
    const [a, b] = await pair(rig)
    const reader = await b.use(Card).create({ name: 'Reader' })
    const card = await a.use(Card).create({ name: 'Bob' }, { readers: [reader.id] })
    const bytes = Uint8Array.of(1, 2, 3)
    const sealed = card.$.seal(bytes)
    expect(Buffer.from(sealed).includes(Buffer.from(bytes))).toBe(false)
    const mine = await b.use(Card).open(card.id, { as: reader })
    expect([card.$.unseal(sealed), mine.$.unseal(sealed), card.$.unseal(mine.$.seal(bytes))]).toEqual([bytes, bytes, bytes])
    const seen = await b.use(Card).open(card.id)
    expect(await thrownBy(() => seen.$.unseal(sealed))).toMatchObject({ code: 'ORM_FIELD_SEALED', message: expect.stringContaining(card.id) })
    const other = await a.use(Card).create({ name: 'Other' })
    expect(await thrownBy(() => other.$.unseal(sealed))).toMatchObject({ code: expect.stringMatching(/^ORM_FIELD_(SEALED|CORRUPT)$/) })
    const damaged = sealed.slice()
    damaged[damaged.length - 1]! ^= 1
    expect(await thrownBy(() => card.$.unseal(damaged))).toMatchObject({ code: 'ORM_FIELD_CORRUPT' })
    for (const junk of [new Uint8Array(), Uint8Array.of(1, 2, 3)]) {
      expect(await thrownBy(() => card.$.unseal(junk))).toMatchObject({ code: expect.stringMatching(/^ORM_/) })
    }
  })

  test('need a key, which an object gets with its first encrypted field', async () => {
    const node = await rig.start(MODELS)
    const team = await node.use(Team).create({ title: 'A' })
    expect(await thrownBy(() => team.$.seal(Uint8Array.of(1)))).toMatchObject({ code: 'ORM_EPOCH_PENDING', message: expect.stringContaining('{ encrypted: true }') })
    team.$.set('code', 1, { encrypted: true })
    await team.save()
    expect(team.$.unseal(team.$.seal(Uint8Array.of(1)))).toEqual(Uint8Array.of(1))
  })
})

describe('what two wrote at the same time', () => {
  test('shows in conflicts(), until somebody who has seen both writes again', async () => {
    const [a, b] = await pair(rig)
    const chief = await b.use(Card).create({ name: 'Chief' })
    const card = await a.use(Card).create({ name: 'Bob', phones: { home: 0 }, tags: ['x'], salary: 0 }, { authorized: [chief.id] })
    const mine = await b.use(Card).open(card.id, { as: chief })
    expect(card.$.conflicts('name')).toEqual([])
    await part(a, b)
    for (const [entity, text, n] of [[card, 'here', 1], [mine, 'there', 2]] as const) {
      entity.name = text
      entity.salary = n
      entity.phones.set('home', n)
      entity.tags.set(0, text)
    }
    delete card.color
    mine.color = 'blue'
    const [[one], [two]] = [await card.save(), await mine.save()]
    await meet(a, b)
    const [here, there] = await Promise.all([shown(a, card.id, ({ $ }) => $.conflicts('name').length === 2), shown(b, card.id, ({ $ }) => $.conflicts('name').length === 2)])
    const conflicts = here.$.conflicts('name')
    expect(there.$.conflicts('name')).toEqual(conflicts)
    expect(conflicts[0]!.value).toBe(here.name)
    expect(new Set(conflicts)).toEqual(new Set([{ value: 'here', caller: card.id, update: one }, { value: 'there', caller: chief.id, update: two }]))
    expect(here.$.conflicts('phones').map(({ key, value }) => [key, value])).toEqual(expect.arrayContaining([['home', 1], ['home', 2]]))
    expect(here.$.conflicts('tags').map(({ value }) => value).sort()).toEqual(['here', 'there'])
    expect(here.$.conflicts('color').map(({ value }) => value)).toEqual(expect.arrayContaining([undefined, 'blue']))
    expect(new Set(here.$.conflicts('salary').map(({ value }) => value))).toEqual(new Set([1, 2]))
    expect(there.$.conflicts('salary').map(({ value }) => isSealed(value))).toEqual([true, true])
    here.name = 'both'
    await here.save()
    expect(here.$.conflicts('name')).toEqual([])
    await shown(b, card.id, ({ name, $ }) => name === 'both' && $.conflicts('name').length === 0)
  })
})
