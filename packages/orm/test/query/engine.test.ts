import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Field, List } from '../../src/decorators/fields.js'
import { Model } from '../../src/decorators/model.js'
import { Entity } from '../../src/entity.js'
import type { Rows } from '../../src/query/types.js'
import { TestNetwork } from '../support/test-node.js'
import type { TestNode } from '../support/test-node.js'

@Model('Worker')
class Worker extends Entity {
  @Field() name!: string
  @Field() age?: number
  @Field(true) salary!: number
  @List() tags!: List<string>
}

let network: TestNetwork
let a: TestNode
let b: TestNode

beforeEach(async () => {
  network = new TestNetwork()
  a = await network.start([Worker])
  b = await network.start([Worker])
})
afterEach(() => network.stop())

test('the query of the contract', async () => {
  const workers = a.orm.use(Worker)
  for (const [name, age, tag] of [['Bob', 30, 'lead'], ['Bea', 40, 'lead'], ['Ben', 17, 'lead'], ['Al', 50, 'lead'], ['Boy', 60, 'ops']] as const) {
    await workers.create({ name, age, tags: [tag] })
  }
  await network.quiet()
  const query = { where: { age: { gte: 18 }, name: { startsWith: 'B' }, tags: { has: 'lead' } }, orderBy: ['-age', 'name'], limit: 1 } as const
  const rows = await b.orm.use(Worker).find(query)
  expect(rows.map(({ name }) => name)).toEqual(['Bea'])
  expect((await b.orm.use(Worker).find({ ...query, after: rows.cursor })).map(({ name }) => name)).toEqual(['Bob'])
  expect(await b.orm.use(Worker).count(query)).toBe(2)
  expect((await b.orm.use(Worker).first({ orderBy: 'age' }))?.name).toBe('Ben')
  expect((await b.orm.use(Worker).ids()).length).toBe(5)
  expect(await b.orm.use(Worker).ids({ owned: true })).toEqual([])
})

test('an encrypted field is filtered where its key is, and nowhere else', async () => {
  const chief = await b.orm.use(Worker).create({ name: 'Chief' })
  await network.quiet()
  await a.orm.use(Worker).create({ name: 'Bob', salary: 100 }, { authorized: [chief.id] })
  await network.quiet()
  const where = { salary: { gte: 100 } }
  expect((await a.orm.use(Worker).find({ where })).map(({ name }) => name)).toEqual(['Bob'])
  expect(await b.orm.use(Worker).find({ where })).toEqual([])
  expect((await b.orm.use(Worker).find({ where: { not: where } })).map(({ name }) => name)).toEqual(['Chief'])
  const [bob] = await b.orm.use(Worker).find({ where, as: chief })
  expect([bob?.name, bob?.salary]).toEqual(['Bob', 100])
  await expect(a.orm.use(Worker).find({ as: chief.id })).rejects.toMatchObject({ code: 'ORM_NO_KEY' })
})

test('live rows follow what happens here and elsewhere, until the node stops', async () => {
  const removed: string[] = []
  const live = b.orm.use(Worker).live({ where: { age: { gte: 18 } }, orderBy: 'age' })
  live.on('removed', ({ name }) => removed.push(name))
  const rows = live[Symbol.asyncIterator]()
  const next = async () => ((await rows.next()).value as Rows<Worker> | undefined)?.map(({ name }) => name)
  expect(await next()).toEqual([])

  const bob = await a.orm.use(Worker).create({ name: 'Bob', age: 30 })
  await network.quiet()
  expect(await next()).toEqual(['Bob'])

  await b.orm.use(Worker).create({ name: 'Al', age: 20 })
  expect(await next()).toEqual(['Al', 'Bob'])

  bob.age = 17
  await bob.save()
  await network.quiet()
  expect(await next()).toEqual(['Al'])
  expect(removed).toEqual(['Bob'])

  const waiting = next()
  b.orm.stop()
  expect(await waiting).toBeUndefined()
})
