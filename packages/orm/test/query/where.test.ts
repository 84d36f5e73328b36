import { describe, expect, test } from '@jest/globals'
import type { FieldState } from '@dinemic/core'
import type { Counter } from '../../src/collections/counter.js'
import type { Dict } from '../../src/collections/dict.js'
import type { List } from '../../src/collections/list.js'
import type { Ref } from '../../src/collections/ref.js'
import { Entity } from '../../src/entity.js'
import { count, find } from '../../src/query/find.js'
import type { Query, Where } from '../../src/query/types.js'
import { define } from '../../src/schema/define.js'
import { idOf } from '../support/ids.js'
import { counter, dict, list, queryRig, schemaFor, sealedFor, value } from './query-rig.js'

class Company extends Entity {}
define(Company, 'Company', {})

class Person extends Entity {
  declare name: string
  declare age?: number | bigint
  declare born: Date
  declare photo: Uint8Array
  declare active: boolean
  declare address: { street: string }
  declare nicks: readonly string[]
  declare salary: number
  declare tags: List<string>
  declare phones: Dict<string>
  declare visits: Counter
  declare employer?: Ref<Company>
}
define(Person, 'Person', {
  name: { name: 'n' }, age: {}, born: {}, photo: {}, active: {}, address: {}, nicks: {}, salary: true,
  tags: { kind: 'list' }, phones: { kind: 'dict' }, visits: { kind: 'counter' }, employer: { kind: 'ref', target: () => Company }
})

const acme = idOf('Company', 9)
const BOB: Record<string, FieldState> = {
  n: value('Bob'), age: value(30), born: value(new Date(1000)), photo: value(Uint8Array.of(1, 2)), active: value(true),
  address: value({ street: 'Elm' }), nicks: value(['Bobby', 'Rob']), tags: list('lead', 'ops'),
  phones: dict({ home: '1', work: undefined }), visits: counter(3n), employer: value(acme)
}
/** Nothing is set. */
const NOBODY: Record<string, FieldState> = {}

async function matches (fields: Record<string, FieldState>, where: Where<Person>): Promise<boolean> {
  const { engine, host } = queryRig()
  engine.put(idOf('Person', 1), fields)
  return await count(host, schemaFor(Person), { where }) === 1
}

describe('a condition holds', () => {
  test.each<Where<Person>>([
    {},
    { name: 'Bob' },
    { name: { eq: 'Bob' } },
    { name: { ne: 'Al' } },
    { name: { startsWith: 'Bo' } },
    { name: { in: ['Al', 'Bob'] } },
    { name: { gt: 'Al', lt: 'Bz' } },
    { name: { not: { startsWith: 'A' } } },
    { age: { gte: 30 } },
    { age: { lte: 30n } },
    { age: 30n },
    { age: { gt: 29, lt: 31 } },
    { age: { ne: null } },
    { born: new Date(1000) },
    { born: { gt: new Date(999) } },
    { photo: Uint8Array.of(1, 2) },
    { photo: { lt: Uint8Array.of(1, 3) } },
    { active: true },
    { active: { gt: false } },
    { address: { eq: { street: 'Elm' } } },
    { nicks: { has: 'Rob' } },
    { nicks: { eq: ['Bobby', 'Rob'] } },
    { tags: { has: 'lead' } },
    { tags: { not: { has: 'dev' } } },
    { phones: { has: 'home' } },
    { visits: 3 },
    { visits: { gte: 3n, lt: 4 } },
    { employer: acme },
    { employer: { eq: { id: acme } } },
    { employer: { in: [acme] } },
    { employer: { ne: null } },
    { id: { startsWith: 'Person:' } },
    { id: { in: [idOf('Person', 1)] } },
    { or: [{ name: 'Al' }, { age: 30 }] },
    { and: [{ name: 'Bob' }, { age: 30 }] },
    { not: { name: 'Al' } },
    { name: 'Bob', or: [{ age: 30 }] }
  ])('%#', async (where) => {
    expect([where, await matches(BOB, where)]).toEqual([where, true])
  })

  test.each<Where<Person>>([
    { age: null },
    { age: { eq: null } },
    { age: { in: [1, null] } },
    { age: { ne: 5 } },
    { employer: null },
    { visits: 0 },
    { not: { age: { gt: 1 } } }
  ])('where nothing is set: %#', async (where) => {
    expect([where, await matches(NOBODY, where)]).toEqual([where, true])
  })
})

describe('a condition does not hold', () => {
  test.each<Where<Person>>([
    { name: 'bob' },
    { name: { in: [] } },
    { name: { startsWith: 'ob' } },
    { name: { ne: 'Bob' } },
    { age: { gt: 30 } },
    { age: null },
    { name: { gt: 1 as never } },
    { age: { lt: 'x' as never } },
    { age: { gte: null as never } },
    { born: { lt: 5000 as never } },
    { active: { gte: 1 as never } },
    { address: { gt: { street: 'A' } } },
    { address: { eq: { street: 'Oak' } } },
    { nicks: { has: 'Bo' } },
    { tags: { has: 'dev' } },
    { phones: { has: 'work' } },
    { employer: idOf('Company', 8) },
    { or: [] },
    { or: [{ name: 'Al' }, { age: 31 }] },
    { and: [{ name: 'Bob' }, { age: 31 }] }
  ])('%#', async (where) => {
    expect([where, await matches(BOB, where)]).toEqual([where, false])
  })

  test.each<Where<Person>>([
    { age: { gt: 0 } }, { age: { lte: 0 } }, { name: { startsWith: '' } }, { tags: { has: 'lead' } }, { employer: acme }
  ])('where nothing is set: %#', async (where) => {
    expect([where, await matches(NOBODY, where)]).toEqual([where, false])
  })
})

