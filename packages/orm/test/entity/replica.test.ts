import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Orm } from '../../src/orm.js'
import { Company, Person } from '../support/models.js'
import { TestNetwork } from '../support/test-node.js'

let office: TestNetwork
let a: Orm
let b: Orm
beforeEach(async () => {
  office = new TestNetwork();
  [{ orm: a }, { orm: b }] = [await office.start([Person, Company]), await office.start([Person, Company])]
})
afterEach(() => office.stop())

const onA = () => a.use(Person)
const onB = () => b.use(Person)

test('create, open, read, change: on one host', async () => {
  const ann = await onA().create({ name: 'Ann', salary: 10, tags: ['a'], phones: { home: '1' }, visits: 1, secrets: ['s'], codes: { x: 1 } })
  expect([ann.name, ann.salary, ann.tags.toArray(), ann.visits.value, ann.secrets.toArray(), ann.codes.get('x')]).toEqual(['Ann', 10, ['a'], 1, ['s'], 1])
  ann.salary = 20
  ann.secrets.push('t')
  ann.visits.add(4)
  ann.tags.replace(['b', 'a'])
  expect(await ann.save()).toHaveLength(1)
  expect(ann.$.dirty).toEqual([])
  const again = await onA().open(ann.id)
  expect([again.salary, again.secrets.toArray(), again.visits.value, again.tags.toArray()]).toEqual([20, ['s', 't'], 5, ['b', 'a']])
})

describe('between hosts', () => {
  test('what is encrypted opens for whom it was granted, and for nobody else', async () => {
    const chief = await onB().create({ name: 'Chief' })
    const worker = await onA().create({ name: 'Bob', salary: 1234 }, { authorized: [chief.id] })
    const seen = await onB().open(worker.id)
    expect(seen.name).toBe('Bob')
    expect(() => seen.salary).toThrow(expect.objectContaining({ code: 'ORM_FIELD_SEALED' }))
    const mine = await onB().open(worker.id, { as: chief })
    expect([mine.salary, mine.$.can('update'), seen.$.can('read')]).toEqual([1234, true, false])
    mine.salary = 2000
    mine.name = 'Robert'
    expect(await mine.save()).toHaveLength(1)
    await office.quiet()
    await worker.$.refresh()
    expect([worker.salary, worker.name]).toEqual([2000, 'Robert'])
    expect(worker.$.readers()).toEqual([chief.id])
  })

  test('without the right a save is refused and stays staged', async () => {
    const worker = await onA().create({ name: 'Bob' })
    const seen = await onB().open(worker.id)
    seen.name = 'Mallory'
    await expect(seen.save()).rejects.toMatchObject({ code: 'ORM_NOT_AUTHORIZED' })
    expect(seen.$.dirty).toEqual(['name'])
    await expect(seen.remove()).rejects.toMatchObject({ code: 'ORM_NOT_AUTHORIZED' })
    expect(await seen.save({ propose: true })).toMatchObject([{ answer: 'refused' }])
    expect(seen.$.dirty).toEqual(['name'])
  })

  test('a revoked reader keeps what was and gets no more', async () => {
    const chief = await onB().create({ name: 'Chief' })
    const worker = await onA().create({ name: 'Bob', salary: 1 }, { authorized: [chief] })
    const mine = await onB().open(worker.id, { as: chief })
    worker.$.revoke(chief)
    await worker.save()
    worker.salary = 2
    await worker.save()
    await office.quiet()
    await mine.$.refresh()
    expect(() => mine.salary).toThrow(expect.objectContaining({ code: 'ORM_FIELD_SEALED' }))
    expect([mine.$.can('read'), mine.$.sealed, worker.salary]).toEqual([false, ['salary'], 2])
    mine.name = 'Robert'
    await expect(mine.save()).rejects.toMatchObject({ code: 'ORM_NOT_AUTHORIZED' })
  })

  test('lists, dicts and counters that both edit at once hold what both did', async () => {
    const chief = await onB().create({ name: 'Chief' })
    const here = await onA().create({ tags: ['x', 'y'], phones: { home: '1' }, visits: 1 }, { authorized: [chief] })
    const there = await onB().open(here.id, { as: chief })
    here.tags.push('a1', 'a2')
    here.phones.set('a', '1')
    here.visits.add(10)
    there.tags.push('b1', 'b2')
    there.tags.splice(0, 1)
    there.phones.set('b', '2')
    there.visits.add(100)
    await Promise.all([here.save(), there.save()])
    await office.quiet()
    await here.$.refresh()
    await there.$.refresh()
    expect(here.tags.toArray()).toEqual(there.tags.toArray())
    expect(here.tags.toArray().join()).toMatch(/^y,(a1,a2,b1,b2|b1,b2,a1,a2)$/)
    expect([there.phones.toJSON(), there.visits.value]).toEqual([{ home: '1', a: '1', b: '2' }, 111])
  })

  test('ifUnchanged is ORM_STALE where a staged field has changed, and only there', async () => {
    const ann = await onA().create({ name: 'Ann', age: 1 })
    const other = await onA().open(ann.id)
    other.age = 2
    await other.save()
    ann.name = 'Bea'
    expect(await ann.save({ ifUnchanged: true })).toHaveLength(1)
    other.name = 'Cleo'
    await expect(other.save({ ifUnchanged: true })).rejects.toMatchObject({ code: 'ORM_STALE' })
    await other.$.refresh()
    expect(other.name).toBe('Cleo')
    expect(await other.save({ ifUnchanged: true })).toHaveLength(1)
  })

  test('a deleted field and a removed object are gone on the other host', async () => {
    const ann = await onA().create({ name: 'Ann', age: 1, tags: ['a'] })
    const seen = await onB().open(ann.id)
    delete ann.age
    Object.assign(ann, { tags: undefined })
    await ann.save()
    await office.quiet()
    await seen.$.refresh()
    expect([seen.age, seen.tags.length, seen.$.fields()]).toEqual([undefined, 0, ['name']])
    await ann.remove()
    await office.quiet()
    expect(await onB().get(ann.id)).toBeUndefined()
    await expect(seen.$.refresh()).rejects.toMatchObject({ code: 'ORM_NOT_FOUND' })
  })

  test('what a reader seals, a reader opens', async () => {
    const chief = await onB().create({})
    const ann = await onA().create({ salary: 1 }, { readers: [chief] })
    const bytes = Uint8Array.of(1, 2, 3)
    const sealed = ann.$.seal(bytes)
    expect((await onB().open(ann.id, { as: chief })).$.unseal(sealed)).toEqual(bytes)
    const stranger = await onB().open(ann.id)
    expect(() => stranger.$.unseal(sealed)).toThrow(expect.objectContaining({ code: 'ORM_FIELD_SEALED' }))
  })

  test('a ref leads to the other object', async () => {
    const company = await a.use(Company).create({ title: 'Ltd' })
    const ann = await onA().create({ employer: company })
    const seen = await onB().open(ann.id)
    expect((await seen.employer!.open()).title).toBe('Ltd')
  })
})

