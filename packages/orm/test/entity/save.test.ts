import { describe, expect, test } from '@jest/globals'
import { runInHook } from '../../src/hooks/context.js'
import { schemaOf } from '../../src/schema/registry.js'
import { Person } from '../support/models.js'
import { personWith } from '../support/person-rig.js'

describe('what is staged', () => {
  test('is the difference to the snapshot', async () => {
    const { person, operations, again } = await personWith()
    person.name = 'Bea'
    person.age = 30
    expect(person.$.dirty).toEqual(['name'])
    expect(await person.save()).toHaveLength(1)
    expect(operations()).toEqual([{ op: 'set', field: 'name', value: 'Bea' }])
    expect(person.$.dirty).toEqual([])
    expect((await again()).name).toBe('Bea')
  })

  test('nothing gives []', async () => {
    const { person, engine } = await personWith()
    person.name = 'Bea'
    person.name = 'Ann'
    expect(await person.save()).toEqual([])
    expect(engine.written).toHaveLength(1)
  })

  test('a value changed in place', async () => {
    const { person, operations, again } = await personWith({ address: { street: 'Elm', floors: [1, 2] } })
    person.address!.floors!.push(3)
    await person.save()
    expect(operations()).toEqual([{ op: 'set', field: 'addr', value: { street: 'Elm', floors: [1, 2, 3] } }])
    expect((await again()).address).toEqual({ street: 'Elm', floors: [1, 2, 3] })
  })

  test('an assigned object that changes afterwards', async () => {
    const { person, again } = await personWith({})
    const address = { street: 'Elm' }
    person.address = address
    address.street = 'Oak'
    await person.save()
    address.street = 'Ash'
    expect(person.address).toEqual({ street: 'Oak' })
    expect((await again()).address).toEqual({ street: 'Oak' })
  })

  test.each<[string, (person: Person) => void]>([
    ['delete', (person) => { delete person.age }],
    ['undefined', (person) => { person.age = undefined }]
  ])('a deletion, by %s', async (_how, remove) => {
    const { person, operations, again } = await personWith()
    remove(person)
    expect(person.$.dirty).toEqual(['age'])
    await person.save()
    expect(operations()).toEqual([{ op: 'delete', field: 'age' }])
    expect((await again()).age).toBeUndefined()
    expect(await person.save()).toEqual([])
  })

  test('the deletion of a collection deletes all that is in it', async () => {
    const { person, operations } = await personWith({ tags: ['a', 'b'], phones: { home: '1' } })
    Object.assign(person, { tags: undefined, phones: undefined })
    await person.save()
    expect(operations().map(({ op }) => op)).toEqual(['delete', 'remove', 'remove', 'delete', 'drop'])
    expect([person.tags.length, person.phones.size]).toEqual([0, 0])
    expect(await person.save()).toEqual([])
  })

  test('deleting what isn’t there is nothing', async () => {
    const { person } = await personWith({ name: 'Ann' })
    Object.assign(person, { age: undefined, tags: undefined, employer: undefined })
    expect(await person.save()).toEqual([])
  })

  test('can be discarded', async () => {
    const { person } = await personWith({ name: 'Ann', tags: ['a'], visits: 1 })
    const { tags } = person
    person.name = 'Bea'
    person.tags.push('b')
    person.visits.add(5)
    person.$.set('other', 1)
    person.$.authorize('anyone')
    person.$.discard()
    expect([person.name, person.tags.toArray(), person.visits.value, person.$.dirty]).toEqual(['Ann', ['a'], 1, []])
    expect(person.tags).toBe(tags)
    expect(await person.save()).toEqual([])
  })
})

describe('refresh', () => {
  test('takes what others wrote and keeps what is staged', async () => {
    const { engine, person, operations } = await personWith({ name: 'Ann', age: 1, tags: ['a', 'b'], phones: { home: '1' } })
    person.name = 'Bea'
    person.tags.push('mine')
    person.tags.splice(1, 1)
    const state = (await engine.state(person.id))!
    const [first] = [...state.fields.get('tags')!.list].sort(([, a], [, b]) => a.position[0]!.value! < b.position[0]!.value! ? -1 : 1)
    engine.put(person.id, [
      { op: 'set', field: 'name', value: 'Zoe' }, { op: 'set', field: 'age', value: 2 },
      { op: 'replace', field: 'tags', element: first![0], value: 'A' }, { op: 'put', field: 'phones', key: 'work', value: '2' }
    ])
    await person.$.refresh()
    expect([person.name, person.age, person.tags.toArray(), person.phones.toJSON()]).toEqual(['Bea', 2, ['A', 'mine'], { home: '1', work: '2' }])
    expect(person.$.dirty).toEqual(['name', 'tags'])
    await person.save()
    expect(operations().map(({ op }) => op).sort()).toEqual(['insert', 'remove', 'set'])
  })

  test('what others made the same is staged no more', async () => {
    const { engine, person } = await personWith()
    person.name = 'Bea'
    engine.put(person.id, [{ op: 'set', field: 'name', value: 'Bea' }])
    await person.$.refresh()
    expect(person.$.dirty).toEqual([])
  })

  test('keeps a staged deletion', async () => {
    const { engine, person, operations } = await personWith()
    delete person.age
    engine.put(person.id, [{ op: 'set', field: 'age', value: 2 }])
    await person.$.refresh()
    expect(person.age).toBeUndefined()
    await person.save()
    expect(operations()).toEqual([{ op: 'delete', field: 'age' }])
  })

  test('of what is gone is ORM_NOT_FOUND', async () => {
    const { person, again } = await personWith()
    const other = await again()
    await other.remove()
    await expect(person.$.refresh()).rejects.toMatchObject({ code: 'ORM_NOT_FOUND' })
    expect(person.name).toBe('Ann')
  })
})

