import { afterEach, describe, expect, test } from '@jest/globals'
import { Listener, OnCreate, OnCreated, OnRemove, OnUpdate, OnUpdated } from '../../src/index.js'
import type { Change, Node, NodeEvents } from '../../src/index.js'
import { Rig, event } from '../support/rig.js'
import { FIELDS, Heard, OBJECTS, Task, shows, tasks, until } from './world.js'

const rig = new Rig()
afterEach(rig.end)

/** Refuses titles that say so, objects that are spam, and all removals. */
class Guard extends Listener {
  @OnUpdate('title') title ({ after, reject }: Change<Task, 'title'>) { if (after === 'bad') reject('bad title') }
  @OnCreate() create ({ object, reject }: Change<Task>) { if ((object as Task).state === 'spam') reject('spam') }
  @OnRemove() remove ({ reject }: Change<Task>) { reject('stays') }
}
class Told extends Heard {
  @OnUpdated('title') title ({ before, after, cause, local }: Change<Task, 'title'>) { this.keep('title', before, after, cause, local) }
  @OnCreated() created ({ cause }: Change<Task>) { this.keep('created', cause) }
}

/** One that guards and one that owns; what the first heard since. */
async function guarded (options: { path?: string } = {}): Promise<{ node: Node, owner: Node, told: Told }> {
  const [guard, told] = [new Guard(), new Told()]
  const [node, owner] = await tasks(rig, 2, { ...options, listeners: [[guard, FIELDS], [guard, OBJECTS], [told, FIELDS], [told, OBJECTS]] })
  return { node: node!, owner: owner!, told }
}

/** Does what the node's hooks will mask; with how it was told. */
async function masking<T> (node: Node, task: () => Promise<T>): Promise<[T, NodeEvents['rejected'][0]]> {
  const rejected = event(node, 'rejected')
  return await Promise.all([task(), rejected])
}

const listed = (node: Node): string[] => node.masked().map(({ update }) => update).sort()

describe('what a before-hook masked', () => {
  test('is listed across a restart, and shown by unmask(), which runs its after-hooks', async () => {
    const path = await rig.directory()
    const { node, owner, told } = await guarded({ path })
    const task = await owner.use(Task).create({ title: 'good' })
    await node.use(Task).open(task.id)
    const [[update]] = await masking(node, async () => {
      task.title = 'bad'
      return await task.save()
    })
    await node.stop()

    const again = (await tasks(rig, 1, { path, listeners: [[told, FIELDS]] }))[0]!
    expect(again.masked()).toEqual([{ update: update!, object: task.id }])
    expect((await again.use(Task).get(task.id))!.title).toBe('good')
    expect(await again.unmask('00'.repeat(32))).toBe(false)
    told.log.length = 0
    expect([await again.unmask(update!), await again.unmask(update!)]).toEqual([true, false])
    await again.idle()
    expect([(await again.use(Task).get(task.id))!.title, again.masked(), (await again.explain(update!)).is]).toEqual(['bad', [], 'ok'])
    expect(told.log).toEqual([['title', 'good', 'bad', 'remote', false]])
  })

  test('an object that was refused appears, and one whose removal was refused goes', async () => {
    const { node, owner, told } = await guarded()
    const [spam] = await masking(node, async () => await owner.use(Task).create({ state: 'spam', title: 'x' }))
    expect(await node.use(Task).get(spam.id)).toBeUndefined()
    expect(await node.unmask(listed(node)[0]!)).toBe(true)
    await node.idle()
    expect([(await node.use(Task).get(spam.id))?.title, told.log]).toEqual(['x', [['created', 'remote'], ['title', undefined, 'x', 'remote', false]]])

    const [[removal]] = await masking(node, async () => await spam.remove())
    expect([listed(node), (await node.use(Task).get(spam.id))?.title]).toEqual([[removal], 'x'])
    expect(await node.unmask(removal!)).toBe(true)
    expect([listed(node), await node.use(Task).get(spam.id)]).toEqual([[], undefined])
  })

  test('leaves the list when it is revoked, and can\'t be shown any more', async () => {
    const { node, owner } = await guarded()
    const chief = await node.use(Task).create({})
    const task = await owner.use(Task).create({ title: 'good' }, { authorized: [chief] })
    const other = (await tasks(rig, 1))[0]!
    await other.connect(owner.addresses[0]!)
    await other.keys.import(await node.keys.export(chief.id, 'password'), 'password')
    const theirs = await other.use(Task).open(task.id, { as: chief })
    await node.use(Task).open(task.id)
    const [[update]] = await masking(node, async () => {
      theirs.title = 'bad'
      return await theirs.save()
    })
    await shows(owner, task.id, 'title', 'bad')
    await task.$.refresh()
    task.$.revoke(chief, { keep: [] })
    await task.save()
    await until(node, () => node.masked().length === 0)
    expect([await node.unmask(update!), (await node.use(Task).get(task.id))!.title]).toEqual([false, 'good'])
  })
})

test('a hook that takes too long over a remote update has masked it', async () => {
  class Slow extends Listener {
    @OnUpdate('title') async wait ({ after }: Change<Task, 'title'>) { if (after === 'slow') await new Promise(() => {}) }
  }
  const [node, owner] = await tasks(rig, 2, { hookTimeout: 50, listeners: [[new Slow(), FIELDS]] })
  const task = await owner!.use(Task).create({ title: 'quick' })
  await node!.use(Task).open(task.id)
  const [[update], rejected] = await masking(node!, async () => {
    task.title = 'slow'
    return await task.save()
  })
  expect(rejected).toMatchObject({ update, code: 'ORM_VETOED', cause: { code: 'ORM_HOOK_TIMEOUT' } })
  expect([(await node!.use(Task).get(task.id))!.title, listed(node!)]).toEqual(['quick', [update]])
})
