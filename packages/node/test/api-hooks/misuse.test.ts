import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Listener, OnAuthorizedUpdate, OnUpdate, OnUpdated } from '../../src/index.js'
import type { Change, Node } from '../../src/index.js'
import { Rig } from '../support/rig.js'
import { FIELDS, Task, shows, tasks } from './world.js'

const rig = new Rig()
const unhandled: unknown[] = []
const note = (reason: unknown): void => { unhandled.push(reason) }
beforeEach(() => { process.on('unhandledRejection', note) })
afterEach(async () => {
  await rig.end()
  process.off('unhandledRejection', note)
  if (unhandled.length > 0) throw new AggregateError(unhandled.splice(0), 'promises rejected and nobody heard')
})

async function outcome (task: Promise<unknown>): Promise<unknown> {
  return await task.then(() => 'done', (error: { code?: unknown }) => error.code ?? error)
}

test('two objects whose before-hooks save each other: the inner save is ORM_REENTRANT, and nothing hangs', async () => {
  const codes: unknown[] = []
  let pair: Task[] = []
  class Mirror extends Listener {
    @OnUpdate('title') async mirror ({ object, after }: Change<Task, 'title'>) {
      const other = pair.find(({ id }) => id !== object.id)
      if (other === undefined) return
      other.title = after!
      codes.push(await outcome(other.save()))
    }
  }
  const [node] = await tasks(rig, 1, { listeners: [[new Mirror(), FIELDS]] })
  pair = [await node!.use(Task).create({ state: '1' }), await node!.use(Task).create({ state: '2' })]
  const one = await node!.use(Task).open(pair[0]!.id)
  one.title = 'x'
  expect(await outcome(one.save())).toBe('done')
  // The innermost save is refused; the hook in between swallowed that, so both others are written.
  expect(codes).toEqual(['ORM_REENTRANT', 'done'])
})

test('a before-hook in a transaction that saves another of its objects: ORM_REENTRANT, and a refused transaction leaves nothing behind', async () => {
  const codes: unknown[] = []
  const pair: Task[] = []
  class Mirror extends Listener {
    @OnUpdate('title') async mirror ({ object }: Change<Task, 'title'>) {
      if (object.id === pair[1]!.id) return
      const copy = await node!.use(Task).open(pair[1]!.id)
      copy.state = 'mirrored'
      codes.push(await outcome(copy.save()))
      throw new Error('not this one')
    }
  }
  const [node] = await tasks(rig, 1, { listeners: [[new Mirror(), FIELDS]] })
  pair.push(await node!.use(Task).create({ state: '1' }), await node!.use(Task).create({ state: '2' }))
  for (const task of pair) task.title = 'x'
  expect(await outcome(node!.transaction(tx => {
    for (const task of pair) tx.save(task)
  }))).toBe('ORM_VETOED')
  expect(codes).toEqual(['ORM_REENTRANT'])
  expect((await node!.use(Task).open(pair[1]!.id)).state).toBe('2')
})

test('both at once wait for each other until the time limit, and then refuse', async () => {
  let pair: Task[] = []
  class Mirror extends Listener {
    @OnUpdate('title') async mirror ({ object }: Change<Task, 'title'>) {
      const other = await node!.use(Task).open(pair.find(({ id }) => id !== object.id)!.id)
      other.state = 'mirrored'
      await other.save()
    }
  }
  const [node] = await tasks(rig, 1, { hookTimeout: 100, listeners: [[new Mirror(), FIELDS]] })
  pair = [await node!.use(Task).create({ state: '1' }), await node!.use(Task).create({ state: '2' })]
  for (const task of pair) task.title = 'x'
  const results = await Promise.allSettled(pair.map(async task => await task.save()))
  expect(results.some(({ status }) => status === 'rejected')).toBe(true)
  for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'ORM_VETOED', cause: { code: 'ORM_HOOK_TIMEOUT' } })
  await node!.idle()
  pair[0]!.title = undefined
  expect(await outcome(pair[0]!.save())).toBe('done')
})

test('$.refresh() of the entity whose save waits for the hook is ORM_REENTRANT; another entity of the object may', async () => {
  const [node] = await tasks(rig, 1)
  const task = await node!.use(Task).create({ title: 'old' })
  const codes: unknown[] = []
  class Looks extends Listener {
    @OnUpdate('title') async look ({ object }: Change<Task, 'title'>) {
      codes.push(await outcome(task.$.refresh()), await outcome((await node!.use(Task).open(object.id)).$.refresh()))
    }
  }
  new Looks().apply(FIELDS, node)
  task.title = 'new'
  await task.save()
  expect(codes).toEqual(['ORM_REENTRANT', 'done'])
})

test('idle() inside a hook of the node is ORM_REENTRANT at once; of another node it is not', async () => {
  class Waits extends Listener {
    @OnUpdate('title') async before () { codes.push(await outcome(node!.idle()), await outcome(other!.idle())) }
    @OnUpdated('title') async after () { codes.push(await outcome(node!.idle())) }
  }
  const codes: unknown[] = []
  const [[node], [other]] = [await tasks(rig, 1, { listeners: [[new Waits(), FIELDS]] }), await tasks(rig, 1)]
  await node!.use(Task).create({ title: 'x' })
  expect(codes).toEqual(['ORM_REENTRANT', 'done', 'ORM_REENTRANT'])
  await node!.idle()
})

