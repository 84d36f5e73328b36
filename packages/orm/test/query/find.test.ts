import { describe, expect, test } from '@jest/globals'
import { compareBytes, parseId } from '@dinemic/core'
import type { Value } from '@dinemic/core'
import { Entity } from '../../src/entity.js'
import { count, find, first, ids } from '../../src/query/find.js'
import type { Query, Rows } from '../../src/query/types.js'
import { define } from '../../src/schema/define.js'
import { idOf } from '../support/ids.js'
import { queryRig, schemaFor, value } from './query-rig.js'

class Person extends Entity {
  declare name: string
  declare age: unknown
  declare tags: unknown
}
define(Person, 'Person', { name: {}, age: {}, tags: { kind: 'list' } })

class Pet extends Entity {}
define(Pet, 'Pet', {})

type People = Query<Pick<Person, 'id' | 'name' | 'age'>>
const schema = schemaFor(Person)
const keyOrder = (a: string, b: string) => compareBytes(parseId(a).key, parseId(b).key)

/** People of these ages, in the order of their keys called a, b, c, … */
function people (...ages: (Value | undefined)[]) {
  const rig = queryRig()
  const inOrder = ages.map((_, i) => idOf('Person', i + 1)).sort(keyOrder)
  ages.forEach((age, i) => {
    rig.engine.put(inOrder[i]!, { name: value(String.fromCharCode(97 + i)), ...(age === undefined ? {} : { age: value(age) }) })
  })
  rig.engine.put(idOf('Pet', 1), {})
  const names = async (query: People) => (await find<Person>(rig.host, schema, query as Query<Person>)).map(({ name }) => name).join('')
  return { ...rig, names, inOrder }
}

describe('orderBy', () => {
  test('without it rows come in the order of their keys', async () => {
    expect(await people(3, 1, 2).names({})).toBe('abc')
  })

  test('ascending, descending, several keys, the id last', async () => {
    const { names } = people(3, 1, 3, 2)
    expect(await names({ orderBy: 'age' })).toBe('bdac')
    expect(await names({ orderBy: '-age' })).toBe('acdb')
    expect(await names({ orderBy: ['-age', '-name'] })).toBe('cadb')
  })

  test('types one after another, null and no value last either way', async () => {
    const { names } = people(undefined, [1], Uint8Array.of(0), new Date(0), 'x', 2n, 1, true, null, false)
    expect(await names({ orderBy: 'age' })).toBe('jhgfedcbai')
    expect(await names({ orderBy: '-age' })).toBe('bcdefghjai')
  })

  test.each<[string, object, string]>([
    ['an unknown field', { orderBy: 'agee' }, 'ORM_BAD_FILTER'],
    ['a list', { orderBy: 'tags' }, 'ORM_BAD_VALUE'],
    ['what is no name', { orderBy: 5 }, 'ORM_BAD_VALUE'],
    ['a negative limit', { limit: -1 }, 'ORM_BAD_VALUE'],
    ['half a row', { limit: 1.5 }, 'ORM_BAD_VALUE'],
    ['a misspelt option', { limits: 5 }, 'ORM_BAD_VALUE']
  ])('%s is refused', async (_title, query, code) => {
    await expect(find(queryRig().host, schema, query)).rejects.toMatchObject({ code })
  })
})

describe('limit and cursor', () => {
  const AGES = [3, 1, undefined, 2, 3, 'x', null]

  test.each<People>([{}, { orderBy: 'age' }, { orderBy: '-age' }, { orderBy: ['-name'] }, { where: { age: { gte: 2 } }, orderBy: '-age' }])('pages of any size give what one query gives: %#', async (query) => {
    const { host, names } = people(...AGES)
    const whole = await names(query)
    for (const limit of [1, 2, 3, 7, 8]) {
      let [paged, cursor, pages]: [string, string | undefined, number] = ['', undefined, 0]
      do {
        const rows: Rows<Person> = await find<Person>(host, schema, { ...query, limit, after: cursor } as Query<Person>)
        paged += rows.map(({ name }) => name).join('')
        cursor = rows.cursor
        pages++
      } while (cursor !== undefined)
      expect([limit, paged, pages]).toEqual([limit, whole, Math.ceil(whole.length / limit)])
    }
  })

  test('a cursor holds its place when its row is gone', async () => {
    const { engine, host, names, inOrder } = people(1, 2, 3)
    const { cursor } = await find<Person>(host, schema, { orderBy: 'age', limit: 2 })
    engine.remove(inOrder[1]!)
    expect(await names({ orderBy: 'age', after: cursor })).toBe('c')
  })

  test('without orderBy a scan starts at the cursor and ends with the page', async () => {
    const { engine, host, inOrder } = people(1, 2, 3, 4, 5)
    const { cursor } = await find<Person>(host, schema, { limit: 1 })
    engine.reads.length = 0
    await find<Person>(host, schema, { limit: 1, after: cursor })
    expect(engine.reads).toEqual(inOrder.slice(1, 3))
  })

  test('limit 0 gives no rows, and the cursor does not show', async () => {
    const { host } = people(1)
    expect(await find(host, schema, { limit: 0 })).toEqual([])
    expect(Object.keys(await find(host, schema, { limit: 1 }))).toEqual(['0'])
  })

  test.each([['nonsense', 'no cursor'], ['', 'no cursor'], ['gQE', 'no cursor'], [5, 'type number']])('%j is no cursor', async (after, text) => {
    await expect(find(people(1).host, schema, { after: after as string })).rejects.toMatchObject({ code: 'ORM_BAD_VALUE', message: expect.stringContaining(text) })
  })

  test('that of another where, order or model is refused', async () => {
    const { host } = people(1, 2, 3)
    const { cursor } = await find<Person>(host, schema, { limit: 1 })
    for (const query of [{ where: { name: 'a' } }, { orderBy: 'name' }] as Query<Person>[]) {
      await expect(find<Person>(host, schema, { ...query, after: cursor })).rejects.toMatchObject({ code: 'ORM_BAD_VALUE', message: expect.stringContaining('another query') })
    }
    await expect(find(host, schemaFor(Pet), { after: cursor })).rejects.toMatchObject({ code: 'ORM_BAD_VALUE' })
  })
})

test('first gives the first row, count all of them, whatever the limit', async () => {
  const { host } = people(3, 1, 2)
  expect((await first<Person>(host, schema, { orderBy: '-age' }))?.name).toBe('a')
  expect(await first<Person>(host, schema, { where: { name: 'z' } })).toBeUndefined()
  expect(await count(host, schema)).toBe(3)
  expect(await count<Person>(host, schema, { where: { name: { ne: 'a' } }, limit: 1 })).toBe(2)
})

test('ids gives all of a model, or those whose key is here', async () => {
  const { engine, host, inOrder } = people(1, 2)
  engine.owned.add(inOrder[1]!)
  expect(await ids(host.engine, 'Person')).toEqual(inOrder)
  expect(await ids(host.engine, 'Person', { owned: true })).toEqual([inOrder[1]])
})

test('entities are made for the caller that the query names, whose key must be here', async () => {
  const { engine, host, inOrder } = people(1)
  const as = inOrder[0]!
  await expect(find(host, schema, { as })).rejects.toMatchObject({ code: 'ORM_NO_KEY' })
  await expect(count(host, schema, { as })).rejects.toMatchObject({ code: 'ORM_NO_KEY' })
  engine.owned.add(as)
  const [row] = await find<Person & { caller: string }>(host, schema, { as })
  expect(row?.caller).toBe(as)
})
