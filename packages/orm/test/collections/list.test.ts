import { describe, expect, test } from '@jest/globals'
import { Entity } from '../../src/entity.js'
import { Person } from '../support/models.js'
import { ormRig } from '../support/engine-double.js'

async function withTags (...tags: string[]) {
  const rig = ormRig(Person)
  const people = rig.orm.use(Person)
  const person = await people.create({ name: 'Ann', tags })
  const saved = async () => (await people.open(person.id)).tags.toArray()
  const operations = () => rig.engine.written.at(-1)!.operations.map(({ op }) => op).sort()
  return { ...rig, people, person, tags: person.tags, saved, operations }
}

describe('reading', () => {
  test('as an array, but by methods', async () => {
    const { tags } = await withTags('a', 'b', 'a')
    expect(tags.length).toBe(3)
    expect([tags.at(0), tags.at(-1), tags.at(3)]).toEqual(['a', 'a', undefined])
    expect([tags.indexOf('a'), tags.indexOf('a', 1), tags.indexOf('a', -1), tags.indexOf('z')]).toEqual([0, 2, 2, -1])
    expect([tags.includes('b'), tags.includes('z')]).toEqual([true, false])
    expect([...tags]).toEqual(['a', 'b', 'a'])
    expect(JSON.stringify(tags)).toBe('["a","b","a"]')
  })

  test('indexOf compares by content', async () => {
    const { people } = await withTags()
    const { notes } = await people.create({ notes: [{ text: 'x' }, { text: 'y' }] })
    expect(notes.indexOf({ text: 'y' })).toBe(1)
  })
})

describe('editing, and what is written', () => {
  test('push', async () => {
    const { person, tags, saved, operations } = await withTags('a')
    expect(tags.push('b', 'c')).toBe(3)
    await person.save()
    expect(operations()).toEqual(['insert', 'insert'])
    expect(await saved()).toEqual(['a', 'b', 'c'])
  })

  test('insert', async () => {
    const { person, tags, saved } = await withTags('a', 'b')
    tags.insert(1, 'x', 'y')
    tags.insert(0, 'first')
    tags.insert(5, 'last')
    await person.save()
    expect(await saved()).toEqual(['first', 'a', 'x', 'y', 'b', 'last'])
  })

  test('set replaces the value of the element and nothing else', async () => {
    const { person, tags, saved, operations } = await withTags('a', 'b')
    tags.set(1, 'B')
    await person.save()
    expect(operations()).toEqual(['replace'])
    expect(await saved()).toEqual(['a', 'B'])
  })

  test('splice gives what it takes', async () => {
    const { person, tags, saved } = await withTags('a', 'b', 'c', 'd')
    expect(tags.splice(1, 2, 'x')).toEqual(['b', 'c'])
    expect(tags.splice(-1)).toEqual(['d'])
    await person.save()
    expect(await saved()).toEqual(['a', 'x'])
  })

  test.each([[0, 2, 'bcad'], [3, 0, 'dabc'], [1, 2, 'acbd'], [2, 2, 'abcd']])('move %i to %i', async (from, to, result) => {
    const { person, tags, saved, engine } = await withTags('a', 'b', 'c', 'd')
    tags.move(from, to)
    await person.save()
    expect((await saved()).join('')).toBe(result)
    expect(engine.written.slice(1).flatMap(({ operations }) => operations.map(({ op }) => op))).toEqual(from === to ? [] : ['move'])
  })

  test('replace and assigning an array keep equal elements', async () => {
    const { person, tags, saved, operations } = await withTags('a', 'b', 'c')
    tags.replace(['a', 'x', 'c'])
    await person.save()
    expect(operations()).toEqual(['insert', 'remove'])
    Object.assign(person, { tags: ['x', 'c'] })
    await person.save()
    expect(operations()).toEqual(['remove'])
    expect(await saved()).toEqual(['x', 'c'])
  })

  test('an assigned array becomes the list, once', async () => {
    const { person, tags, saved, engine } = await withTags('a')
    Object.assign(person, { tags: ['a', 'b'] })
    expect(person.$.dirty).toEqual(['tags'])
    expect(person.tags).toBe(tags)
    tags.push('c')
    await person.save()
    expect(await saved()).toEqual(['a', 'b', 'c'])
    expect(await person.save()).toEqual([])
    expect(engine.written).toHaveLength(2)
  })

  test('what is inserted and taken out again is not written', async () => {
    const { person, tags } = await withTags('a')
    tags.push('b')
    tags.splice(1, 1)
    expect(await person.save()).toEqual([])
  })

  test('a value changed in place is written', async () => {
    const { people, engine } = await withTags()
    const person = await people.create({ notes: [{ text: 'x' }, { text: 'y' }] })
    person.notes.at(1)!.text = 'z'
    await person.save()
    expect(engine.written.at(-1)!.operations).toMatchObject([{ op: 'replace', field: 'notes', value: { text: 'z' } }])
  })
})

