import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { formatId } from '@dinemic/core'
import { nativeProvider } from '@dinemic/core/native'
import { ref } from '../../src/index.js'
import type { Node, Objects, Query } from '../../src/index.js'
import { Rig } from '../support/rig.js'
import { Card, MODELS, Team, nextRows, thrownBy } from './models.js'

const rig = new Rig()
afterEach(rig.end)

let node: Node
let cards: Objects<Card>
beforeEach(async () => {
  node = await rig.start(MODELS)
  cards = node.use(Card)
})

const names = async (query?: Query<Card>): Promise<string[]> => (await cards.find(query)).map(({ name }) => name).sort()

describe('where', () => {
  beforeEach(async () => {
    const team = await node.use(Team).create({ title: 'A' })
    await node.transaction(tx => {
      tx.create(Card, { name: 'Ann', age: 17, salary: 1, tags: ['lead', 1n], phones: { home: 1 }, visits: 3, team })
      tx.create(Card, { name: 'Bob', age: 18, salary: 2, value: [1, 'x'], tags: [], color: 'red' })
      tx.create(Card, { name: 'Bo', age: 40, value: null, diagnoses: ['flu'] })
      tx.create(Card, { name: 'Cy', value: new Date(5) })
    })
  })

  test.each<[Query<Card>['where'], string[]]>([
    [{}, ['Ann', 'Bo', 'Bob', 'Cy']],
    [{ name: 'Bob' }, ['Bob']],
    [{ name: { eq: 'Bob' } }, ['Bob']],
    [{ name: { ne: 'Bob' } }, ['Ann', 'Bo', 'Cy']],
    [{ age: { gt: 18 } }, ['Bo']],
    [{ age: { gte: 18 } }, ['Bo', 'Bob']],
    [{ age: { lt: 18 } }, ['Ann']],
    [{ age: { lte: 18, gt: 17 } }, ['Bob']],
    [{ age: { in: [17, 40, 99] } }, ['Ann', 'Bo']],
    [{ age: { in: [] } }, []],
    [{ age: null }, ['Cy']],
    [{ age: { ne: null } }, ['Ann', 'Bo', 'Bob']],
    [{ age: { not: { gte: 18 } } }, ['Ann', 'Cy']],
    [{ name: { startsWith: 'B' } }, ['Bo', 'Bob']],
    [{ name: { startsWith: '' } }, ['Ann', 'Bo', 'Bob', 'Cy']],
    [{ tags: { has: 'lead' } }, ['Ann']],
    [{ tags: { has: 1n } }, ['Ann']],
    [{ tags: { not: { has: 'lead' } } }, ['Bo', 'Bob', 'Cy']],
    [{ phones: { has: 'home' } }, ['Ann']],
    [{ diagnoses: { has: 'flu' } }, ['Bo']],
    [{ visits: { gte: 1 } }, ['Ann']],
    [{ visits: 0 }, ['Bo', 'Bob', 'Cy']],
    [{ salary: { gt: 0 } }, ['Ann', 'Bob']],
    [{ and: [{ age: { gte: 18 } }, { name: { startsWith: 'B' } }], color: 'red' }, ['Bob']],
    [{ or: [{ name: 'Ann' }, { age: 40 }] }, ['Ann', 'Bo']],
    [{ not: { or: [{ name: 'Ann' }, { age: 40 }] } }, ['Bob', 'Cy']],
    [{ or: [] }, []],
    [{ and: [] }, ['Ann', 'Bo', 'Bob', 'Cy']]
  ])('%j', async (where, expected) => {
    expect(await names({ where })).toEqual(expected)
    expect(await cards.count({ where })).toBe(expected.length)
  })

  test('dates, arrays, refs and ids', async () => {
    const [ann] = await cards.find({ where: { name: 'Ann' } })
    expect(await names({ where: { value: { lte: new Date(5) } } })).toEqual(['Cy'])
    expect(await names({ where: { value: { eq: [1, 'x'] } } })).toEqual(['Bob'])
    expect(await names({ where: { team: ann!.team! } })).toEqual(['Ann'])
    expect(await names({ where: { team: { in: [ref<Team>(ann!.team!.id)] } } })).toEqual(['Ann'])
    expect(await names({ where: { id: { in: [ann!.id] } } })).toEqual(['Ann'])
    expect(await cards.first({ where: { name: 'Nobody' } })).toBeUndefined()
    expect((await cards.first({ orderBy: '-name' }))?.name).toBe('Cy')
    expect(await cards.ids()).toHaveLength(4)
  })

  test('what can\'t be asked is refused and says why', async () => {
    const bad = async (query: unknown): Promise<unknown> => await thrownBy(() => cards.find(query as Query<Card>))
    const value = (text: string): object => ({ code: 'ORM_BAD_VALUE', message: expect.stringContaining(text) })
    expect(await bad({ where: { name: undefined } })).toMatchObject(value('Card.name'))
    expect(await bad({ where: { age: { gte: undefined } } })).toMatchObject(value('undefined'))
    expect(await bad({ where: { age: { gtee: 1 } } })).toMatchObject(value("Did you mean 'gte'"))
    expect(await bad({ where: { nmae: 'x' } })).toMatchObject({ code: 'ORM_BAD_FILTER', message: expect.stringContaining('name') })
    expect(await bad({ orderBy: 'nmae' })).toMatchObject({ code: 'ORM_BAD_FILTER' })
    expect(await bad({ orderBy: 'tags' })).toMatchObject(value('tags'))
    expect(await bad({ where: { tags: 'lead' } })).toMatchObject(value('Card.tags'))
    expect(await bad({ where: { name: { startsWith: 1 } } })).toMatchObject(value('Card.name'))
    expect(await bad({ where: { age: NaN } })).toMatchObject(value('Card.age'))
    expect(await bad({ limit: -1 })).toMatchObject(value('limit'))
    expect(await bad({ limit: 1.5 })).toMatchObject(value('limit'))
    expect(await bad({ after: 'nonsense' })).toMatchObject(value('after'))
    expect(await bad({ limt: 1 })).toMatchObject(value('limt'))
    expect(await bad('name')).toMatchObject({ code: 'ORM_BAD_VALUE' })
  })
})