test('history tells who wrote what, and how it was judged', async () => {
  const ann = await onA().create({ name: 'Ann' })
  ann.name = 'Bea'
  await ann.save()
  expect((await ann.$.history()).map(({ kind, author, verdict }) => [kind, author, verdict])).toEqual([['genesis', ann.id, 'ok'], ['change', ann.id, 'ok']])
})

test('a transaction is all or nothing', async () => {
  const ann = await onA().create({ name: 'Ann' })
  const [one, two] = await a.transaction((tx) => {
    ann.name = 'Bea'
    tx.save(ann)
    return [tx.create(Person, { name: 'One' }), tx.create(Person, { name: 'Two', salary: 2 })]
  })
  expect([(await onB().open(one!.id)).name, two!.salary, ann.$.dirty]).toEqual(['One', 2, []])
  const doomed = await onA().open(one!.id)
  await one!.remove()
  await expect(a.transaction((tx) => {
    doomed.name = 'Late'
    ann.name = 'Cleo'
    tx.save(ann)
    tx.save(doomed)
  })).rejects.toMatchObject({ code: 'ORM_NOT_FOUND' })
  expect([ann.$.dirty, (await onA().open(ann.id)).name]).toEqual([['name'], 'Bea'])
})

test('halving one place more often than positions could grow', async () => {
  const ann = await onA().create({ tags: ['first', 'last'] })
  const model = ['first', 'last']
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 70; i++) {
      ann.tags.insert(model.length >> 1, `${round}/${i}`)
      model.splice(model.length >> 1, 0, `${round}/${i}`)
    }
    await ann.save()
  }
  expect((await onA().open(ann.id)).tags.toArray()).toEqual(model)
})
