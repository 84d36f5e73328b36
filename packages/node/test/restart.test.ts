import { afterEach, expect, test } from '@jest/globals'
import { Listener, OnUpdated } from '../src/index.js'
import { Company, Person } from './support/models.js'
import { Rig } from './support/rig.js'

const rig = new Rig()
afterEach(rig.end)

test.each(['process', 'disk'] as const)('a node that starts again on its directory is the same node with all it had (durability %s)', async durability => {
  const options = { path: await rig.directory(), durability, password: 'open sesame' }
  const first = await rig.start(options)
  const acme = await first.use(Company).create({ title: 'Acme' })
  const bob = await first.use(Person).create({ name: 'Bob', salary: 1234, tags: ['a', 'b'], phones: { home: '1' }, visits: 2, employer: acme })
  const ids = { peer: first.id, self: first.status.self }
  await first.stop()

  const second = await rig.start(options)
  expect({ peer: second.id, self: second.status.self }).toEqual(ids)
  const again = await second.use(Person).open(bob.id)
  expect(again).toMatchObject({ name: 'Bob', salary: 1234 })
  expect([again.tags.toArray(), [...again.phones.entries()], again.visits.value, again.employer?.id]).toEqual([['a', 'b'], [['home', '1']], 2, acme.id])
  expect(await second.objects({ owned: true })).toEqual([bob.id, acme.id])
  again.name = 'Robert'
  await again.save()
  expect((await again.$.history()).map(({ kind, seq }) => [kind, seq])).toEqual([['genesis', 0], ['change', 1]])
})

test('a directory belongs to one network', async () => {
  const path = await rig.directory()
  const first = await rig.start({ path })
  await first.use(Person).create({ name: 'Bob' })
  await first.stop()
  await expect(rig.start({ path, network: 'another' })).rejects.toMatchObject({ code: 'REPLICA_OTHER_NETWORK', message: expect.stringContaining("'another'") })
  expect(await (await rig.start({ path })).use(Person).count()).toBe(1)
})

test('without a path a node forgets all, its name included', async () => {
  const first = await rig.start()
  const bob = await first.use(Person).create({ name: 'Bob' })
  await first.stop()
  const second = await rig.start()
  expect(second.id).not.toBe(first.id)
  expect(await second.use(Person).get(bob.id)).toBeUndefined()
})

test('what a node missed while it was away arrives', async () => {
  const path = await rig.directory()
  const [a, b] = await rig.pair({}, { path })
  const bob = await a.use(Person).create({ name: 'Bob' })
  await b.use(Person).open(bob.id)
  await b.stop()
  bob.name = 'Robert'
  await bob.save()
  const eve = await a.use(Person).create({ name: 'Eve' })

  const back = await rig.start({ path })
  await back.connect(a.addresses[0]!)
  await back.idle()
  expect((await back.use(Person).find({ orderBy: ['name'] })).map(({ id, name }) => [id, name])).toEqual([[eve.id, 'Eve'], [bob.id, 'Robert']])
})

class Hearing extends Listener {
  readonly heard: unknown[] = []
  /** Ends the hook. */
  release = (): void => {}
  #tellReached = (): void => {}
  readonly reached = new Promise<void>(resolve => { this.#tellReached = resolve })
  readonly #released = new Promise<void>(resolve => { this.release = resolve })

  @OnUpdated('name') async hear ({ after }: { after?: unknown }): Promise<void> {
    this.heard.push(after)
    this.#tellReached()
    await this.#released
  }
}

test('an after-hook that had not ended runs again at the next start, when the listeners of the options are in place', async () => {
  const path = await rig.directory()
  const hung = new Hearing()
  const first = await rig.start({ path, listeners: [[hung, 'Person:[id]:[field]']] })
  const creating = first.use(Person).create({ name: 'Bob' })
  await hung.reached
  await expect(first.stop({ timeout: 50 })).rejects.toMatchObject({ code: 'NODE_STOP_FAILED', cause: { code: 'NODE_IDLE_TIMEOUT' } })
  rig.forget(first)

  const ready = new Hearing()
  ready.release()
  const second = await rig.start({ path, listeners: [[ready, 'Person:[id]:[field]']] })
  await second.idle()
  expect(ready.heard).toEqual(['Bob'])

  // A hook may end long after its node, and harms nobody.
  hung.release()
  await creating
})
