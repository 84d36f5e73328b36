import { afterEach, expect, test } from '@jest/globals'
import { Person } from './support/models.js'
import { Rig, event } from './support/rig.js'

const rig = new Rig()
afterEach(rig.end)

test('who imports an object\'s key owns it too', async () => {
  const [a, b] = await rig.pair()
  const bob = await a.use(Person).create({ name: 'Bob', salary: 1234 })
  bob.salary = 1300
  await bob.save()

  expect(await b.keys.import(await a.keys.export(bob.id, 'päss'), 'päss')).toBe(bob.id)
  const twin = await b.use(Person).open(bob.id)
  expect([twin.$.owned, twin.salary]).toEqual([true, 1300])
  twin.$.authorize(await b.use(Person).create({ name: 'Chief' }))
  twin.salary = 1400
  const [, change] = await twin.save()
  expect((await twin.$.history()).map(({ seq }) => seq).sort((x, y) => x - y)).toEqual([0, 1, 2, 3, 4, 5])
  expect(change).toBeDefined()
  expect(await b.objects({ owned: true })).toContain(bob.id)
})

test('the import waits for the object\'s chains, so that the first save forks nothing', async () => {
  const a = await rig.start()
  const b = await rig.start()
  const bob = await a.use(Person).create({ name: 'Bob' })
  bob.name = 'Rob'
  await bob.save()
  const forks: unknown[] = []
  for (const node of [a, b]) node.on('fork', fork => forks.push(fork))
  // Nobody is connected: the chains are asked for before the first save instead.
  await b.keys.import(await a.keys.export(bob.id, 'password'), 'password')
  await b.connect(a.addresses[0]!)
  const twin = await b.use(Person).open(bob.id)
  twin.name = 'Robert'
  await twin.save()
  await Promise.all([a.idle(), b.idle()])
  expect(forks).toEqual([])
})

test('a key that is imported stays with the node', async () => {
  const path = await rig.directory()
  const [a, b] = await rig.pair({}, { path })
  const bob = await a.use(Person).create({ name: 'Bob' })
  await b.keys.import(await a.keys.export(bob.id, 'password'), 'password')
  await b.stop()
  const again = await rig.start({ path })
  const twin = await again.use(Person).open(bob.id)
  twin.name = 'Robert'
  await twin.save()
  const arrived = event(a, 'sync', ({ want }) => want === 0)
  await again.connect(a.addresses[0]!)
  await arrived
  expect((await a.use(Person).open(bob.id)).name).toBe('Robert')
})

test('an exported key opens with its password alone, and only whole', async () => {
  const node = await rig.start()
  const { id } = await node.use(Person).create({ name: 'Bob' })
  const bytes = await node.keys.export(id, 'password')
  expect(Buffer.from(bytes).includes(Buffer.from((await node.orm.engine.keys.get(id))!))).toBe(false)

  await expect(node.keys.import(bytes, 'Password')).rejects.toMatchObject({ code: 'NODE_WRONG_PASSWORD' })
  for (const [at, code] of [[0, 'NODE_BAD_KEY_FILE'], [11, 'NODE_BAD_KEY_FILE'], [12, 'NODE_BAD_KEY_FILE'], [bytes.length - 1, 'NODE_WRONG_PASSWORD']] as const) {
    const damaged = bytes.slice()
    damaged[at]! ^= 0x80
    await expect(node.keys.import(damaged, 'password')).rejects.toMatchObject({ code })
  }
  await expect(node.keys.import(bytes.subarray(0, 40), 'password')).rejects.toMatchObject({ code: 'NODE_BAD_KEY_FILE' })
  // NFKC: é as one character or as two.
  await expect(node.keys.import(await node.keys.export(id, 'caf\u00e9'), 'cafe\u0301')).resolves.toBe(id)
})

test('a key that isn\'t here can\'t be exported', async () => {
  const [a, b] = await rig.pair()
  const bob = await a.use(Person).create({ name: 'Bob' })
  await expect(b.keys.export(bob.id, 'password')).rejects.toMatchObject({ code: 'ORM_NO_KEY' })
  await expect(b.keys.export('Person:x', 'password')).rejects.toMatchObject({ code: 'CORE_BAD_ID' })
})
