import { afterEach, describe, expect, test } from '@jest/globals'
import { formatId, parseId } from '@dinemic/core'
import { registerOrm, unregisterOrm } from '../../src/default-node.js'
import { Entity } from '../../src/entity.js'
import type { Orm } from '../../src/orm.js'
import { define } from '../../src/schema/define.js'
import type { CreateValues } from '../../src/types.js'
import { ormRig } from '../support/engine-double.js'
import { idOf } from '../support/ids.js'
import { Company, Person } from '../support/models.js'

function office () {
  const rig = ormRig(Person, Company)
  return { ...rig, people: rig.orm.use(Person), companies: rig.orm.use(Company) }
}

describe('create', () => {
  test('makes an object with a key pair of its own, in its class', async () => {
    const { engine, people } = office()
    const ann = await people.create({ name: 'Ann', address: { street: 'Elm' }, salary: 5, tags: ['a', 'b'], phones: { home: '1' }, visits: 3n })
    expect(ann).toBeInstanceOf(Person)
    expect(ann.greet()).toBe('I am Ann')
    expect(ann.id).toBe(formatId('Person', parseId(ann.id).key))
    expect([ann.$.model, ann.$.owned, ann.$.caller, ann.$.publicKey]).toEqual(['Person', true, ann.id, parseId(ann.id).key])
    expect(engine.written[0]!.create!.seed).toHaveLength(32)
    expect(engine.written[0]!.operations.map(({ op, field }) => `${op} ${field}`)).toEqual([
      'set name', 'set addr', 'set salary', 'insert tags', 'insert tags', 'put phones', 'add visits'
    ])
    expect([ann.tags.toArray(), ann.phones.get('home'), ann.visits.value, ann.$.dirty]).toEqual([['a', 'b'], '1', 3, []])
  })

  test('without values too', async () => {
    const { people } = office()
    const nobody = await people.create({})
    expect([nobody.name, nobody.tags.length, nobody.visits.value, nobody.employer]).toEqual([undefined, 0, 0, undefined])
    expect((await people.open(nobody.id)).id).toBe(nobody.id)
  })

  test('what the class initialises is a default', async () => {
    class Account extends Entity {
      kind = 'plain'
      credit = 10
    }
    define(Account, 'Account', { kind: {}, credit: {} })
    const { engine, orm } = ormRig(Account)
    const account = await orm.use(Account).create({ credit: 7 })
    expect(engine.written[0]!.operations).toEqual([{ op: 'set', field: 'kind', value: 'plain' }, { op: 'set', field: 'credit', value: 7 }])
    engine.put(account.id, [{ op: 'delete', field: 'kind' }])
    expect((await orm.use(Account).open(account.id)).kind).toBeUndefined()
  })

  test('an entity shows its fields and no machinery', async () => {
    const { people } = office()
    const ann = await people.create({ name: 'Ann', tags: ['a'], visits: 2 })
    expect(JSON.parse(JSON.stringify(ann))).toEqual({ id: ann.id, name: 'Ann', tags: ['a'], notes: [], secrets: [], phones: {}, codes: {}, visits: 2 })
    expect(Object.keys(ann)).not.toContain('$')
  })

  test('an unknown property is named, with the one that was meant', async () => {
    const { engine, people } = office()
    await expect(people.create({ nmae: 'Ann' } as CreateValues<Person>)).rejects.toMatchObject({ code: 'ORM_BAD_VALUE', message: expect.stringContaining("Did you mean 'name'?") })
    expect(engine.written).toEqual([])
  })

  test('a refused creation leaves nothing', async () => {
    const { engine, people } = office()
    engine.beforeCommit = () => { throw new Error('no') }
    await expect(people.create({ name: 'Ann' })).rejects.toThrow('no')
    expect(await people.ids()).toEqual([])
  })
})