describe('misuse', () => {
  test.each([['insert', 3], ['insert', -1], ['set', 2], ['set', 0.5], ['set', NaN]] as const)('%s(%d)', async (verb, index) => {
    const { tags } = await withTags('a', 'b')
    expect(() => verb === 'set' ? tags.set(index, 'x') : tags.insert(index, 'x')).toThrow(expect.objectContaining({ code: 'ORM_BAD_VALUE' }))
  })

  test('move beyond the end', async () => {
    const { tags } = await withTags('a', 'b')
    expect(() => tags.move(0, 2)).toThrow(/Person\.tags\.move/)
  })

  test.each([['text', 'x'], ['null', null], ['a number', 3]])('%s is no list', async (_what, value) => {
    const { person } = await withTags('a')
    Object.assign(person, { tags: value })
    await expect(person.save()).rejects.toMatchObject({ code: 'ORM_BAD_VALUE' })
  })

  test('a bad element is named by its place and not shown', async () => {
    const { person } = await withTags('a')
    person.tags.push((() => 'hidden') as unknown as string)
    await expect(person.save()).rejects.toThrow(expect.objectContaining({ code: 'ORM_BAD_VALUE', message: expect.stringMatching(/^Person\.tags\[1\] is a function/) }))
  })
})

test('editing a long list touches no more than what is edited', async () => {
  const { person, tags, operations, people } = await withTags(...Array.from({ length: 2000 }, (_, i) => `tag ${i}`))
  for (let i = 0; i < 50; i++) tags.push(`more ${i}`)
  tags.splice(1000, 1)
  await person.save()
  expect(operations()).toHaveLength(51)
  expect((await people.open(person.id)).tags.length).toBe(2049)
})

test('editing a long encrypted list or dict opens what is new, and not the rest again', async () => {
  const { orm, engine } = ormRig(Person)
  const values = Array.from({ length: 500 }, (_, i) => `secret ${i}`)
  const person = await orm.use(Person).create({ secrets: values, codes: Object.fromEntries(values.map((value, i) => [value, i])) })
  let opened = 0
  const reader = engine.reader.bind(engine)
  engine.reader = async (state, caller) => {
    const inner = await reader(state, caller)
    return {
      ...inner,
      open: (place, value) => {
        opened++
        return inner.open(place, value)
      }
    }
  }
  await person.$.refresh()
  opened = 0
  for (let i = 0; i < 5; i++) {
    person.secrets.push('one more')
    person.secrets.splice(100, 1)
    person.codes.set('secret 7', 1000 + i)
    await person.save()
  }
  expect(opened).toBeLessThanOrEqual(5 * 10)
  opened = 0
  const again = await orm.use(Person).open(person.id)
  expect([opened, again.secrets.length, again.$.sealed]).toEqual([0, 500, []])
  const stranger = await orm.use(Person).create({ name: 'Eve' })
  expect((await orm.use(Person).open(person.id, { as: stranger })).$.sealed).toEqual(expect.arrayContaining(['secrets', 'codes']))
  expect([person.secrets.at(-1), person.codes.get('secret 7'), person.codes.get('secret 8')]).toEqual(['one more', 1004, 8])
})

test('it belongs to its entity', async () => {
  const { people, person } = await withTags('a')
  const other = await people.open(person.id)
  other.tags.push('b')
  expect(person.tags.toArray()).toEqual(['a'])
  expect(person).toBeInstanceOf(Entity)
})
