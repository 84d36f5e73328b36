import { inspect } from 'node:util'
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { Entity, Field, List, Listener, Model, OnUpdate, OnUpdated } from '../../src/index.js'
import type { Change, Logger, Node } from '../../src/index.js'
import { Rig, event } from '../support/rig.js'
import { until } from './world.js'

@Model('Bag')
class Bag extends Entity {
  @Field() numbers?: (number | string)[]
  @Field() when?: Date
  @Field(true) bytes?: Uint8Array
  @List() parts!: List<{ name: string }>
}

const rig = new Rig()
afterEach(rig.end)

async function pair (): Promise<[Node, Node]> {
  return await rig.pair({ models: [Bag] }, { models: [Bag] })
}

const CONTENT = { numbers: [1, 2], when: new Date(1000), bytes: new Uint8Array([1]), parts: [{ name: 'lid' }] }

async function contentOf (node: Node, id: string): Promise<object> {
  const { numbers, when, bytes, parts } = await node.use(Bag).open(id)
  return { numbers, when, bytes, parts: [...parts] }
}

/** Writes into whatever it is given. */
function scribble (value: unknown): void {
  if (Array.isArray(value)) value.push('scribbled')
  else if (value instanceof Date) value.setTime(0)
  else if (value instanceof Uint8Array) value.fill(99)
  else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) scribble(part)
  if (typeof value === 'object' && value !== null && 'name' in value) value.name = 'scribbled'
}

describe('a hook that changes what it is given', () => {
  class Before extends Listener { @OnUpdate() hear (change: Change) { for (const part of [change.before, change.after, change.update, change.via]) scribble(part) } }
  class After extends Listener { @OnUpdated() hear (change: Change) { for (const part of [change.before, change.after, change.update, change.via]) scribble(part) } }

  test.each([['before', new Before()], ['after', new After()]])('changes nothing of what is stored: %s the commit', async (_when, listener) => {
    const [a, b] = await pair()
    for (const node of [a, b]) listener.apply('Bag:[id]:[field]:*', node)
    for (const node of [a, b]) listener.apply('Bag:[id]:[field]', node)
    const bag = await a.use(Bag).create({ ...CONTENT, bytes: new Uint8Array([9]) })
    await b.use(Bag).open(bag.id)
    // Once more, so that there is something before.
    bag.numbers = [7]
    bag.bytes = CONTENT.bytes
    await bag.save()
    await until(b, async () => (await b.use(Bag).open(bag.id)).numbers?.[0] === 7)
    expect(await contentOf(a, bag.id)).toEqual({ ...CONTENT, numbers: [7] })
    expect((await b.use(Bag).open(bag.id)).numbers).toEqual([7])
    expect([...(await b.use(Bag).open(bag.id)).parts]).toEqual(CONTENT.parts)
    // A ciphertext that a hook or a history gave away is the receiver's own, too.
    for (const { operations } of await (await b.use(Bag).open(bag.id)).$.history()) scribble(operations)
    const other = await rig.start({ models: [Bag] })
    await other.connect(b.addresses[0]!)
    await a.stop()
    const [mine, theirs] = await Promise.all([b, other].map(async node => await stateOf(node, bag.id)))
    expect(mine).toEqual(theirs)
  })
})

/** All that the engine shows of an object, ciphertexts included. */
async function stateOf (node: Node, id: string): Promise<unknown> {
  const { fields } = await node.orm.engine.wait(id)
  return [...fields].map(([name, { register, list }]) => [name, register.map(({ value }) => value), [...list].map(([, { value }]) => value.map(candidate => candidate.value))]).sort()
}

describe('a hook that throws what can\'t be put into words', () => {
  test.each([
    ['an object without prototype', Object.create(null)],
    ['an error whose message throws', Object.defineProperty(new Error('never seen'), 'message', { get () { throw new Error('no') } })],
    ['an error whose message is no text', Object.assign(new Error('x'), { message: Symbol('m') })]
  ])('refuses all the same: %s', async (_what, thrown) => {
    class Guard extends Listener { @OnUpdate('numbers') hear () { throw thrown } }
    const [a, b] = await pair()
    const bag = await a.use(Bag).create({ when: new Date(1000) })
    const there = await b.use(Bag).open(bag.id)
    new Guard().apply('Bag:[id]:[field]', b)
    const rejected = event(b, 'rejected')
    bag.numbers = [1]
    const [update] = await bag.save()
    expect(await rejected).toMatchObject({ update, code: 'ORM_VETOED', reason: expect.any(String) })
    expect((await b.explain(update!)).is).toBe('masked')
    expect((await b.use(Bag).open(there.id)).numbers).toBeUndefined()
    const own = await b.use(Bag).create({})
    own.numbers = [1]
    const error = await own.save().then(() => undefined, (refusal: { code: string, cause: unknown }) => refusal)
    expect(error?.code).toBe('ORM_VETOED')
    expect(Object.is(error?.cause, thrown)).toBe(true)
  })
})

describe('an after-hook that throws what can\'t be printed', () => {
  const unprintable = { [Symbol.for('nodejs.util.inspect.custom')] () { throw new Error('no') } }

  test.each<[string, Logger | undefined]>([
    ['the console', undefined],
    ['a logger that throws', { error () { throw new RangeError('no room') }, debug () { throw new RangeError('no room') } }]
  ])('stops no other hook and brings nothing down, with %s to tell', async (_what, logger) => {
    const told = jest.spyOn(console, 'error').mockImplementation((...given) => { inspect(given) })
    const heard: unknown[] = []
    class Broken extends Listener { @OnUpdated('numbers') hear () { throw unprintable } }
    class Sound extends Listener { @OnUpdated('numbers') hear ({ after }: Change<Bag, 'numbers'>) { heard.push(after) } }
    const path = await rig.directory()
    const node = await rig.start({ models: [Bag], path, ...logger === undefined ? {} : { logger }, listeners: [[new Broken(), 'Bag:[id]:[field]'], [new Sound(), 'Bag:[id]:[field]']] })
    const bag = await node.use(Bag).create({ numbers: [1] })
    bag.numbers = [2]
    await bag.save()
    expect(heard).toEqual([[1], [2]])
    expect(told.mock.calls.at(-1)![0]).toContain('the logger failed')
    await node.stop()
    told.mockRestore()
    // What has run is struck off.
    const again = await rig.start({ models: [Bag], path, listeners: [[new Sound(), 'Bag:[id]:[field]']] })
    await again.idle()
    expect(heard).toEqual([[1], [2]])
  })
})
