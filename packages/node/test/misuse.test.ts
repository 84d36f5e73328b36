import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { Entity, Field, Index, Listener, Model, OnUpdate, define, isDinemicError } from '../src/index.js'
import type { Change, Node } from '../src/index.js'
import { Company, Person } from './support/models.js'
import { Rig } from './support/rig.js'

const rig = new Rig()
afterEach(rig.end)

/** Each code of the public API, provoked the way a user would. */
const MISUSES: Record<string, () => Promise<unknown>> = {
  ORM_FIELD_SEALED: async () => {
    const [a, b] = await rig.pair()
    const bob = await a.use(Person).create({ name: 'Bob', salary: 1 })
    return (await b.use(Person).open(bob.id)).salary
  },
  ORM_FIELD_CORRUPT: async () => {
    const node = await rig.start()
    const { id } = await node.use(Person).create({ name: 'Bob', salary: 1, bonus: 2 })
    const { engine } = node.orm
    const base = await engine.state(id)
    const moved = base!.fields.get('bonus')!.register[0]!.value!
    await engine.write([{ object: id, caller: id, base: base!, operations: [{ op: 'set', field: 'salary', value: moved }], encrypted: [] }])
    const bob = await node.use(Person).open(id)
    expect([bob.name, bob.bonus]).toEqual(['Bob', 2])
    return bob.salary
  },
  ORM_VETOED: async () => await (await rig.start()).use(Person).create({ name: 'Bob', age: -1 }),
  ORM_NOT_AUTHORIZED: async () => {
    const [a, b] = await rig.pair()
    const bob = await a.use(Person).create({ name: 'Bob' })
    const seen = await b.use(Person).open(bob.id)
    seen.name = 'Rob'
    await seen.save()
  },
  ORM_NOT_OWNER: async () => {
    const [a, b] = await rig.pair()
    const bob = await a.use(Person).create({ name: 'Bob' })
    const seen = await b.use(Person).open(bob.id)
    seen.$.authorize('anyone', { update: true })
    await seen.save()
  },
  ORM_NO_KEY: async () => {
    const [a, b] = await rig.pair()
    const bob = await a.use(Person).create({ name: 'Bob' })
    return await b.use(Person).open(bob.id, { as: bob.id })
  },
  ORM_STALE: async () => {
    const node = await rig.start()
    const bob = await node.use(Person).create({ name: 'Bob' })
    const other = await node.use(Person).open(bob.id)
    other.name = 'Rob'
    await other.save()
    bob.name = 'Robert'
    await bob.save({ ifUnchanged: true })
  },
  ORM_REENTRANT: async () => {
    class Eager extends Listener {
      @OnUpdate() async again ({ object }: Change<Person>): Promise<void> {
        const same = await node.use(Person).open(object.id)
        same.name = 'again'
        await same.save()
      }
    }
    const node = await rig.start()
    const bob = await node.use(Person).create({ name: 'Bob' })
    new Eager().apply('Person:[id]:[field]', node)
    bob.name = 'Rob'
    return await causeOf(bob.save(), 'ORM_VETOED')
  },
  ORM_EPOCH_PENDING: async () => {
    class Unsealed extends Entity { declare name: string }
    define(Unsealed, 'Person', { name: {} })
    const [a, b] = await rig.pair({ models: [Unsealed] })
    const editor = await b.use(Person).create({ name: 'Editor' })
    const bob = await a.use(Unsealed).create({ name: 'Bob' }, { authorized: [editor.id] })
    const seen = await b.use(Person).open(bob.id, { as: editor })
    seen.salary = 1
    await seen.save()
  },
  ORM_TOO_LARGE: async () => await (await rig.start()).use(Person).create({ name: 'x'.repeat(300_000) }),
  ORM_NOT_FOUND: async () => {
    const [a, b] = [await rig.start(), await rig.start()]
    const bob = await a.use(Person).create({ name: 'Bob' })
    return await b.use(Person).open(bob.id, { timeout: 1 })
  },
  ORM_WRONG_MODEL: async () => {
    const node = await rig.start()
    const acme = await node.use(Company).create({ title: 'Acme' })
    return await node.use(Person).open(acme.id)
  },
  ORM_NO_NODE: async () => await Person.find(),
  ORM_WHICH_NODE: async () => {
    await rig.start()
    await rig.start()
    return await Person.create({ name: 'Bob' })
  },
  ORM_NOT_A_MODEL: async () => {
    class Stranger extends Entity {}
    return await rig.start({ models: [Person, Stranger] })
  },
  ORM_DUPLICATE_MODEL: async () => {
    class Other extends Entity {}
    define(Other, 'Person', {})
    return await rig.start({ models: [Person, Other] })
  },
  ORM_USE_CREATE: async () => new Person(),
  ORM_BAD_FILTER: async () => {
    class Audit extends Listener { @OnUpdate() log (): void {} }
    return await rig.start({ listeners: [[new Audit(), 'Person:[id]:nmae']] })
  },
  ORM_BAD_VALUE: async () => await (await rig.start()).use(Person).create({ name: Number.NaN as unknown as string }),
  ORM_INDEX_ENCRYPTED: async () => {
    @Model() class Secretive extends Entity { @Field(true) @Index() code!: string }
    return Secretive
  },
  CORE_BAD_ID: async () => await (await rig.start()).use(Person).open('Person:nobody'),
  STORE_LOCKED: async () => {
    const path = await rig.directory()
    await rig.start({ path })
    return await rig.start({ path })
  },
  STORE_CORRUPT: async () => {
    const path = await rig.directory()
    await (await rig.start({ path })).stop()
    await writeFile(join(path, 'CURRENT'), 'MANIFEST-999999\n')
    return await rig.start({ path })
  },
  STORE_WRONG_PASSWORD: async () => {
    const path = await rig.directory()
    await (await rig.start({ path, password: 'one' })).stop()
    return await rig.start({ path, password: 'two' })
  },
  NET_ADDRESS_IN_USE: async () => {
    const listen = (await rig.start()).addresses.map(address => address.replace(/\/p2p\/.*/, ''))
    return await rig.start({ listen })
  },
  NET_BAD_ADDRESS: async () => await (await rig.start()).connect('somewhere'),
  NET_OTHER_NETWORK: async () => {
    const [a, b] = [await rig.start(), await rig.start({ network: 'other' })]
    return await b.connect(a.addresses[0]!)
  },
  NODE_BAD_OPTIONS: async () => await rig.start({ network: '' }),
  NODE_STOPPED: async () => {
    const node = await rig.start()
    await node.stop()
    return node.use(Person)
  },
  NODE_NO_PASSWORD: async () => {
    const node = await rig.start()
    const bob = await node.use(Person).create({ name: 'Bob' })
    return await node.keys.export(bob.id, '')
  },
  NODE_OWN_KEY: async () => {
    const node = await rig.start()
    return await node.keys.export(node.status.self, 'password')
  },
  NODE_BAD_KEY_FILE: async () => await (await rig.start()).keys.import(new Uint8Array(200), 'password')
}

describe('each misuse has its code and a text that helps', () => {
  test.each(Object.entries(MISUSES))('%s', async (code, misuse) => {
    const error = await misuse().then(() => undefined, (thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'DinemicError', code, message: expect.stringMatching(/\S+ \S+ \S+/) })
    expect(isDinemicError(error, code)).toBe(true)
  })
})

test('a start that fails leaves nothing open', async () => {
  const path = await rig.directory()
  const taken = (await rig.start()).addresses.map(address => address.replace(/\/p2p\/.*/, ''))
  await expect(rig.start({ path, listen: taken })).rejects.toMatchObject({ code: 'NET_ADDRESS_IN_USE' })
  await expect(rig.start({ path })).resolves.toMatchObject({ status: { running: true } } as Partial<Node>)
})

/** Rethrows the cause of a rejection with that code. */
async function causeOf (task: Promise<unknown>, code: string): Promise<never> {
  const error = await task.then(() => undefined, (thrown: unknown) => thrown)
  if (!isDinemicError(error, code)) throw error
  throw error.cause
}
