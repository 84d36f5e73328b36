import { afterEach, expect, test } from '@jest/globals'
import { Listener, OnCreated } from '../src/index.js'
import type { Change } from '../src/index.js'
import { Company, Person } from './support/models.js'
import { Rig } from './support/rig.js'

const rig = new Rig()
afterEach(rig.end)

test('where one node runs the class itself has the verbs, and listeners need no node', async () => {
  class Audit extends Listener {
    readonly heard: string[] = []
    @OnCreated() hear ({ object }: Change): void { this.heard.push(object.id) }
  }
  const node = await rig.start()
  const audit = new Audit()
  audit.apply('Person:[id]')
  const bob = await Person.create({ name: 'Bob' })
  await node.idle()
  expect(audit.heard).toEqual([bob.id])
  expect((await Person.first({ where: { name: 'Bob' } }))?.id).toBe(bob.id)
  await node.stop()
  await expect(Person.find()).rejects.toMatchObject({ code: 'ORM_NO_NODE' })
})

test('a transaction is all or nothing', async () => {
  const node = await rig.start()
  const acme = await node.transaction(async tx => {
    const company = tx.create(Company, { title: 'Acme' })
    tx.create(Person, { name: 'Bob', employer: company })
    return company
  })
  expect((await (await node.use(Person).first())!.employer!.open()).id).toBe(acme.id)

  await expect(node.transaction(tx => {
    tx.create(Person, { name: 'Eve' })
    tx.create(Person, { name: 'Mallory', age: -1 })
  })).rejects.toMatchObject({ code: 'ORM_VETOED' })
  expect(await node.use(Person).count()).toBe(1)
  expect(await node.objects({ model: 'Person' })).toHaveLength(1)
})

test('stop is idempotent, waits, and leaves a node that says so', async () => {
  const node = await rig.start()
  const bob = await node.use(Person).create({ name: 'Bob' })
  await Promise.all([node.stop(), node.stop()])
  await node.stop()
  expect(node.status).toMatchObject({ running: false, peers: [] })
  expect([node.addresses, node.peers]).toEqual([[], []])
  for (const verb of [() => node.idle(), () => node.connect('x'), () => node.transaction(() => {}), () => node.explain('x'), () => node.objects(), () => node.disconnect('x')]) {
    await expect(verb()).rejects.toMatchObject({ code: 'NODE_STOPPED' })
  }
  bob.name = 'Rob'
  await expect(bob.save()).rejects.toMatchObject({ code: 'NODE_STOPPED' })
})

test('await using stops the node', async () => {
  const node = await rig.start()
  await node[Symbol.asyncDispose]()
  expect(node.status.running).toBe(false)
})

test('a network key keeps strangers out', async () => {
  const networkKey = '0f'.repeat(32)
  const [a] = await rig.pair({ networkKey }, { networkKey })
  const stranger = await rig.start()
  await expect(stranger.connect(a.addresses[0]!)).rejects.toMatchObject({ code: 'NET_UNREACHABLE' })
}, 20_000)