test('two opens are two entities', async () => {
  const { person, again } = await personWith()
  const other = await again()
  other.name = 'Bea'
  await other.save()
  expect([person.name, other.name]).toEqual(['Ann', 'Bea'])
  await person.$.refresh()
  expect(person.name).toBe('Bea')
})

test('the snapshot is what the save replaces', async () => {
  const { engine, person } = await personWith()
  const before = await engine.state(person.id)
  engine.put(person.id, [{ op: 'set', field: 'age', value: 99 }])
  person.age = 31
  await person.save({ ifUnchanged: true })
  expect(engine.written.at(-1)).toMatchObject({ ifUnchanged: true, caller: person.id, object: person.id })
  expect(engine.written.at(-1)!.base).toBe(before)
  expect(engine.written.at(-1)!.encrypted).toEqual(['salary', 'secrets', 'codes'])
})

test('a proposal goes to the peers and stays staged', async () => {
  const { engine, person } = await personWith()
  person.name = 'Bea'
  expect(await person.save({ propose: true })).toEqual([{ peer: 'peer', answer: 'refused', reason: 'no' }])
  expect(await person.remove({ propose: true })).toHaveLength(1)
  expect(engine.proposed.map(({ operations, remove }) => [operations.length, remove])).toEqual([[1, undefined], [0, true]])
  expect(engine.written).toHaveLength(1)
  expect(person.$.dirty).toEqual(['name'])
})

test('remove ends the object and saves nothing', async () => {
  const { engine, person, people } = await personWith()
  person.name = 'Bea'
  expect(await person.remove()).toHaveLength(1)
  expect(engine.written.at(-1)).toMatchObject({ remove: true, operations: [] })
  expect(await people.get(person.id)).toBeUndefined()
})

describe('misuse', () => {
  test('a save inside a before-hook of the object is ORM_REENTRANT', async () => {
    const { engine, person, again } = await personWith()
    const other = await again()
    let refused: unknown
    await runInHook({ engine, object: person.id, phase: 'before' }, async () => {
      other.name = 'Bea'
      refused = await other.save().catch((error: unknown) => error)
    })
    expect(refused).toMatchObject({ code: 'ORM_REENTRANT' })
    await runInHook({ engine, object: person.id, phase: 'after' }, () => other.save())
    expect((await again()).name).toBe('Bea')
  })

  test('what a hook is given can’t be changed or saved', async () => {
    const { orm, engine, person } = await personWith()
    const entity = await orm.entity(schemaOf(Person), (await engine.state(person.id))!, { readonly: true }) as Person
    expect(() => { entity.name = 'Bea' }).toThrow(TypeError)
    const edits = [() => entity.tags.push('x'), () => entity.tags.replace([]), () => entity.phones.set('a', '1'), () => entity.phones.delete('a'), () => entity.phones.replace({}), () => entity.visits.add()]
    for (const edit of edits) expect(edit).toThrow(expect.objectContaining({ code: 'ORM_READ_ONLY' }))
    expect([entity.tags.length, entity.phones.size, entity.visits.value]).toEqual([0, 0, 0])
    await expect(entity.save()).rejects.toMatchObject({ code: 'ORM_READ_ONLY' })
  })

  test.each<[string, unknown]>([['a function', () => {}], ['NaN', NaN], ['an instance', new Map()], ['a symbol', Symbol('x')]])('%s is ORM_BAD_VALUE, at save', async (_what, value) => {
    const { person } = await personWith({ name: 'Ann' })
    Object.assign(person, { address: value })
    expect(person.$.dirty).toEqual(['address'])
    await expect(person.save()).rejects.toMatchObject({ code: 'ORM_BAD_VALUE', message: expect.stringContaining('Person.address') })
    person.$.discard()
    expect(await person.save()).toEqual([])
  })

  test('a copy of an entity is none', async () => {
    const { person } = await personWith()
    const copy = Object.create(Person.prototype) as Person
    Object.assign(copy, { name: person.name })
    await expect(async () => copy.save()).rejects.toMatchObject({ code: 'ORM_USE_CREATE' })
  })
})
