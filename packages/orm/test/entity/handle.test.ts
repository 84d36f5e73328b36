import { describe, expect, test } from '@jest/globals'
import { schemaOf } from '../../src/schema/registry.js'
import type { CreateOptions, CreateValues } from '../../src/types.js'
import { ormRig } from '../support/engine-double.js'
import { idOf } from '../support/ids.js'
import { Person } from '../support/models.js'

async function personWith (values: CreateValues<Person> = {}, options: CreateOptions = {}) {
  const rig = ormRig(Person)
  const people = rig.orm.use(Person)
  const chief = await people.create({ name: 'Chief' })
  const person = await people.create(values, options)
  return { ...rig, people, chief, person, asChief: () => people.open(person.id, { as: chief }) }
}

describe('what is sealed here', () => {
  const hidden = { name: 'Ann', salary: 1234, secrets: ['x'], codes: { a: 1 } }

  test('throws when it is read, and nothing else does', async () => {
    const { asChief, people, person } = await personWith(hidden)
    const seen = await asChief()
    for (const field of ['salary', 'secrets', 'codes'] as const) {
      expect(() => seen[field]).toThrow(expect.objectContaining({ code: 'ORM_FIELD_SEALED' }))
    }
    expect([seen.name, seen.$.sealed, seen.$.dirty]).toEqual(['Ann', ['salary', 'secrets', 'codes'], []])
    expect(JSON.parse(JSON.stringify(seen))).toEqual({ id: seen.id, name: 'Ann', tags: [], notes: [], phones: {}, visits: 0 })
    expect([(await people.open(person.id)).salary, person.$.sealed]).toEqual([1234, []])
  })

  test('opens for a reader', async () => {
    const { asChief, person, chief } = await personWith(hidden)
    person.$.authorize(chief, { read: true })
    await person.save()
    const seen = await asChief()
    expect([seen.salary, seen.secrets.toArray(), seen.codes.get('a'), seen.$.sealed]).toEqual([1234, ['x'], 1, []])
  })

  test('may be assigned all the same, and is an ordinary property then', async () => {
    const { asChief, engine } = await personWith(hidden)
    const seen = await asChief()
    seen.salary = 5
    Object.assign(seen, { secrets: ['y'], codes: { b: 2 } })
    expect(seen.salary).toBe(5)
    expect(seen.$.dirty).toEqual(['salary', 'secrets', 'codes'])
    await seen.save()
    expect(engine.written.at(-1)!.operations).toMatchObject([
      { op: 'set', field: 'salary', value: 5 }, { op: 'remove', field: 'secrets' }, { op: 'insert', field: 'secrets', value: 'y' },
      { op: 'drop', field: 'codes', key: 'a' }, { op: 'put', field: 'codes', key: 'b', value: 2 }
    ])
    expect(seen.$.sealed).toEqual(['salary', 'secrets', 'codes'])
    expect(() => seen.salary).toThrow(expect.objectContaining({ code: 'ORM_FIELD_SEALED' }))
  })

  test('what is assigned and discarded is sealed again', async () => {
    const { asChief } = await personWith(hidden)
    const seen = await asChief()
    seen.salary = 5
    seen.$.discard()
    expect(() => seen.salary).toThrow(expect.objectContaining({ code: 'ORM_FIELD_SEALED' }))
  })

  test('may be deleted', async () => {
    const { asChief, engine } = await personWith(hidden)
    const seen = await asChief()
    delete seen.salary
    await seen.save()
    expect(engine.written.at(-1)!.operations).toEqual([{ op: 'delete', field: 'salary' }])
    expect([seen.salary, seen.$.sealed]).toEqual([undefined, ['secrets', 'codes']])
  })

  test('a damaged value breaks its field alone, and isn’t called sealed', async () => {
    const { engine, people, person } = await personWith(hidden)
    const state = (await engine.state(person.id))!
    const sealed = state.fields.get('codes')!.dict.get('a')![0]!.value!
    engine.put(person.id, [{ op: 'set', field: 'salary', value: sealed }])
    const damaged = await people.open(person.id)
    expect(() => damaged.salary).toThrow(expect.objectContaining({ code: 'ORM_FIELD_CORRUPT' }))
    expect([damaged.name, damaged.$.sealed]).toEqual(['Ann', []])
  })

  test('hooks read with any key that is here', async () => {
    const { orm, engine, person } = await personWith(hidden)
    engine.forget(person.id)
    const entity = await orm.entity(schemaOf(Person), (await engine.state(person.id))!, { readonly: true }) as Person
    expect(entity.salary).toBe(1234)
  })
})

