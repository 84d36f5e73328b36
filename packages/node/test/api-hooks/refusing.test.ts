import { afterEach, describe, expect, test } from '@jest/globals'
import { Listener, OnUpdated, defineHooks } from '../../src/index.js'
import type { Change, Node } from '../../src/index.js'
import { Rig, event } from '../support/rig.js'
import { FIELDS, OBJECTS, Task, shows, tasks, until } from './world.js'

const rig = new Rig()
afterEach(rig.end)

type HookName = Parameters<typeof defineHooks>[1][number]['hook']

/** A listener of one hook. */
function refusing (hook: HookName, how: (change: Change) => unknown): Listener {
  class Guard extends Listener { hear (change: Change) { return how(change) } }
  defineHooks(Guard, [{ hook, method: 'hear' }])
  return new Guard()
}

async function codeOf (task: Promise<unknown>): Promise<unknown> {
  return await task.then(() => 'done', (error: { code?: unknown, cause?: unknown }) => [error.code, error.cause])
}

describe('local', () => {
  // What a node may do on its own that reaches the hook; the object is another node's where the change is Unauthorized.
  const CHANGES: { readonly [Hook in HookName]?: { elsewhere?: true, write: (task: Task, node: Node) => Promise<unknown> } } = {
    OnCreate: { write: async (_task, node) => await node.use(Task).create({ title: 'new' }) },
    OnUpdate: { write: async task => await change(task, () => { task.title = 'new' }) },
    OnAuthorizedUpdate: { write: async task => await change(task, () => { task.tags.push('new') }) },
    OnOwnedUpdate: { write: async task => await change(task, () => { task.visits.add() }) },
    OnUnauthorizedUpdate: { elsewhere: true, write: async task => await change(task, () => { task.note = 'new' }) },
    OnDelete: { write: async task => await change(task, () => { delete task.title }) },
    OnAuthorizedDelete: { write: async task => await change(task, () => { task.tags.splice(0, 1) }) },
    OnOwnedDelete: { write: async task => await change(task, () => { task.phones.delete('home') }) },
    OnUnauthorizedDelete: { elsewhere: true, write: async task => await change(task, () => { delete task.note }) },
    OnRemove: { write: async task => await task.remove() },
    OnAuthorizedRemove: { write: async task => await task.remove() },
    OnOwnedRemove: { write: async task => await task.remove() }
  }
  async function change (task: Task, stage: () => void): Promise<unknown> {
    stage()
    return await task.save()
  }

  test.each(Object.entries(CHANGES))('%s refuses: ORM_VETOED with what was thrown as its cause, and nothing is written', async (hook, { elsewhere, write }) => {
    const [owner, other] = await tasks(rig, elsewhere === true ? 2 : 1)
    const node = other ?? owner!
    const { id } = await owner!.use(Task).create({ title: 'old', note: 'old', tags: ['old'], phones: { home: '1' } })
    const task = await node.use(Task).open(id)
    const thrown = new RangeError('not today')
    const guard = refusing(hook as HookName, () => { throw thrown })
    guard.apply(FIELDS, node)
    guard.apply(OBJECTS, node)
    const before = (await task.$.history()).length
    expect(await codeOf(write(task, node))).toEqual(['ORM_VETOED', thrown])
    expect((await task.$.history()).length).toBe(before)
    expect(await node.use(Task).ids()).toEqual([id])
    guard.revoke(FIELDS, node)
    guard.revoke(OBJECTS, node)
    if (!hook.endsWith('Remove') && hook !== 'OnCreate') expect(task.$.dirty).toHaveLength(1)
    expect(await codeOf(write(task, node))).toBe('done')
  })

  test('reject gives its reason; what is no Error is the cause as it is', async () => {
    const [node] = await tasks(rig, 1, { listeners: [[refusing('OnUpdate', ({ after, reject }) => after === 'text' ? reject('no text') : Promise.reject(after)), FIELDS]] })
    await expect(node!.use(Task).create({ title: 'text' })).rejects.toMatchObject({ code: 'ORM_VETOED', message: expect.stringContaining('no text'), cause: { message: 'no text' } })
    await expect(node!.use(Task).create({ title: 'thrown' })).rejects.toMatchObject({ code: 'ORM_VETOED', cause: 'thrown' })
  })

  test('one field refused refuses the whole update, and a transaction with it', async () => {
    const [node] = await tasks(rig, 1, { listeners: [[refusing('OnUpdate', ({ field, after, reject }) => { if (field === 'state' && after === 'bad') reject('bad') }), FIELDS]] })
    const task = await node!.use(Task).create({ title: 'old', state: 'fine' })
    Object.assign(task, { title: 'new', state: 'bad' })
    await expect(task.save()).rejects.toMatchObject({ code: 'ORM_VETOED' })
    expect(task.$.dirty.sort()).toEqual(['state', 'title'])
    const other = await node!.use(Task).create({ title: 'other' })
    other.title = 'changed'
    await expect(node!.transaction(tx => { tx.save(other); tx.save(task); tx.create(Task, { title: 'third' }) })).rejects.toMatchObject({ code: 'ORM_VETOED' })
    const rows = await node!.use(Task).find({ orderBy: ['title'] })
    expect(rows.map(({ title, state }) => [title, state])).toEqual([['old', 'fine'], ['other', undefined]])
  })

  test('a hook has its time, and counts as refusing when that is over', async () => {
    const [node] = await tasks(rig, 1, { hookTimeout: 20, listeners: [[refusing('OnCreate', () => new Promise(() => {})), OBJECTS]] })
    await expect(node!.use(Task).create({ title: 'never' })).rejects.toMatchObject({ code: 'ORM_VETOED', cause: { code: 'ORM_HOOK_TIMEOUT' } })
    expect(await node!.use(Task).count()).toBe(0)
  })
})

