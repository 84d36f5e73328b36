import { afterEach, describe, expect, test } from '@jest/globals'
import {
  Entity, Field, Listener, Model, OnAuthorizedUpdated, OnCreated, OnDeleted, OnOwnedCreated, OnOwnedUpdated, OnUpdate, OnUpdated, isSealed
} from '../../src/index.js'
import type { Change } from '../../src/index.js'
import { Rig, event } from '../support/rig.js'
import { FIELDS, Heard, OBJECTS, Task, shows, tasks, until } from './world.js'

const rig = new Rig()
afterEach(rig.end)

@Model('Memo')
class Memo extends Entity {
  @Field() title!: string
  @Field() slug?: string
  @Field(true) pin?: string

  @OnUpdated('title') async slugged ({ after, owned }: Change<Memo, 'title'>) {
    if (!owned) return
    this.slug = after!.toLowerCase()
    await this.save()
  }

  @OnUpdate('pin') async frozen () { if (this.title === 'Frozen') await this.save() }
}

test('`this` of a model\'s after-hook may be changed and saved; its save() has run when that of the user resolves, and its hooks follow', async () => {
  class Log extends Heard {
    @OnUpdated() hear ({ field, after }: Change<Memo>) { this.keep(field, after) }
  }
  const heard = new Log()
  const node = await rig.start({ models: [Memo], listeners: [[heard, 'Memo:[id]:[field]']] })
  const memo = await node.use(Memo).create({ title: 'ONE' })
  expect((await node.use(Memo).get(memo.id))!.slug).toBe('one')
  memo.title = 'TWO'
  await memo.save()
  expect((await node.use(Memo).get(memo.id))!.slug).toBe('two')
  await node.idle()
  expect(heard.log).toEqual([['title', 'ONE'], ['slug', 'one'], ['title', 'TWO'], ['slug', 'two']])
})

test('`this` of a before-hook, and the object of a change, can\'t be saved', async () => {
  const codes: unknown[] = []
  const node = await rig.start({ models: [Memo] })
  const memo = await node.use(Memo).create({ title: 'Frozen' })
  class Saves extends Listener {
    @OnUpdated('slug') async hear ({ object }: Change<Memo, 'slug'>) { await object.save().catch(({ code }: { code: unknown }) => { codes.push(code) }) }
  }
  const listener = new Saves()
  listener.apply('Memo:[id]:slug', node)
  memo.slug = 'x'
  await memo.save()
  memo.pin = '1'
  await memo.save().catch(({ cause }: { cause: { code: unknown } }) => { codes.push(cause.code) })
  expect(codes).toEqual(['ORM_READ_ONLY', 'ORM_REENTRANT'])
})

