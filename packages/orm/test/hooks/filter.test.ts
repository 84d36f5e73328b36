import { describe, expect, test } from '@jest/globals'
import { Entity } from '../../src/entity.js'
import { filter } from '../../src/hooks/build-filter.js'
import { Filter } from '../../src/hooks/filter.js'
import { define } from '../../src/schema/define.js'
import { schemaOf } from '../../src/schema/registry.js'
import { idOf } from '../support/ids.js'

class Person extends Entity {
  declare name: string
  declare address: string
  declare tags: unknown
}
define(Person, 'Person', { name: {}, address: {}, tags: { kind: 'list' } })
class Pet extends Entity {}
define(Pet, 'Pet', { owner: {} })

const models = [schemaOf(Person), schemaOf(Pet)]
const bob = idOf('Person', 1)
const al = idOf('Person', 2)
const bobsKey = bob.slice('Person:'.length)

type Place = [object: string, field?: string, key?: string]
const object: Place = [bob]
const field: Place = [bob, 'name']
const element: Place = [bob, 'tags', 'e1']

describe.each<[string, matching: Place[], others: Place[]]>([
  ['Person:[id]', [object, [al]], [field, element, [idOf('Pet', 1)]]],
  [`Person:${bobsKey}`, [object], [[al], field]],
  ['Person:[id]:[field]', [field, element], [object]],
  ['Person:[whatever]:*', [field, element], [object]],
  ['Person:[id]:name', [field], [element, [bob, 'names']]],
  ['Person:[id]:na[me]', [field, [bob, 'na']], [[bob, 'ma']]],
  ['Person:[id]:addr_*', [[bob, 'addr_1'], [bob, 'addr_']], [[bob, 'addr']]],
  ['Person:[id]:[f]:[key]', [element], [field, object]],
  ['Person:[id]:tags:e1', [element], [[bob, 'tags', 'e2'], [bob, 'tags']]],
  ['Person:[id]:*:a:b', [[bob, 'tags', 'a:b']], [[bob, 'tags', 'a']]],
  ['*:[id]', [object, [idOf('Pet', 1)]], [field]],
  ['P*t:[id]', [[idOf('Pet', 1)]], [object]],
  ['Person:[id]:a.c', [[bob, 'a.c']], [[bob, 'abc']]]
])('%s', (text, matching, others) => {
  test('matches what it names and nothing else', () => {
    const parsed = new Filter(text)
    for (const place of matching) expect([place, parsed.matches(place[0], place[1], place[2])]).toEqual([place, true])
    for (const place of others) expect([place, parsed.matches(place[0], place[1], place[2])]).toEqual([place, false])
  })
})

test.each<[string, RegExp]>([
  ['Person', /one segment/],
  ['Person:', /empty segment/],
  ['Person:[id', /bracket/],
  ['Person:id]', /bracket/],
  ['Person:[id]::key', /empty segment/],
  ['Person:id:name', /no object's key/],
  ['Persn:[id]', /Did you mean 'Person'/],
  ['Q*:[id]', /no model 'Q\*'/],
  ['Person:[id]:nmae', /Did you mean 'name'/],
  ['Pet:[id]:name', /no field 'name'/],
  ['Person:[id]:name:[key]', /no elements/]
])('%s is ORM_BAD_FILTER', (text, message) => {
  expect(() => new Filter(text).check(models)).toThrow(expect.objectContaining({ code: 'ORM_BAD_FILTER', message: expect.stringMatching(message) }))
})

test.each(['Person:[id]:address', 'P*:[id]:owner', 'Person:[id]:extra_*', 'Person:[id]:tags:[key]', 'Person:[id]:*:x'])('%s is a filter of these models', (text) => {
  expect(() => new Filter(text).check(models)).not.toThrow()
})

test('what is no text is ORM_BAD_FILTER', () => {
  expect(() => new Filter(undefined as never)).toThrow(expect.objectContaining({ code: 'ORM_BAD_FILTER' }))
})

test('filter() writes the text, typed', () => {
  expect(filter(Person)).toBe('Person:[id]')
  expect(filter(Person, { id: bob })).toBe(bob)
  expect(filter(Person, { field: 'name' })).toBe('Person:[id]:name')
  expect(filter(Person, { id: bob, field: 'addr_*' })).toBe(`${bob}:addr_*`)
  expect(filter(Person, { key: 'home' })).toBe('Person:[id]:[field]:home')
  // @ts-expect-error a misspelt field is a type error
  expect(filter(Person, { field: 'nmae' })).toBe('Person:[id]:nmae')
  expect(() => filter(Person, { id: idOf('Pet', 1) })).toThrow(expect.objectContaining({ code: 'ORM_BAD_FILTER' }))
})
