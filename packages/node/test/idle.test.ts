import { afterEach, expect, test } from '@jest/globals'
import { Listener, OnUpdate, OnUpdated } from '../src/index.js'
import { Person } from './support/models.js'
import { Rig } from './support/rig.js'

const rig = new Rig()
afterEach(rig.end)

class Patient extends Listener {
  release = (): void => {}
  #tellReached = (): void => {}
  readonly reached = new Promise<void>(resolve => { this.#tellReached = resolve })
  readonly #released = new Promise<void>(resolve => { this.release = resolve })

  @OnUpdated('name') async wait (): Promise<void> {
    this.#tellReached()
    await this.#released
  }
}

test('waits for after-hooks, and says which are under way when time is out', async () => {
  const patient = new Patient()
  const node = await rig.start({ listeners: [[patient, 'Person:[id]:[field]']] })
  const creating = node.use(Person).create({ name: 'Bob' })
  await patient.reached
  const [id] = await node.objects()
  await expect(node.idle({ timeout: 20 })).rejects.toMatchObject({
    code: 'NODE_IDLE_TIMEOUT',
    message: expect.stringContaining(`after-hooks of ${id}`),
    details: { underWay: [`after-hooks of ${id}`] }
  })
  expect(node.status.underWay).toEqual([`after-hooks of ${id}`])
  patient.release()
  await node.idle()
  expect(node.status.underWay).toEqual([])
  expect((await creating).id).toBe(id)
})

test('a signal ends the wait with its own reason', async () => {
  const patient = new Patient()
  const node = await rig.start({ listeners: [[patient, 'Person:[id]:[field]']] })
  const creating = node.use(Person).create({ name: 'Bob' })
  await patient.reached
  const controller = new AbortController()
  const idle = node.idle({ signal: controller.signal })
  controller.abort(new RangeError('enough'))
  await expect(idle).rejects.toThrow(RangeError)
  patient.release()
  await creating
})

test('a before-hook that hangs counts as refusing after its time', async () => {
  class Hanging extends Listener {
    @OnUpdate('age') async hang (): Promise<void> { await new Promise(() => {}) }
  }
  const node = await rig.start({ hookTimeout: 20, listeners: [[new Hanging(), 'Person:[id]:age']] })
  await expect(node.use(Person).create({ name: 'Bob', age: 1 })).rejects.toMatchObject({ code: 'ORM_VETOED', cause: { code: 'ORM_HOOK_TIMEOUT' } })
})

test('after idle two connected nodes show the same', async () => {
  const [a, b] = [await rig.start(), await rig.start()]
  for (let i = 0; i < 20; i++) await a.use(Person).create({ name: `Person ${i}` })
  await b.connect(a.addresses[0]!)
  await b.idle()
  expect(await b.use(Person).count()).toBe(20)
  expect(b.status.missing).toEqual([])
})

test('a save is under way from the moment it is called, queued behind others or not', async () => {
  const node = await rig.start({ path: await rig.directory() })
  const bob = await node.use(Person).create({ name: 'Bob' })
  const saves: Promise<unknown>[] = []
  for (const name of ['Rob', 'Robert', 'Bobby']) {
    bob.name = name
    saves.push(bob.save())
  }
  saves.push(node.use(Person).create({ name: 'Eve' }), node.transaction(tx => { tx.create(Person, { name: 'Al' }) }))
  await node.idle()
  const committed = node.orm.engine.onCommit(() => { throw new Error('committed after idle()') })
  expect((await node.use(Person).find({ orderBy: ['name'] })).map(({ name }) => name)).toEqual(['Al', 'Bobby', 'Eve'])
  await Promise.all(saves)
  committed()
  expect(node.status.counts.error).toBe(0)
})