test('orderBy, limit and cursor lead through all rows, once each', async () => {
  await node.transaction(tx => { for (let i = 0; i < 25; i++) tx.create(Card, { name: `n${i % 3}`, ...(i % 4 === 0 ? {} : { age: i % 5 }) }) })
  const query: Query<Card> = { orderBy: ['-age', 'name'] }
  const all = await cards.find(query)
  const key = ({ age, name }: Card): [number, string] => [age ?? -1, name]
  expect(all.map(key)).toEqual(all.map(key).sort(([a, x], [b, y]) => b - a || (x < y ? -1 : x > y ? 1 : 0)))
  const seen: string[] = []
  let after: string | undefined
  do {
    const rows = await cards.find({ ...query, limit: 4, after })
    expect(rows.length).toBeLessThanOrEqual(4)
    seen.push(...rows.map(({ id }) => id))
    after = rows.cursor
  } while (after !== undefined)
  expect(seen).toEqual(all.map(({ id }) => id))
  const { cursor } = await cards.find({ ...query, limit: 4 })
  expect(await thrownBy(() => cards.find({ orderBy: 'name', after: cursor }))).toMatchObject({ code: 'ORM_BAD_VALUE', message: expect.stringContaining('after') })
  expect(await cards.find({ limit: 0 })).toHaveLength(0)
})

test('live() gives the rows, and again after each change; its events tell what came, changed and went', async () => {
  const live = cards.live({ where: { age: { gte: 18 } }, orderBy: 'name' })
  const events: string[] = []
  for (const name of ['added', 'changed', 'removed'] as const) live.on(name, row => { events.push(`${name} ${row.name}`) })
  const rows = live[Symbol.asyncIterator]()
  const next = async (): Promise<string[]> => (await nextRows(rows)).map(({ name }) => name)
  expect(await next()).toEqual([])
  const bob = await cards.create({ name: 'Bob', age: 20 })
  expect(await next()).toEqual(['Bob'])
  await cards.create({ name: 'Child', age: 3 })
  const ann = await cards.create({ name: 'Ann', age: 30 })
  expect(await next()).toEqual(['Ann', 'Bob'])
  bob.name = 'Aaron'
  await bob.save()
  expect(await next()).toEqual(['Aaron', 'Ann'])
  bob.age = 1
  await bob.save()
  expect(await next()).toEqual(['Ann'])
  await ann.remove()
  expect(await next()).toEqual([])
  expect(events).toEqual(['added Bob', 'added Ann', 'changed Aaron', 'removed Aaron', 'removed Ann'])
  live.stop()
  expect(await rows.next()).toEqual({ value: undefined, done: true })
})

test('many live queries leave nothing at the node, and Node.js warns of no leak', async () => {
  const warned = jest.fn()
  process.once('warning', warned)
  const lives = Array.from({ length: 12 }, () => cards.live()[Symbol.asyncIterator]())
  await Promise.all(lives.map(live => live.next()))
  await cards.create({ name: 'Bob' })
  for (const live of lives) expect(await nextRows(live)).toHaveLength(1)
  for (const live of lives) await live.return!()
  expect(getEventListeners(node.orm.stopped, 'abort')).toEqual([])
  process.removeListener('warning', warned)
  expect(warned).not.toHaveBeenCalled()
})

test('objects that are opened, be they here or waited for, leave nothing at the node', async () => {
  const bob = await cards.create({ name: 'Bob' })
  await Promise.all(Array.from({ length: 12 }, async () => await cards.open(bob.id)))
  const nobody = formatId('Card', nativeProvider.publicKey(new Uint8Array(32).fill(7)))
  await Promise.all(Array.from({ length: 12 }, async () => { await expect(cards.open(nobody, { timeout: 1 })).rejects.toMatchObject({ code: 'ORM_NOT_FOUND' }) }))
  expect(getEventListeners(node.orm.stopped, 'abort')).toEqual([])
})

test('live() ends with its signal and with its node', async () => {
  const controller = new AbortController()
  const [first, second] = [cards.live({}, { signal: controller.signal }), cards.live()].map(live => live[Symbol.asyncIterator]())
  await Promise.all([first!.next(), second!.next()])
  const ends = [first!.next(), second!.next()]
  controller.abort()
  expect(await ends[0]).toMatchObject({ done: true })
  await node.stop()
  expect(await ends[1]).toMatchObject({ done: true })
})
