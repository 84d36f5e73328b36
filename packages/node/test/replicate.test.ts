import { afterEach, expect, test } from '@jest/globals'
import { Company, Person } from './support/models.js'
import { Rig } from './support/rig.js'

const rig = new Rig()
afterEach(rig.end)

test('a node has what it chose and opens what it likes; the other model is whole', async () => {
  const full = await rig.start()
  const [bob, eve] = [await full.use(Person).create({ name: 'Bob' }), await full.use(Person).create({ name: 'Eve' })]
  const office = await full.use(Company).create({ title: 'Office' })
  const some = await rig.start({ replicate: { Person: { ids: [bob.id] } } })
  await some.connect(full.addresses[0]!)
  await some.use(Company).open(office.id)
  await some.use(Person).open(bob.id)
  await some.idle()
  expect(await some.use(Person).ids()).toEqual([bob.id])
  expect((await some.use(Person).open(eve.id)).name).toBe('Eve')
  expect((await some.objects({ model: 'Person' })).sort()).toEqual([bob.id, eve.id].sort())
})

test('a keeper carries objects between nodes that never meet, and lists them', async () => {
  const keeper = await rig.start({ models: [], replicate: 'all' })
  const [a, b] = [await rig.start(), await rig.start()]
  await a.connect(keeper.addresses[0]!)
  const bob = await a.use(Person).create({ name: 'Bob', salary: 1 })
  await b.connect(keeper.addresses[0]!)
  expect((await b.use(Person).open(bob.id)).name).toBe('Bob')
  expect(await keeper.objects({ model: 'Person' })).toEqual([bob.id])
  expect(await keeper.objects()).toEqual([bob.id])
  await expect(keeper.objects({ model: 'Persona' })).rejects.toMatchObject({ code: 'ORM_NOT_A_MODEL' })
})