describe('rights', () => {
  const [a, b] = [idOf('Person', 1), idOf('Person', 2)]

  test('readers, writers and can, as of the snapshot', async () => {
    const { person, chief } = await personWith({}, { authorized: [a], readers: [b], writers: [{ id: 'anyone', fields: ['name'] }] })
    expect(person.$.readers()).toEqual([a, b].sort())
    expect(person.$.writers()).toEqual([a, 'anyone'].sort())
    expect([person.$.can('read'), person.$.can('remove')]).toEqual([true, true])
    expect([person.$.can('read', b), person.$.can('remove', b), person.$.can('update', chief), person.$.can('read', chief)]).toEqual([true, false, true, false])
    expect([person.$.can('update', 'anyone'), person.$.can('read', 'anyone')]).toEqual([true, false])
  })

  test('authorize and revoke are staged', async () => {
    const { engine, person, chief } = await personWith({})
    person.$.authorize(chief, { remove: false })
    expect([person.$.readers(), person.$.dirty]).toEqual([[], []])
    expect(await person.save()).toHaveLength(1)
    expect([person.$.readers(), person.$.writers()]).toEqual([[chief.id], [chief.id]])
    person.$.revoke(chief, { update: true, keep: ['u'] })
    person.$.revoke('anyone')
    await person.save()
    expect(engine.written.at(-1)!.revokes).toEqual([{ subject: chief.id, rights: ['update'], keep: ['u'] }, { subject: null, rights: ['read', 'update', 'remove'] }])
    expect([person.$.readers(), person.$.writers()]).toEqual([[chief.id], []])
    expect(await person.save()).toEqual([])
  })

  test('only the owner grants', async () => {
    const { engine, people, person, asChief } = await personWith({})
    const seen = await asChief()
    expect(() => seen.$.authorize(a)).toThrow(expect.objectContaining({ code: 'ORM_NOT_OWNER' }))
    engine.forget(person.id)
    const stranger = await people.open(person.id)
    expect(() => stranger.$.revoke(a)).toThrow(expect.objectContaining({ code: 'ORM_NOT_OWNER' }))
    expect(() => person.$.authorize('Person:x')).toThrow(expect.objectContaining({ code: 'CORE_BAD_ID' }))
  })
})