describe('the first grants', () => {
  const [a, b, c] = [idOf('Person', 1), idOf('Person', 2), idOf('Person', 3)]
  const grantsOf = async (options: Parameters<ReturnType<typeof office>['people']['create']>[1]) => {
    const { engine, people } = office()
    await people.create({}, options)
    return (engine.written[0]!.grants ?? []).map(({ subject, right, fields, limit }) => [subject === a ? 'a' : subject === b ? 'b' : subject === c ? 'c' : subject, right, ...(fields ?? []), ...(limit === undefined ? [] : [limit])])
  }

  test.each<[string, Parameters<typeof grantsOf>[0], unknown[][]]>([
    ['authorized gives all three', { authorized: [a] }, [['a', 'read'], ['a', 'update'], ['a', 'remove']]],
    ['less one', { authorized: [{ id: a, remove: false }] }, [['a', 'read'], ['a', 'update']]],
    ['one alone', { authorized: [{ id: a, read: true }] }, [['a', 'read']]],
    ['limited to fields, by their stored names: never remove', { authorized: [{ id: a, fields: ['name', 'address'] }] }, [['a', 'read'], ['a', 'update', 'addr', 'name']]],
    ['limited in number', { authorized: [{ id: a, limit: 5 }] }, [['a', 'read'], ['a', 'update', 5], ['a', 'remove', 5]]],
    ['readers and writers', { readers: [a, b], writers: [c, { id: b, fields: ['name'], limit: 2 }] }, [['a', 'read'], ['b', 'read'], ['c', 'update'], ['b', 'update', 'name', 2]]],
    ['anyone', { writers: [{ id: 'anyone', fields: ['name'] }] }, [[null, 'update', 'name', 1000]]]
  ])('%s', async (_what, options, expected) => {
    expect(await grantsOf(options)).toEqual(expected)
  })

  test('an entity is a subject', async () => {
    const { engine, people } = office()
    const chief = await people.create({ name: 'Chief' })
    await people.create({}, { authorized: [chief] })
    expect(engine.written[1]!.grants!.map(({ subject }) => subject)).toEqual([chief.id, chief.id, chief.id])
  })

  test.each<[string, { readonly writable?: 'anyone' }, unknown]>([
    ['a field', {}, [{ subject: null, right: 'update', fields: ['nick'], limit: 1000 }]],
    ['a model', { writable: 'anyone' }, [{ subject: null, right: 'update', limit: 1000 }]]
  ])('%s that is open to anyone', async (_what, options, grants) => {
    class Guest extends Entity { declare name: string; declare nickname: string }
    define(Guest, 'Guest', { name: {}, nickname: { name: 'nick', writable: 'anyone' } }, options)
    const { engine, orm } = ormRig(Guest)
    await orm.use(Guest).create({ name: 'x' })
    expect(engine.written[0]!.grants).toEqual(grants)
  })

  test.each<[string, object, string]>([
    ['a malformed id', { authorized: ['Person:x'] }, 'CORE_BAD_ID'],
    ['nobody', { readers: [undefined] }, 'CORE_BAD_ID'],
    ['remove limited to fields', { authorized: [{ id: a, remove: true, fields: ['name'] }] }, 'ORM_BAD_VALUE'],
    ['reading for anyone', { authorized: [{ id: 'anyone', read: true }] }, 'ORM_BAD_VALUE'],
    ['no updates at all', { authorized: [{ id: a, limit: 0 }] }, 'ORM_BAD_VALUE']
  ])('%s is refused', async (_what, options, code) => {
    const { people } = office()
    await expect(people.create({}, options)).rejects.toMatchObject({ code })
  })
})

describe('open and get', () => {
  test('act as the object itself, the node, or whom `as` names', async () => {
    const { engine, people } = office()
    const [chief, worker] = [await people.create({}), await people.create({})]
    expect((await people.open(worker.id)).$.caller).toBe(worker.id)
    expect((await people.open(worker.id, { as: chief })).$.caller).toBe(chief.id)
    expect((await people.open(worker.id, { as: chief.id })).$.caller).toBe(chief.id)
    engine.forget(worker.id)
    const seen = await people.open(worker.id)
    expect([seen.$.caller, seen.$.owned]).toEqual([engine.self, false])
  })

  test('`as` needs the key', async () => {
    const { engine, people } = office()
    const [chief, worker] = [await people.create({}), await people.create({})]
    engine.forget(chief.id)
    await expect(people.open(worker.id, { as: chief })).rejects.toMatchObject({ code: 'ORM_NO_KEY' })
    await expect(people.get(worker.id, { as: chief })).rejects.toMatchObject({ code: 'ORM_NO_KEY' })
    await expect(people.open(worker.id, { as: 'chief' })).rejects.toMatchObject({ code: 'CORE_BAD_ID' })
  })

  test('what isn’t here', async () => {
    const { people } = office()
    expect(await people.get(idOf('Person', 1))).toBeUndefined()
    await expect(people.open(idOf('Person', 1))).rejects.toMatchObject({ code: 'ORM_NOT_FOUND' })
  })

  test('an id of another model, or none', async () => {
    const { people, companies } = office()
    const ann = await people.create({})
    await expect(companies.open(ann.id)).rejects.toMatchObject({ code: 'ORM_WRONG_MODEL' })
    await expect(companies.get(ann.id)).rejects.toMatchObject({ code: 'ORM_WRONG_MODEL' })
    await expect(people.open('Person:x')).rejects.toMatchObject({ code: 'CORE_BAD_ID' })
  })
})