test('another object may be written in either phase', async () => {
  const [node] = await tasks(rig, 1)
  const log = await node!.use(Task).create({ state: 'log' })
  class Clerk extends Listener {
    @OnUpdate('title') async before ({ after }: Change<Task, 'title'>) { await this.#write(`before ${after}`) }
    @OnUpdated('title') async after ({ after }: Change<Task, 'title'>) { await this.#write(`after ${after}`) }
    async #write (text: string) {
      log.tags.push(text)
      await log.save()
    }
  }
  const clerk = new Clerk()
  clerk.apply('Task:[id]:title', node)
  const task = await node!.use(Task).create({ title: 'one' })
  task.title = 'two'
  await task.save()
  expect((await node!.use(Task).get(log.id))!.tags.toArray()).toEqual(['before one', 'after one', 'before two', 'after two'])
})

test('what an after-hook throws is reported as ORM_HOOK_FAILED, undoes nothing and stops nobody', async () => {
  class Clumsy extends Listener { @OnUpdated('title') async hear () { throw new RangeError('clumsy') } }
  const clumsy = new Clumsy()
  class Next extends Heard { @OnUpdated('title') hear ({ after }: Change<Task, 'title'>) { this.keep(after) } }
  const next = new Next()
  const [node] = await tasks(rig, 1, { listeners: [[clumsy, FIELDS], [next, FIELDS]] })
  const reported = event(node!, 'error')
  const task = await node!.use(Task).create({ title: 'stays' })
  expect(await reported).toMatchObject({ code: 'ORM_HOOK_FAILED', cause: { message: 'clumsy' } })
  expect([next.log, (await node!.use(Task).get(task.id))!.title]).toEqual([['stays'], 'stays'])
})

test('in order for each object, one after another, however long one takes', async () => {
  class Slow extends Heard {
    running = 0
    @OnUpdated('title') async hear ({ after }: Change<Task, 'title'>) {
      this.running++
      // The first ones take the most turns of the event loop.
      for (let i = Number(after); i < 20; i++) await new Promise(resolve => { setImmediate(resolve) })
      this.keep(after, this.running--)
    }
  }
  const slow = new Slow()
  const [node] = await tasks(rig, 1, { listeners: [[slow, FIELDS]] })
  const task = await node!.use(Task).create({})
  await Promise.all(Array.from({ length: 20 }, async (_, i) => {
    task.title = String(i)
    await task.save()
  }))
  await node!.idle()
  const heard = slow.log as [string, number][]
  expect(heard.map(([title]) => Number(title))).toEqual(heard.map(([title]) => Number(title)).toSorted((a, b) => a - b))
  expect(heard.at(-1)).toEqual(['19', 1])
  expect(heard.every(([, running]) => running === 1)).toBe(true)
})

test('what loses to a concurrent value changes nothing and is heard by no after-hook', async () => {
  class Both extends Heard {
    @OnUpdate('title') before ({ after }: Change<Task, 'title'>) { this.keep('before', after) }
    @OnUpdated('title') after ({ after }: Change<Task, 'title'>) { this.keep('after', after) }
  }
  const both = new Both()
  const [a, b] = await tasks(rig, 2)
  const task = await a!.use(Task).create({ title: 'first' })
  const seen = await b!.use(Task).open(task.id)
  const file = await a!.keys.export(task.id, 'password')
  await b!.keys.import(file, 'password')
  const theirs = await b!.use(Task).open(seen.id)
  await b!.disconnect(a!.id)
  theirs.title = 'earlier'
  await theirs.save()
  // The second of two is later, even within one millisecond.
  for (const title of ['late', 'later']) {
    task.title = title
    await task.save()
  }
  both.apply(FIELDS, a)
  const forked = event(a!, 'fork')
  await b!.connect(a!.addresses[0]!)
  await forked
  await shows(b!, task.id, 'title', 'later')
  await a!.idle()
  expect(both.log).toEqual([['before', 'earlier']])
})

describe('when a grant is closed', () => {
  class Fallen extends Heard {
    @OnAuthorizedUpdated('title') authorized ({ before, after, cause, authorized, caller, object }: Change<Task, 'title'>) { this.keep('authorized', before, after, cause, authorized, caller === object.id) }
    @OnOwnedUpdated('title') owned ({ cause }: Change<Task, 'title'>) { this.keep('owned', cause) }
    @OnDeleted('state') gone ({ before, after, cause }: Change<Task, 'state'>) { this.keep('deleted', before, after, cause) }
  }

  test('what falls back is heard as revoked: where it is owned, and elsewhere', async () => {
    const [a, b] = await tasks(rig, 2)
    const chief = await b!.use(Task).create({})
    const task = await a!.use(Task).create({ title: 'first' }, { authorized: [chief] })
    const mine = await b!.use(Task).open(task.id, { as: chief })
    Object.assign(mine, { title: 'chief\'s', state: 'new' })
    await mine.save()
    await shows(a!, task.id, 'title', 'chief\'s')
    const [here, there] = [new Fallen(), new Fallen()]
    here.apply(FIELDS, a)
    there.apply(FIELDS, b)
    await task.$.refresh()
    task.$.revoke(chief, { keep: [] })
    await task.save()
    await shows(b!, task.id, 'title', 'first')
    await a!.idle()
    const fallBack = ['authorized', 'chief\'s', 'first', 'revoked', true, true]
    const gone = ['deleted', 'new', undefined, 'revoked']
    expect(here.log).toEqual([gone, fallBack, ['owned', 'revoked']])
    expect(there.log).toEqual([gone, fallBack])
  })

  test('an object that its removal gives back is created again, as revoked', async () => {
    class Back extends Heard {
      @OnCreated() created ({ cause, caller, object }: Change<Task>) { this.keep('OnCreated', cause, caller === object.id) }
      @OnOwnedCreated() owned ({ cause }: Change<Task>) { this.keep('OnOwnedCreated', cause) }
      @OnUpdated() value ({ field, after, creation }: Change<Task>) { this.keep(field, after, creation) }
    }
    const [a, b] = await tasks(rig, 2)
    const chief = await b!.use(Task).create({})
    const task = await a!.use(Task).create({ title: 'first' }, { authorized: [chief] })
    await (await b!.use(Task).open(task.id, { as: chief })).remove()
    await until(a!, async () => await a!.use(Task).get(task.id) === undefined)
    const [here, there] = [new Back(), new Back()]
    for (const [listener, node] of [[here, a], [there, b]] as const) {
      listener.apply(FIELDS, node)
      listener.apply(OBJECTS, node)
    }
    const removed = await a!.use(Task).open(task.id, { removed: true })
    removed.$.revoke(chief)
    await removed.save()
    await shows(b!, task.id, 'title', 'first')
    await a!.idle()
    expect(here.log).toEqual([['OnCreated', 'revoked', true], ['OnOwnedCreated', 'revoked'], ['title', 'first', true]])
    expect(there.log).toEqual([['OnCreated', 'revoked', true], ['title', 'first', true]])
  })
})

test('a value without a key here is Sealed, in both phases; in creation hooks the key is the object\'s public one', async () => {
  class Sees extends Heard {
    @OnCreated() created ({ key, object, field }: Change<Task>) { this.keep(key === object.id.slice('Task:'.length), field) }
    @OnUpdate('secret') before ({ before, after }: Change<Task, 'secret'>) { this.keep('before', isSealed(before), isSealed(after)) }
    @OnUpdated('secret') after ({ object, before, after }: Change<Task, 'secret'>) { this.keep('after', isSealed(before), isSealed(after), throws(() => object.secret)) }
  }
  const sees = new Sees()
  const [node, owner] = await tasks(rig, 2, { listeners: [[sees, FIELDS], [sees, OBJECTS]] })
  const task = await owner!.use(Task).create({ title: 'open', secret: 'closed' })
  await node!.use(Task).open(task.id)
  task.secret = 'changed'
  await task.save()
  await until(node!, () => sees.log.filter(entry => String(entry).startsWith('before')).length === 2)
  expect(sees.log).toEqual([['before', false, true], [true, undefined], ['after', false, true, 'ORM_FIELD_SEALED'], ['before', true, true], ['after', true, true, 'ORM_FIELD_SEALED']])
})

function throws (read: () => unknown): unknown {
  try { return read() } catch (error) { return (error as { code: string }).code }
}