describe('fields that the class doesn’t declare, or calls something else', () => {
  test('are set, read and deleted by their stored names', async () => {
    const { engine, people, person } = await personWith({ name: 'Ann' })
    person.$.set('shoe', 43)
    expect([person.$.get('shoe'), person.$.dirty, person.$.fields()]).toEqual([43, ['shoe'], ['name']])
    await person.save()
    const again = await people.open(person.id)
    expect([again.$.get('shoe'), again.$.fields(), again.$.dirty]).toEqual([43, ['name', 'shoe'], []])
    again.$.delete('shoe')
    expect(again.$.get('shoe')).toBeUndefined()
    await again.save()
    expect(engine.written.at(-1)!.operations).toEqual([{ op: 'delete', field: 'shoe' }])
    expect(again.$.fields()).toEqual(['name'])
  })

  test('may be encrypted', async () => {
    const { engine, person, asChief } = await personWith()
    person.$.set('pin', 1, { encrypted: true })
    await person.save()
    expect(engine.written.at(-1)!.encrypted).toContain('pin')
    expect(person.$.get('pin')).toBe(1)
    const seen = await asChief()
    expect(() => seen.$.get('pin')).toThrow(expect.objectContaining({ code: 'ORM_FIELD_SEALED' }))
  })

  test('of every kind', async () => {
    const { engine, people, person } = await personWith()
    engine.put(person.id, [
      { op: 'put', field: 'd', key: 'k', value: 1 }, { op: 'insert', field: 'l', element: 'e', position: 'a.B', value: 'x' },
      { op: 'add', field: 'c', amount: 4 }
    ])
    const again = await people.open(person.id)
    const { $ } = again
    expect([$.get('d'), $.get('l'), $.get('c'), $.get('none'), $.fields()]).toEqual([{ k: 1 }, ['x'], 4, undefined, ['c', 'd', 'l']])
    $.delete('d')
    $.delete('l')
    await again.save()
    expect($.fields()).toEqual(['c'])
    expect(() => $.delete('c')).toThrow(expect.objectContaining({ code: 'ORM_BAD_VALUE' }))
  })

  test('someone else’s kind shows as nothing, and is reached by its name', async () => {
    const { engine, people, person } = await personWith()
    engine.put(person.id, [
      { op: 'put', field: 'name', key: 'k', value: 1 }, { op: 'set', field: 'tags', value: 'text' },
      { op: 'set', field: 'visits', value: 7 }, { op: 'set', field: 'employer', value: person.id }
    ])
    const seen = await people.open(person.id)
    expect([seen.name, seen.tags.length, seen.visits.value, seen.employer, seen.$.dirty]).toEqual([undefined, 0, 0, undefined, []])
    expect(['name', 'tags', 'visits', 'employer'].map((name) => seen.$.get(name))).toEqual([{ k: 1 }, 'text', 7, person.id])
    seen.$.delete('name')
    expect(await seen.save()).toEqual([])
  })

  test('declared ones are reached too, by the name in the object', async () => {
    const { person } = await personWith({ address: { street: 'Elm' }, tags: ['a'], phones: { home: '1' }, visits: 2 })
    expect(['addr', 'tags', 'phones', 'visits'].map((name) => person.$.get(name))).toEqual([{ street: 'Elm' }, ['a'], { home: '1' }, 2])
    person.$.set('addr', { street: 'Oak' })
    expect(person.address).toEqual({ street: 'Oak' })
    person.$.delete('addr')
    expect([person.address, person.$.get('addr'), person.$.dirty]).toEqual([undefined, undefined, ['address']])
  })

  test('what can’t be stored is refused at once', async () => {
    const { person } = await personWith()
    expect(() => person.$.set('x', NaN)).toThrow(expect.objectContaining({ code: 'ORM_BAD_VALUE' }))
  })
})

test('conflicts are the concurrent values, the one that shows first', async () => {
  const { engine, person, chief } = await personWith({ name: 'Ann', phones: { home: '1' } })
  expect(person.$.conflicts('name')).toEqual([])
  engine.put(person.id, [{ op: 'set', field: 'name', value: 'Bea' }, { op: 'put', field: 'phones', key: 'home', value: '2' }], { author: chief.id, concurrent: true })
  await person.$.refresh()
  expect(person.$.conflicts('name').map(({ value, caller }) => [value, caller])).toEqual([['Bea', chief.id], ['Ann', person.id]])
  expect(person.name).toBe('Bea')
  expect(person.$.conflicts('phones')).toMatchObject([{ key: 'home', value: '2' }, { key: 'home', value: '1' }])
  expect(person.$.conflicts('unknown')).toEqual([])
})

test('seal and unseal', async () => {
  const { person } = await personWith()
  const sealed = person.$.seal(Uint8Array.of(1, 2))
  expect(sealed).not.toEqual(Uint8Array.of(1, 2))
  expect(person.$.unseal(sealed)).toEqual(Uint8Array.of(1, 2))
})