test('a before-hook on one node may save the same object on another node of the process', async () => {
  class Copies extends Listener {
    @OnAuthorizedUpdate('state') async copy ({ object }: Change<Task, 'state'>) {
      const there = await b!.use(Task).open(object.id)
      there.note = 'seen'
      codes.push(await outcome(there.save()))
    }
  }
  const codes: unknown[] = []
  const [a, b] = await tasks(rig, 2)
  const task = await a!.use(Task).create({ title: 'x' })
  await shows(b!, task.id, 'title', 'x')
  new Copies().apply(FIELDS, a)
  task.state = 'new'
  await task.save()
  expect(codes).toEqual(['done'])
})

test('stop() inside a hook, awaited or not, ends the node all the same', async () => {
  class Stops extends Listener {
    @OnUpdated('title') async after () { await node!.stop({ timeout: 50 }).catch((error: unknown) => { failures.push((error as { code: unknown }).code) }) }
  }
  const failures: unknown[] = []
  const [node] = await tasks(rig, 1, { listeners: [[new Stops(), FIELDS]] })
  rig.forget(node!)
  await node!.use(Task).create({ title: 'x' })
  expect(failures).toEqual(['NODE_STOP_FAILED'])
  expect(await outcome(Promise.resolve().then(() => node!.use(Task)))).toBe('NODE_STOPPED')
  expect(await outcome(node!.stop())).toBe('NODE_STOP_FAILED')

  class Leaves extends Listener {
    @OnUpdate('title') before () { void other!.stop().then(() => stopped()) }
  }
  let stopped = (): void => {}
  const end = new Promise<void>(resolve => { stopped = resolve })
  const [other] = await tasks(rig, 1, { listeners: [[new Leaves(), FIELDS]] })
  expect(['done', 'NODE_STOPPED']).toContain(await outcome(other!.use(Task).create({ title: 'x' })))
  await end
})

test('an after-hook that never returns: the save resolves without it, and stop() names it', async () => {
  let reached = (): void => {}
  const hung = new Promise<void>(resolve => { reached = resolve })
  class Hangs extends Listener {
    @OnUpdated('title') async hang () {
      reached()
      await new Promise(() => {})
    }
  }
  const [node] = await tasks(rig, 1, { listeners: [[new Hangs(), FIELDS]] })
  rig.forget(node!)
  const creating = outcome(node!.use(Task).create({ title: 'x' }))
  await hung
  await expect(node!.idle({ timeout: 100 })).rejects.toMatchObject({ code: 'NODE_IDLE_TIMEOUT', message: expect.stringContaining('after-hooks of Task:') })
  await expect(node!.stop({ timeout: 100 })).rejects.toMatchObject({ code: 'NODE_STOP_FAILED', message: expect.stringContaining('after-hooks of Task:') })
  expect(await creating).toBe('done')
}, 10_000)

test('1,000 saves at once: of one entity, of many entities of one object, of many objects', async () => {
  const [node] = await tasks(rig, 1)
  const one = await node!.use(Task).create({ title: 'one' })
  const ids = await Promise.all(Array.from({ length: 334 }, async (_, i) => {
    one.title = String(i)
    return await one.save()
  }))
  expect((await node!.use(Task).get(one.id))!.title).toBe('333')
  expect(ids.flat().length).toBeLessThanOrEqual(334)

  const shared = await node!.use(Task).create({})
  const entities = await Promise.all(Array.from({ length: 333 }, async () => await node!.use(Task).open(shared.id)))
  await Promise.all(entities.map(async (entity, i) => {
    entity.visits.add()
    entity.phones.set(String(i), 'x')
    await entity.save()
  }))
  const counted = (await node!.use(Task).get(shared.id))!
  expect([counted.visits.value, counted.phones.size]).toEqual([333, 333])

  await Promise.all(Array.from({ length: 333 }, async (_, i) => await node!.use(Task).create({ title: String(i) })))
  expect(await node!.use(Task).count()).toBe(335)
}, 15_000)

test('stop() amid saves: what resolved is there, what comes after it is told so, and it ends in time', async () => {
  const path = await rig.directory()
  const [node] = await tasks(rig, 1, { path })
  const created: string[] = []
  const ends = Promise.all(Array.from({ length: 8 }, async () => {
    for (;;) {
      try {
        created.push((await node!.use(Task).create({ title: 'x' })).id)
      } catch (error) {
        return (error as { code: unknown }).code
      }
    }
  }))
  const entity = await node!.use(Task).create({ title: 'old' })
  const saving = (async (live: Node) => {
    for (let i = 0; live.status.running; i++) {
      entity.title = String(i)
      await entity.save()
    }
  })(node!)
  while (created.length < 50) await new Promise(resolve => { setImmediate(resolve) })
  await node!.stop()
  expect(new Set(await ends)).toEqual(new Set(['NODE_STOPPED']))
  expect(['done', 'NODE_STOPPED']).toContain(await outcome(saving))
  entity.state = 'late'
  expect(await outcome(entity.save())).toBe('NODE_STOPPED')
  expect(entity.$.dirty).toContain('state')
  const [again] = await tasks(rig, 1, { path })
  const here = new Set(await again!.use(Task).ids())
  expect(created.filter(id => !here.has(id))).toEqual([])
}, 15_000)

test('saves in a loop that nobody ends don\'t keep stop() waiting', async () => {
  const [node] = await tasks(rig, 1)
  const tasksHere = await Promise.all(Array.from({ length: 4 }, async () => await node!.use(Task).create({})))
  const loops = tasksHere.map(task => outcome((async () => {
    for (let i = 0; ; i++) {
      task.title = String(i)
      await task.save()
    }
  })()))
  await node!.stop()
  expect(await Promise.all(loops)).toEqual(Array.from({ length: 4 }, () => 'NODE_STOPPED'))
}, 10_000)
