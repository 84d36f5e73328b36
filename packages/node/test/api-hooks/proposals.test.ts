import { afterEach, expect, test } from '@jest/globals'
import { Listener, OnOwnedUpdate, OnUnauthorizedDelete, OnUnauthorizedRemove, OnUnauthorizedUpdate, OnUpdate, OnUpdated } from '../../src/index.js'
import type { Change, Node } from '../../src/index.js'
import { Rig } from '../support/rig.js'
import { FIELDS, Heard, OBJECTS, Task, shows, tasks } from './world.js'

const rig = new Rig()
afterEach(rig.end)

class Desk extends Listener {
  @OnUnauthorizedUpdate() async update ({ accept }: Change) { await accept() }
  @OnUnauthorizedDelete() async delete ({ accept }: Change) { await accept() }
  @OnUnauthorizedRemove() async remove ({ accept }: Change) { await accept() }
}

class Witness extends Heard {
  @OnUpdated('title') see ({ after, authorized, proposal, caller, object, via }: Change<Task, 'title'>) {
    this.keep({ after, authorized, proposal, owner: caller === object.id, by: via?.author })
  }
}

/** Node a owns the object; b has it and proposes. */
async function two (listeners: [Listener, string][]): Promise<{ a: Node, b: Node, task: Task, seen: Task }> {
  const [a, b] = await tasks(rig, 2, { listeners })
  const task = await a!.use(Task).create({ title: 'old', state: 'old', secret: 'old', tags: ['old'] })
  return { a: a!, b: b!, task, seen: await b!.use(Task).open(task.id) }
}

async function answers (proposal: Promise<readonly { answer: string, reason?: string }[]>): Promise<unknown[]> {
  return (await proposal).map(({ answer, reason }) => reason === undefined ? answer : [answer, reason])
}

test('accepted: everybody gets it as the owner\'s, with via', async () => {
  const witness = new Witness()
  const { b, seen } = await two([[new Desk(), FIELDS]])
  witness.apply(FIELDS, b)
  seen.title = 'new'
  expect(await answers(seen.save({ propose: true }))).toEqual(['accepted'])
  await shows(b, seen.id, 'title', 'new')
  expect(witness.log).toEqual([{ after: 'new', authorized: true, proposal: false, owner: true, by: b.status.self }])
})

test('deletions, encrypted values and removals too', async () => {
  const values: unknown[] = []
  class Curious extends Listener { @OnUnauthorizedUpdate('secret') look ({ before, after }: Change<Task, 'secret'>) { values.push(before, after) } }
  const { a, b, seen } = await two([[new Curious(), FIELDS], [new Desk(), FIELDS], [new Desk(), OBJECTS]])
  delete seen.state
  seen.tags.splice(0, 1)
  expect(await answers(seen.save({ propose: true }))).toEqual(['accepted'])
  await shows(b, seen.id, 'state', undefined)
  await seen.$.refresh()
  seen.secret = 'new'
  expect(await answers(seen.save({ propose: true }))).toEqual(['accepted'])
  expect(values).toEqual(['old', 'new'])
  expect(await a.use(Task).get(seen.id)).toMatchObject({ secret: 'new' })
  expect(await answers(seen.remove({ propose: true }))).toEqual(['accepted'])
  expect(await a.use(Task).get(seen.id)).toBeUndefined()
})

test('refused where no hook accepts, and it changes nothing anywhere', async () => {
  const { a, seen } = await two([])
  seen.title = 'new'
  expect(await answers(seen.save({ propose: true }))).toEqual([['refused', expect.any(String)]])
  expect(seen.$.dirty).toEqual(['title'])
  const here = (await a.use(Task).get(seen.id))!
  expect([here.title, (await here.$.history()).length]).toEqual(['old', 1])
})

test.each(['before', 'after'] as const)('one reject beats every accept, %s it', async when => {
  class Strict extends Listener {
    @OnUnauthorizedUpdate('title') first ({ reject }: Change<Task, 'title'>) { if (when === 'before') reject('no') }
    @OnUpdate('title') last ({ proposal, reject }: Change<Task, 'title'>) { if (when === 'after' && proposal) reject('no') }
  }
  const listeners: [Listener, string][] = [[new Strict(), FIELDS], [new Desk(), FIELDS]]
  const { a, seen } = await two(when === 'before' ? listeners : listeners.reverse())
  seen.title = 'new'
  expect(await answers(seen.save({ propose: true }))).toEqual([['refused', 'no']])
  expect((await a.use(Task).get(seen.id))!.title).toBe('old')
})

