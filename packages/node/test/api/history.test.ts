import { afterEach, describe, expect, test } from '@jest/globals'
import { Listener, OnUnauthorizedUpdate, isSealed } from '../../src/index.js'
import type { Change } from '../../src/index.js'
import { Rig, event } from '../support/rig.js'
import { Card, MODELS, meet, pair, part, shown } from './models.js'

const rig = new Rig()
afterEach(rig.end)

describe('history()', () => {
  test('tells who wrote what when, under which right, and whether it counts', async () => {
    const [a, b] = await pair(rig)
    const chief = await b.use(Card).create({ name: 'Chief' })
    const before = Date.now()
    const card = await a.use(Card).create({ name: 'Bob' }, { writers: [{ id: chief, fields: ['name', 'salary'], limit: 9 }] })
    const mine = await b.use(Card).open(card.id, { as: chief })
    mine.name = 'Rob'
    const [update] = await mine.save()
    await shown(a, card.id, ({ name }) => name === 'Rob')
    await card.$.refresh()
    card.$.revoke(chief, { update: true })
    const [close] = await card.save()
    const history = await card.$.history()
    expect(history.map(({ id, kind, author, seq, verdict, masked, via, fork }) => ({ id, kind, author, seq, verdict, masked, via, fork }))).toEqual([
      { id: expect.any(String), kind: 'genesis', author: card.id, seq: 0, verdict: 'ok', masked: false, via: undefined, fork: [] },
      { id: update, kind: 'change', author: chief.id, seq: 1, verdict: 'ok', masked: false, via: undefined, fork: [] },
      { id: close, kind: 'close', author: card.id, seq: 1, verdict: 'ok', masked: false, via: undefined, fork: [] }
    ])
    const [genesis, change, end] = history
    expect(change!.operations).toEqual([{ op: 'set', field: 'name', value: 'Rob' }])
    // By the property's name, though it is stored under another.
    const granted = { ref: { id: genesis!.id, index: expect.any(Number) }, subject: chief.id, right: 'update', fields: ['name', 'salary'], limit: 9 }
    expect(genesis!.grants).toContainEqual(granted)
    expect(change!.root).toEqual(genesis!.grants.find(({ subject }) => subject === chief.id)!.ref)
    expect([end!.close, change!.close]).toEqual([{ ref: change!.root, grant: granted, keeps: [update] }, undefined])
    for (const { time } of history) expect([time >= new Date(before), time <= new Date()]).toEqual([true, true])
  })

  test('opens what the caller may read, and leaves the rest sealed', async () => {
    const [a, b] = await pair(rig)
    const reader = await b.use(Card).create({ name: 'Reader' })
    const card = await a.use(Card).create({ name: 'Bob', salary: 1, codes: { door: '1234' }, diagnoses: ['flu'] }, { readers: [reader] })
    const [seen, read] = [await b.use(Card).open(card.id), await b.use(Card).open(card.id, { as: reader })]
    // After the snapshots of both: under a new key, too.
    card.$.revoke(reader, { read: true })
    card.$.authorize(reader, { read: true })
    await card.save()
    card.salary = 2
    await card.save()
    await shown(b, card.id, ({ $ }) => $.can('read', reader) && $.fields().includes('sal'))
    await b.idle()
    const secretsOf = async ({ $ }: Card) => (await $.history()).flatMap(({ operations }) => operations).filter(({ field }) => ['salary', 'codes', 'diagnoses'].includes(field))
    const values = (operations: Awaited<ReturnType<typeof secretsOf>>) => operations.map(operation => 'value' in operation ? operation.value : undefined)
    expect(await secretsOf(card)).toMatchObject([{ op: 'set', field: 'salary' }, { op: 'insert', field: 'diagnoses' }, { op: 'put', field: 'codes', key: 'door' }, { op: 'set', field: 'salary' }])
    expect(values(await secretsOf(card))).toEqual([1, 'flu', '1234', 2])
    expect(values(await secretsOf(read))).toEqual([1, 'flu', '1234', 2])
    expect(values(await secretsOf(seen)).map(isSealed)).toEqual([true, true, true, true])
  })

  test('gives away copies: what is done to them changes no object', async () => {
    const node = await rig.start(MODELS)
    const card = await node.use(Card).create({ value: { list: [1] } })
    const given = (await card.$.history())[0]!.operations.find(({ field }) => field === 'value') as unknown as { value: { list: number[] } }
    given.value.list.push(2)
    card.name = 'new'
    await card.save()
    expect((await node.use(Card).open(card.id)).value).toEqual({ list: [1] })
    expect((await card.$.history())[0]!.operations).toContainEqual({ op: 'set', field: 'value', value: { list: [1] } })
  })

  test('names the proposal that an update endorses', async () => {
    class Lenient extends Listener {
      @OnUnauthorizedUpdate('name') async take ({ accept }: Change<Card, 'name'>) { await accept() }
    }
    const [a, b] = await pair(rig)
    new Lenient().apply('Card:[id]:name', a)
    const card = await a.use(Card).create({ name: 'Bob' })
    const stranger = await b.use(Card).create({ name: 'Stranger' })
    const seen = await b.use(Card).open(card.id, { as: stranger })
    seen.name = 'Rob'
    await seen.save({ propose: true })
    expect((await card.$.history()).at(-1)).toMatchObject({ author: card.id, via: { id: expect.any(String), author: stranger.id } })
  })

  test('goes on telling of what another hides by its removal', async () => {
    const [a, b] = await pair(rig)
    const chief = await b.use(Card).create({ name: 'Chief' })
    const card = await a.use(Card).create({ name: 'Bob', salary: 1 }, { authorized: [chief.id] })
    const gone = new Promise(resolve => { a.use(Card).live({ where: { id: card.id } }).on('removed', resolve) })
    await (await b.use(Card).open(card.id, { as: chief })).remove()
    await gone
    expect((await card.$.history()).at(-1)).toMatchObject({ kind: 'remove', author: chief.id, verdict: 'ok' })
  })
})

