import { afterEach, expect, test } from '@jest/globals'
import { Person } from './support/models.js'
import { Rig } from './support/rig.js'

const rig = new Rig()
afterEach(rig.end)

test('what one node creates the other opens by its id', async () => {
  const [a, b] = await rig.pair()
  const bob = await a.use(Person).create({ name: 'Bob', salary: 1234 })
  const seen = await b.use(Person).open(bob.id)
  expect(seen.name).toBe('Bob')
  expect(() => seen.salary).toThrow(expect.objectContaining({ code: 'ORM_FIELD_SEALED' }))
  expect(bob.salary).toBe(1234)
})

test('who is authorised reads and writes what is encrypted', async () => {
  const [a, b] = await rig.pair()
  const chief = await b.use(Person).create({ name: 'Chief' })
  const worker = await a.use(Person).create({ name: 'Bob', salary: 1234 }, { authorized: [chief.id] })
  const mine = await b.use(Person).open(worker.id, { as: chief })
  expect(mine.salary).toBe(1234)

  mine.salary = 2000
  await mine.save()
  await a.use(Person).live({ where: { salary: 2000 } })[Symbol.asyncIterator]().next()
})