describe('find, first, count, ids, live', () => {
  test('give entities', async () => {
    const { engine, people } = office()
    const ids = [(await people.create({ name: 'Ann', age: 2 })).id, (await people.create({ name: 'Bea', age: 1 })).id]
    expect((await people.find({ orderBy: 'age' })).map(({ name }) => name)).toEqual(['Bea', 'Ann'])
    expect((await people.first({ where: { name: { startsWith: 'A' } } }))!.greet()).toBe('I am Ann')
    expect(await people.count({ where: { age: { gte: 2 } } })).toBe(1)
    expect((await people.ids()).sort()).toEqual([...ids].sort())
    engine.forget(ids[0]!)
    expect(await people.ids({ owned: true })).toEqual([ids[1]])
  })

  test('a live query ends with its node', async () => {
    const { orm, people } = office()
    await people.create({ name: 'Ann' })
    const seen: number[] = []
    for await (const rows of people.live()) {
      seen.push(rows.length)
      orm.stop()
    }
    expect(seen).toEqual([1])
  })

  test('ids across models', async () => {
    const { orm, people, companies } = office()
    const [ann, ltd] = [await people.create({}), await companies.create({})]
    expect(await orm.objects()).toEqual([ann.id, ltd.id])
    expect(await orm.objects({ model: 'Company', owned: true })).toEqual([ltd.id])
    await expect(orm.objects({ model: 'Compny' })).rejects.toMatchObject({ code: 'ORM_NOT_A_MODEL' })
  })
})

describe('the statics mean the only running node', () => {
  const running: Orm[] = []
  const start = (): Orm => {
    const { orm } = office()
    registerOrm(orm)
    running.push(orm)
    return orm
  }
  afterEach(() => { for (const orm of running.splice(0)) unregisterOrm(orm) })

  test('one', async () => {
    start()
    const ann = await Person.create({ name: 'Ann', age: 5 })
    expect((await Person.open(ann.id)).name).toBe('Ann')
    expect((await Person.get(ann.id))!.name).toBe('Ann')
    expect((await Person.find({ where: { age: { gt: 1 } } }))[0]!.name).toBe('Ann')
    expect([(await Person.first())!.id, await Person.count(), await Person.ids()]).toEqual([ann.id, 1, [ann.id]])
    Person.live().stop()
  })

  test('none', async () => {
    await expect(Person.create({})).rejects.toMatchObject({ code: 'ORM_NO_NODE' })
    expect(() => Person.live()).toThrow(expect.objectContaining({ code: 'ORM_NO_NODE' }))
  })

  test('several', async () => {
    start()
    start()
    await expect(Person.ids()).rejects.toMatchObject({ code: 'ORM_WHICH_NODE' })
  })
})

describe('misuse', () => {
  test('new Person()', () => {
    expect(() => Reflect.construct(Person, [])).toThrow(expect.objectContaining({ code: 'ORM_USE_CREATE' }))
  })

  test('new inside a constructor', async () => {
    class Nest extends Entity {
      constructor () {
        super()
        Reflect.construct(Nest, [])
      }
    }
    define(Nest, 'Nest', {})
    await expect(ormRig(Nest).orm.use(Nest).create({})).rejects.toMatchObject({ code: 'ORM_USE_CREATE' })
  })

  test('a class that is no model, or not of this node', () => {
    class Stranger extends Entity {}
    expect(() => ormRig(Stranger)).toThrow(expect.objectContaining({ code: 'ORM_NOT_A_MODEL' }))
    const { orm } = ormRig(Person)
    expect(() => orm.use(Stranger)).toThrow(expect.objectContaining({ code: 'ORM_NOT_A_MODEL' }))
    expect(() => orm.use(Company)).toThrow(expect.objectContaining({ code: 'ORM_NOT_A_MODEL', message: expect.stringContaining('models: [Person, Company]') }))
  })

  test('two classes of one name', () => {
    class Firm extends Entity {}
    define(Firm, 'Company', {})
    expect(() => ormRig(Company, Firm)).toThrow(expect.objectContaining({ code: 'ORM_DUPLICATE_MODEL' }))
  })
})