describe('remote', () => {
  test('hides the update on this node alone: others that got it from here show it', async () => {
    const [middle, owner, far] = await tasks(rig, 3, { listeners: [[refusing('OnUpdate', ({ after, reject }) => { if (after === 'bad') reject('not here') }), FIELDS]] })
    const task = await owner!.use(Task).create({ title: 'good' })
    await shows(far!, task.id, 'title', 'good')
    const refused = event(middle!, 'rejected')
    task.title = 'bad'
    const [update] = await task.save()
    await shows(far!, task.id, 'title', 'bad')
    expect(await refused).toMatchObject({ update, code: 'ORM_VETOED', reason: 'not here', hook: 'OnUpdate (Guard.hear)' })
    expect((await middle!.use(Task).get(task.id))!.title).toBe('good')
    expect(await middle!.explain(update!)).toMatchObject({ is: 'masked' })
    task.title = 'better'
    await task.save()
    await shows(middle!, task.id, 'title', 'better')
  })

  test('runs no after-hook of what it hides, and what is refused at its creation stays away', async () => {
    class After extends Listener {
      readonly heard: unknown[] = []
      @OnUpdated('title') hear ({ after }: Change<Task, 'title'>) { this.heard.push(after) }
    }
    const after = new After()
    const [node, owner] = await tasks(rig, 2, { listeners: [[refusing('OnCreate', ({ object, reject }) => { if ((object as Task).title === 'spam') reject('spam') }), OBJECTS], [after, FIELDS]] })
    const refused = event(node!, 'rejected')
    const spam = await owner!.use(Task).create({ title: 'spam' })
    await refused
    const ham = await owner!.use(Task).create({ title: 'ham' })
    await node!.use(Task).open(ham.id)
    spam.title = 'more spam'
    await spam.save()
    ham.title = 'more ham'
    await ham.save()
    await shows(node!, ham.id, 'title', 'more ham')
    expect(await node!.use(Task).ids()).toEqual([ham.id])
    expect(after.heard).toEqual(['ham', 'more ham'])
  })

  test('a removal that a hook refuses leaves the object here', async () => {
    const [node, owner] = await tasks(rig, 2, { listeners: [[refusing('OnRemove', ({ reject }) => reject('keep')), OBJECTS]] })
    const task = await owner!.use(Task).create({ title: 'kept' })
    await node!.use(Task).open(task.id)
    const refused = event(node!, 'rejected')
    await task.remove()
    await refused
    await until(node!, () => true)
    expect((await node!.use(Task).get(task.id))?.title).toBe('kept')
    expect(await owner!.use(Task).get(task.id)).toBeUndefined()
  })
})