describe('a sealed value', () => {
  const reader = idOf('Person', 50)

  async function names (salary: ReturnType<typeof sealedFor>, query: Query<Person>): Promise<string[]> {
    const { engine, host } = queryRig()
    engine.owned.add(reader)
    engine.put(idOf('Person', 1), { n: value('Bob'), salary: value(salary) }, ['salary'])
    return (await find(host, schemaFor(Person), query)).map(({ name }) => name)
  }

  test.each<Where<Person>>([
    { salary: 100 }, { salary: { ne: 100 } }, { salary: null }, { not: { salary: 100 } }, { not: { salary: { gt: 5 } } },
    { and: [{ name: 'Bob' }, { salary: 100 }] }, { not: { or: [{ salary: 100 }, { name: 'Al' }] } }
  ])('never decides for a row without its key: %#', async (where) => {
    expect(await names(sealedFor(reader, 100), { where })).toEqual([])
  })

  test('is left aside where something else decides', async () => {
    expect(await names(sealedFor(reader, 100), { where: { or: [{ salary: 100 }, { name: 'Bob' }] } })).toEqual(['Bob'])
    expect(await names(sealedFor(reader, 100), { where: { not: { and: [{ salary: 100 }, { name: 'Al' }] } } })).toEqual(['Bob'])
  })

  test('is read with the key of who asks', async () => {
    expect(await names(sealedFor(reader, 100), { where: { salary: { gte: 100 } }, as: reader })).toEqual(['Bob'])
    expect(await names(sealedFor(reader, 100), { where: { salary: { gt: 100 } }, as: { id: reader } })).toEqual([])
  })

  test('that is damaged breaks nothing', async () => {
    expect(await names(sealedFor(reader), { where: { salary: 100 }, as: reader })).toEqual([])
    expect(await names(sealedFor(reader), { where: { name: 'Bob' }, orderBy: 'salary', as: reader })).toEqual(['Bob'])
  })

  test('in a list: an element that can be read may decide, one that cannot does not', async () => {
    const { engine, host } = queryRig()
    engine.put(idOf('Person', 1), { tags: list('lead', sealedFor(reader, 1)) }, ['tags'])
    const found = (where: Where<Person>) => count(host, schemaFor(Person), { where })
    expect([await found({ tags: { has: 'lead' } }), await found({ tags: { has: 'dev' } }), await found({ not: { tags: { has: 'dev' } } })]).toEqual([1, 0, 0])
  })
})

describe('misuse', () => {
  test.each<[string, object, string, RegExp]>([
    ['an unknown field', { nmae: 'Bob' }, 'ORM_BAD_FILTER', /Did you mean 'name'/],
    ['an unknown operator', { age: { gte: 1, maximum: 2 } }, 'ORM_BAD_VALUE', /no operator 'maximum'/],
    ['a misspelt operator', { name: { startWith: 'B' } }, 'ORM_BAD_VALUE', /Did you mean 'startsWith'/],
    ['undefined', { age: undefined }, 'ORM_BAD_VALUE', /undefined/],
    ['undefined in an operator', { age: { eq: undefined } }, 'ORM_BAD_VALUE', /undefined/],
    ['undefined in a list', { age: { in: [1, undefined] } }, 'ORM_BAD_VALUE', /undefined/],
    ['undefined in an and', { and: [undefined] }, 'ORM_BAD_VALUE', /undefined/],
    ['undefined as a not', { not: undefined }, 'ORM_BAD_VALUE', /undefined/],
    ['what is no value', { age: NaN }, 'ORM_BAD_VALUE', /NaN/],
    ['in without an array', { age: { in: 5 } }, 'ORM_BAD_VALUE', /array/],
    ['or without an array', { or: {} }, 'ORM_BAD_VALUE', /array/],
    ['startsWith without a string', { name: { startsWith: 5 } }, 'ORM_BAD_VALUE', /string/],
    ['an operator that a list has not', { tags: { eq: 'lead' } }, 'ORM_BAD_VALUE', /is a list/],
    ['a bare value for a list', { tags: 'lead' }, 'ORM_BAD_VALUE', /is a list/],
    ['an operator that a ref has not', { employer: { gt: acme } }, 'ORM_BAD_VALUE', /is a ref/],
    ['a ref to no id', { employer: 5 }, 'ORM_BAD_VALUE', /Ref/],
    ['a dict key that is no string', { phones: { has: 5 } }, 'ORM_BAD_VALUE', /keys/]
  ])('%s', async (_title, where, code, message) => {
    const { host } = queryRig()
    await expect(find(host, schemaFor(Person), { where: where as never })).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })

  test('texts never hold the values asked for', async () => {
    const { host } = queryRig()
    const error: Error = await find(host, schemaFor(Person), { where: { salary: { startWith: 'secret', eq: 'secret' } } as never }).then(() => new Error(), (e) => e)
    expect(error.message).toMatch(/salary/)
    expect(error.message).not.toMatch(/secret/)
  })

  test('types refuse it first', () => {
    const good: Where<Person>[] = [{ age: 1n }, { tags: { has: 'x' } }, { nicks: { has: 'x' } }, { employer: { id: acme } }]
    // @ts-expect-error no such field
    const unknown: Where<Person> = { nmae: 'Bob' }
    // @ts-expect-error a string is not a number
    const type: Where<Person> = { salary: 'much' }
    // @ts-expect-error numbers don't start with anything
    const operator: Where<Person> = { salary: { startsWith: '1' } }
    // @ts-expect-error methods are not fields
    const method: Where<Person> = { save: null }
    expect([good.length, unknown, type, operator, method]).toHaveLength(5)
  })
})
