import { expect, test } from '@jest/globals'
import { ormRig } from '../support/engine-double.js'
import { Company, Person } from '../support/models.js'

async function office () {
  const rig = ormRig(Person, Company)
  const people = rig.orm.use(Person)
  return { ...rig, people, ann: await people.create({ name: 'Ann' }), bob: await people.create({ name: 'Bob' }) }
}

test('all that is collected is one write', async () => {
  const { engine, orm, people, ann, bob } = await office()
  const writes: number[] = []
  const write = engine.write.bind(engine)
  engine.write = async (requests) => {
    writes.push(requests.length)
    return write(requests)
  }
  const cleo = await orm.transaction(async (tx) => {
    const company = tx.create(Company, { title: 'Ltd' })
    const made = tx.create(Person, { name: 'Cleo', employer: company }, { authorized: [ann] })
    ann.name = 'Anna'
    tx.save(ann)
    tx.remove(bob)
    expect([made.name, made.$.dirty, await people.get(made.id)]).toEqual(['Cleo', ['name', 'employer'], undefined])
    return made
  })
  expect(writes).toEqual([4])
  expect([cleo.name, cleo.$.dirty, cleo.$.readers()]).toEqual(['Cleo', [], [ann.id]])
  expect((await people.open(cleo.id)).employer!.id).toMatch(/^Company:/)
  expect([(await people.open(ann.id)).name, ann.$.dirty, await people.get(bob.id)]).toEqual(['Anna', [], undefined])
})

test('one that throws writes nothing', async () => {
  const { engine, orm, ann } = await office()
  await expect(orm.transaction((tx) => {
    tx.create(Person, { name: 'Cleo' })
    ann.name = 'Anna'
    tx.save(ann)
    throw new Error('changed my mind')
  })).rejects.toThrow('changed my mind')
  expect(engine.written).toHaveLength(2)
  expect(ann.$.dirty).toEqual(['name'])
})

test('one that is refused keeps all staged, and the entities go on', async () => {
  const { engine, orm, ann, bob } = await office()
  ann.name = 'Anna'
  bob.name = 'Bert'
  engine.beforeCommit = ({ object }) => { if (object === bob.id) throw new Error('no') }
  const both = () => orm.transaction((tx) => { for (const entity of [ann, bob]) tx.save(entity) })
  await expect(both()).rejects.toThrow('no')
  expect([ann.$.dirty, bob.$.dirty]).toEqual([['name'], ['name']])
  engine.beforeCommit = () => {}
  await both()
  expect([ann.$.dirty, bob.$.dirty]).toEqual([[], []])
})

test('a bad value in one of them writes nothing', async () => {
  const { engine, orm, ann, bob } = await office()
  ann.name = 'Anna'
  Object.assign(bob, { name: () => {} })
  await expect(orm.transaction((tx) => { for (const entity of [ann, bob]) tx.save(entity) })).rejects.toMatchObject({ code: 'ORM_BAD_VALUE' })
  expect(engine.written).toHaveLength(2)
  expect(await ann.save()).toHaveLength(1)
})

test('two that cross each other don’t wait for each other', async () => {
  const { engine, orm, ann, bob } = await office()
  const round = (entities: Person[], age: number) => orm.transaction((tx) => {
    for (const entity of entities) {
      entity.age = age
      tx.save(entity)
    }
  })
  await Promise.all([round([ann, bob], 1), round([bob, ann], 2), round([ann, bob], 3)])
  expect([ann.age, bob.age]).toEqual([3, 3])
  expect(engine.written.at(-1)!.operations).toEqual([{ op: 'set', field: 'age', value: 3 }])
})

test('nothing staged is nothing written', async () => {
  const { engine, orm, ann } = await office()
  expect(await orm.transaction((tx) => {
    tx.save(ann)
    return 'done'
  })).toBe('done')
  expect(engine.written).toHaveLength(2)
})
