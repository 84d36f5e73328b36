import { describe, expect, test } from '@jest/globals'
import { Company, Person } from '../support/models.js'
import { ormRig } from '../support/engine-double.js'
import { registerOrm, unregisterOrm } from '../../src/default-node.js'
import { ref } from '../../src/ref.js'
import type { CreateValues } from '../../src/types.js'

async function personWith (values: CreateValues<Person>) {
  const rig = ormRig(Person, Company)
  const people = rig.orm.use(Person)
  const person = await people.create(values)
  const operations = () => rig.engine.written.at(-1)!.operations
  return { ...rig, people, person, operations, again: () => people.open(person.id) }
}

describe('Dict', () => {
  test('reads as a Map', async () => {
    const { person: { phones } } = await personWith({ phones: { home: '1', work: '2' } })
    expect([phones.size, phones.get('home'), phones.get('x'), phones.has('work')]).toEqual([2, '1', undefined, true])
    expect([...phones]).toEqual([['home', '1'], ['work', '2']])
    expect([[...phones.keys()], [...phones.values()]]).toEqual([['home', 'work'], ['1', '2']])
    expect(JSON.stringify(phones)).toBe('{"home":"1","work":"2"}')
  })

  test('writes each key on its own', async () => {
    const { person, operations, again } = await personWith({ phones: { home: '1', work: '2', fax: '3' } })
    person.phones.set('home', '9').set('work', '2')
    expect([person.phones.delete('fax'), person.phones.delete('fax')]).toEqual([true, false])
    await person.save()
    expect(operations()).toEqual([{ op: 'drop', field: 'phones', key: 'fax' }, { op: 'put', field: 'phones', key: 'home', value: '9' }])
    expect((await again()).phones.toJSON()).toEqual({ home: '9', work: '2' })
  })

  test('replace and assigning an object write the difference', async () => {
    const { person, operations } = await personWith({ phones: { home: '1', work: '2' } })
    person.phones.replace({ home: '1', fax: '3' })
    await person.save()
    expect(operations().map(({ op }) => op)).toEqual(['drop', 'put'])
    Object.assign(person, { phones: { home: '1' } })
    await person.save()
    expect(operations()).toEqual([{ op: 'drop', field: 'phones', key: 'fax' }])
  })

  test.each([['an array', ['x']], ['null', null], ['an instance', new Date(0)]])('%s is no dict', async (_what, value) => {
    const { person } = await personWith({})
    Object.assign(person, { phones: value })
    await expect(person.save()).rejects.toMatchObject({ code: 'ORM_BAD_VALUE' })
  })

  test('keys are well-formed strings', async () => {
    const { person } = await personWith({})
    expect(() => person.phones.set(1 as unknown as string, 'x')).toThrow(expect.objectContaining({ code: 'ORM_BAD_VALUE' }))
    person.phones.set('\ud800', 'x')
    await expect(person.save()).rejects.toMatchObject({ code: 'ORM_BAD_VALUE' })
  })
})

describe('Counter', () => {
  test('adds to what others add', async () => {
    const { person, engine, operations, again } = await personWith({ visits: 5 })
    expect(operations()).toEqual([{ op: 'add', field: 'visits', amount: 5 }])
    person.visits.add()
    person.visits.add(-3)
    engine.put(person.id, [{ op: 'add', field: 'visits', amount: 100 }])
    expect(person.visits.value).toBe(3)
    await person.save()
    expect(operations()).toEqual([{ op: 'add', field: 'visits', amount: -2 }])
    expect([person.visits.value, (await again()).visits.value]).toEqual([103, 103])
  })

  test('value stays where exact goes on', async () => {
    const { person, engine } = await personWith({ visits: Number.MAX_SAFE_INTEGER })
    engine.put(person.id, [{ op: 'add', field: 'visits', amount: 10 }])
    await person.$.refresh()
    expect(person.visits.value).toBe(Number.MAX_SAFE_INTEGER)
    expect(person.visits.exact).toBe(BigInt(Number.MAX_SAFE_INTEGER) + 10n)
  })

  test.each([1.5, NaN, Infinity, 2 ** 53, 2n ** 53n, '1'])('%p is no increment', async (n) => {
    const { person, people } = await personWith({})
    expect(() => person.visits.add(n as number)).toThrow(expect.objectContaining({ code: 'ORM_BAD_VALUE' }))
    await expect(people.create({ visits: n as number })).rejects.toMatchObject({ code: 'ORM_BAD_VALUE' })
  })

  test('can be neither assigned nor deleted; discard undoes the attempt', async () => {
    const { person } = await personWith({ visits: 1 })
    Object.assign(person, { visits: 7 })
    await expect(person.save()).rejects.toMatchObject({ code: 'ORM_BAD_VALUE' })
    delete (person as Partial<Person>).visits
    await expect(person.save()).rejects.toMatchObject({ code: 'ORM_BAD_VALUE' })
    person.$.discard()
    expect(person.visits.value).toBe(1)
    expect(await person.save()).toEqual([])
  })

  test('more than one save can add', async () => {
    const { person } = await personWith({})
    person.visits.add(Number.MAX_SAFE_INTEGER)
    person.visits.add(1)
    await expect(person.save()).rejects.toMatchObject({ code: 'ORM_TOO_LARGE' })
  })
})

describe('Ref', () => {
  test('points to an object and opens it', async () => {
    const { orm, people } = await personWith({})
    const company = await orm.use(Company).create({ title: 'Ltd' })
    const person = await people.create({ employer: company })
    expect(person.employer!.id).toBe(company.id)
    expect((await person.employer!.open()).title).toBe('Ltd')
    expect(await person.employer!.open()).toBeInstanceOf(Company)
  })

  test('may be assigned, replaced and deleted', async () => {
    const { orm, person, operations, again } = await personWith({})
    const [one, two] = [await orm.use(Company).create({}), await orm.use(Company).create({})]
    person.employer = ref(one)
    await person.save()
    expect(operations()).toEqual([{ op: 'set', field: 'employer', value: one.id }])
    person.employer = ref<Company>(one.id)
    expect(person.$.dirty).toEqual([])
    person.employer = ref(two)
    await person.save()
    expect((await again()).employer!.id).toBe(two.id)
    person.employer = undefined
    await person.save()
    expect((await again()).employer).toBeUndefined()
  })

  test('before it is saved it opens on the running node', async () => {
    const { orm } = await personWith({})
    const company = await orm.use(Company).create({ title: 'Ltd' })
    await expect(ref(company).open()).rejects.toMatchObject({ code: 'ORM_NO_NODE' })
    registerOrm(orm)
    try {
      expect((await ref<Company>(company.id).open()).title).toBe('Ltd')
    } finally {
      unregisterOrm(orm)
    }
  })

  test('to something else is refused', async () => {
    const { person } = await personWith({})
    Object.assign(person, { employer: person })
    await expect(person.save()).rejects.toMatchObject({ code: 'ORM_WRONG_MODEL' })
    Object.assign(person, { employer: 'Company:x' })
    await expect(person.save()).rejects.toMatchObject({ code: 'CORE_BAD_ID' })
    Object.assign(person, { employer: 3 })
    await expect(person.save()).rejects.toMatchObject({ code: 'ORM_BAD_VALUE' })
    expect(() => ref('nobody')).toThrow(expect.objectContaining({ code: 'CORE_BAD_ID' }))
  })
})