describe('conflicts()', () => {
  test('of elements: what is deleted has none, and the event names the key', async () => {
    const [a, b] = await pair(rig)
    const chief = await b.use(Card).create({ name: 'Chief' })
    const card = await a.use(Card).create({ name: 'Bob', phones: { home: '0', work: '0' }, tags: ['kept', 'deleted'] }, { authorized: [chief.id] })
    const mine = await b.use(Card).open(card.id, { as: chief })
    await part(a, b)
    for (const [entity, value] of [[card, 'here'], [mine, 'there']] as const) {
      entity.phones.set('home', { at: value })
      entity.tags.set(0, value)
      entity.tags.set(1, value)
    }
    await Promise.all([card.save(), mine.save()])
    card.tags.splice(1, 1)
    card.phones.delete('work')
    await card.save()
    mine.phones.set('work', '2')
    await mine.save()
    const told = event(a, 'conflict', ({ field, key }) => field === 'phones' && key === 'home')
    const element = event(a, 'conflict', ({ field }) => field === 'tags')
    await meet(a, b)
    const here = await shown(a, card.id, ({ $ }) => $.conflicts('phones').length === 4)
    expect(await told).toMatchObject({ object: card.id, reason: 'concurrent values' })
    const tags = here.$.conflicts('tags')
    expect(tags.map(({ value }) => value).sort()).toEqual(['here', 'there'])
    expect(tags.map(({ key }) => key)).toEqual([(await element).key, (await element).key])
    expect(here.tags.toArray()).toEqual([tags[0]!.value])
    const byKey = (wanted: string) => here.$.conflicts('phones').filter(({ key }) => key === wanted).map(({ value }) => value)
    expect(byKey('work')).toEqual(expect.arrayContaining(['2', undefined]))
    const [first] = byKey('home') as [{ at: string }]
    expect(here.phones.get('home')).toEqual(first)
    first.at = 'changed by who reads it'
    expect(byKey('home')).toEqual(expect.arrayContaining([{ at: 'here' }, { at: 'there' }]))
  })
})
