import { afterEach, expect, test } from '@jest/globals'
import { Person } from './support/models.js'
import { Rig } from './support/rig.js'

const rig = new Rig()
afterEach(rig.end)

test('before anybody is met: what is here, and why nothing moves', async () => {
  const node = await rig.start()
  await node.use(Person).create({ name: 'Bob' })
  const { status } = node
  expect(status.sync).toEqual({ models: [{ model: 'Person', have: 1, want: 0 }, { model: 'Company', have: 0, want: 0 }], peers: [] })
  expect(status).toMatchObject({
    running: true, peers: [], missing: [], sought: [], masked: 0, standstill: 'no peer is connected',
    pending: { count: 0, bytes: 0, limit: 64 * 1024 * 1024 }, refused: { admit: 0, quota: 0, rate: 0 }, disk: { strangers: 0, quota: 8 * 1024 ** 3 }
  })
})

test('with a peer: how the last comparison ended, and that everything is here', async () => {
  const [a, b] = [await rig.start(), await rig.start()]
  for (let i = 0; i < 3; i++) await a.use(Person).create({ name: `Person ${i}` })
  await b.connect(a.addresses[0]!)
  await b.idle()
  await a.idle()
  const { sync, disk, standstill } = b.status
  expect(sync.models).toContainEqual({ model: 'Person', have: 3, want: 0 })
  expect(sync.peers).toEqual([expect.objectContaining({ peer: a.id, result: 'received', differs: [{ model: 'Person', here: 0, there: 3 }] })])
  expect(Math.abs(sync.peers[0]!.at - Date.now())).toBeLessThan(60_000)
  expect(disk.strangers).toBeGreaterThan(3 * 4096)
  expect(standstill).toBe('everything that the connected peers have is here')
})

test('what this node’s own rules refuse is counted, and said', async () => {
  const a = await rig.start()
  const b = await rig.start({ quota: { disk: 0 } })
  const c = await rig.start({ admit: () => false, replicate: { Person: true } })
  await a.use(Person).create({ name: 'Bob' })
  for (const node of [b, c]) {
    await node.connect(a.addresses[0]!)
    await node.idle()
  }
  expect(b.status.refused).toEqual({ admit: 0, quota: 1, rate: 0 })
  expect(b.status.standstill).toMatch(/^updates found no room in the quotas \(1 refusal since the start\); strangers take 0 of 0 bytes; /)
  expect(c.status.refused).toEqual({ admit: 1, quota: 0, rate: 0 })
  expect(c.status.standstill).toMatch(/^the option admit refused updates \(1 refusal since the start\); .*: what differs is here alone, was refused here, or did not come$/)
  await b.stop()
  expect(b.status.standstill).toBe('the node has been stopped')
})

test('what strangers take is known again after a restart', async () => {
  const [a, path] = [await rig.start(), await rig.directory()]
  for (let i = 0; i < 3; i++) await a.use(Person).create({ name: `Person ${i}` })
  const b = await rig.start({ path })
  await b.connect(a.addresses[0]!)
  await b.idle()
  const { disk, sync } = b.status
  expect(disk.strangers).toBeGreaterThan(3 * 4096)
  await b.stop()
  const again = await rig.start({ path })
  expect(again.status.disk).toEqual(disk)
  expect(again.status.sync.models).toEqual(sync.models)
})

test('who opens in vain is told whom the object was asked of and what they said', async () => {
  const [a, b] = await rig.pair()
  const far = await (await rig.start()).use(Person).create({ name: 'Far' })
  await a.use(Person).create({ name: 'changes nothing' })
  const error: unknown = await b.use(Person).open(far.id, { timeout: 2000 }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'ORM_NOT_FOUND', details: { asked: [a.id], answers: [{ peer: a.id, said: 'it has nothing of it' }] } })
  expect(String(error)).toContain(`(asked one peer: ${a.id}: it has nothing of it)`)
}, 20_000)

test('who opens what its owner has removed is told so at once, here and where only the end of it comes', async () => {
  const [a, late] = [await rig.start(), await rig.start()]
  const bob = await a.use(Person).create({ name: 'Bob' })
  await bob.remove()
  await late.connect(a.addresses[0]!)
  await expect(a.use(Person).open(bob.id)).rejects.toMatchObject({ code: 'ORM_NOT_FOUND', message: expect.stringContaining('was removed by its owner') })
  await expect(late.use(Person).open(bob.id)).rejects.toMatchObject({ code: 'ORM_NOT_FOUND', message: expect.stringContaining('was removed by its owner') })
})