test('each field and element has to be accepted: none comes in along with another', async () => {
  class Titles extends Listener {
    @OnUnauthorizedUpdate('title') async rename ({ accept }: Change<Task, 'title'>) { await accept() }
    @OnUnauthorizedUpdate('phones') async home ({ key, accept }: Change<Task, 'phones'>) { if (key === 'home') await accept() }
  }
  const titles = new Titles()
  const { a, seen } = await two([[titles, FIELDS], [titles, `${FIELDS}:*`]])
  const along: ((task: Task) => void)[] = [
    task => { task.state = 'stolen' }, task => { task.secret = 'stolen' }, task => { delete task.state }, task => { task.tags.push('stolen') },
    task => { task.visits.add(5) }, task => { task.phones.set('home', '1').set('work', 'stolen') }
  ]
  for (const stage of along) {
    seen.title = 'new'
    stage(seen)
    expect(await answers(seen.save({ propose: true }))).toEqual([['refused', expect.stringContaining('accepted a part')]])
    seen.$.discard()
  }
  const here = (await a.use(Task).get(seen.id))!
  expect([here.title, here.state, here.secret, [...here.tags], here.visits.value, here.phones.size]).toEqual(['old', 'old', 'old', ['old'], 0, 0])
  seen.title = 'new'
  seen.phones.set('home', '1')
  expect(await answers(seen.save({ propose: true }))).toEqual(['accepted'])
})

test('accept() is for OnUnauthorized… of a proposal, and where one may sign: elsewhere ORM_NOT_AUTHORIZED', async () => {
  const codes: unknown[] = []
  class Wrong extends Listener {
    @OnOwnedUpdate('state') async owned ({ proposal, accept }: Change<Task, 'state'>) { if (proposal) await attempt(accept) }
    @OnUnauthorizedUpdate('note') async update ({ accept }: Change<Task, 'note'>) { await attempt(accept) }
  }
  async function attempt (accept: () => Promise<void>): Promise<void> {
    try { await accept() } catch (error) { codes.push((error as { code: string }).code) }
  }
  const { b, seen } = await two([[new Wrong(), FIELDS]])
  seen.state = 'new'
  expect(await answers(seen.save({ propose: true }))).toEqual([['refused', expect.any(String)]])
  seen.$.discard()
  seen.note = 'open to anyone'
  await seen.save()
  await b.idle()

  // A node without any key of the object hears the proposal as well, and can't accept.
  const far = await rig.start({ models: [Task], listeners: [[new Desk(), FIELDS]] })
  await far.connect(b.addresses[0]!)
  await far.use(Task).open(seen.id)
  seen.title = 'new'
  const given = await seen.save({ propose: true })
  expect(given.find(({ peer }) => peer === far.id)).toMatchObject({ answer: 'refused', reason: expect.stringContaining('accept()') })
  expect(codes).toEqual(['ORM_NOT_AUTHORIZED', 'ORM_NOT_AUTHORIZED'])
})

test('a caller whose grant covers the fields accepts in its own name', async () => {
  const [b, a, c] = await tasks(rig, 3, { listeners: [[new Desk(), FIELDS]] })
  const clerk = await b!.use(Task).create({ title: 'Clerk' })
  const task = await a!.use(Task).create({ title: 'old', state: 'old' }, { writers: [{ id: clerk.id, fields: ['title'] }] })
  await b!.use(Task).open(task.id)
  const seen = await c!.use(Task).open(task.id)
  const ask = async () => (await seen.save({ propose: true })).find(({ peer }) => peer === b!.id)
  seen.title = 'new'
  expect(await ask()).toMatchObject({ answer: 'accepted' })
  await shows(a!, task.id, 'title', 'new')
  expect((await task.$.history()).at(-1)).toMatchObject({ author: clerk.id })
  await seen.$.refresh()
  seen.$.discard()
  seen.state = 'new'
  expect(await ask()).toMatchObject({ answer: 'refused' })
})
