import { afterEach, describe, expect, test } from '@jest/globals'
import { Listener, OnCreate, OnCreated, OnDelete, OnDeleted, OnRemove, OnUpdated, filter } from '../../src/index.js'
import type { Change, Node } from '../../src/index.js'
import { Rig } from '../support/rig.js'
import { Heard, Task, tasks } from './world.js'

const rig = new Rig()
afterEach(rig.end)

class All extends Heard {
  @OnCreate() create () { this.keep('OnCreate') }
  @OnCreated() created () { this.keep('OnCreated') }
  @OnRemove() remove () { this.keep('OnRemove') }
  @OnUpdated() updated ({ field, key }: Change<Task>) { this.keep(key === undefined ? field : `${field}.${key.length > 9 ? 'element' : key}`) }
  @OnDelete() delete () {}
  @OnDeleted() deleted ({ field, key }: Change<Task>) { this.keep(`no ${field}${key === undefined ? '' : `.${key}`}`) }
}

async function life (node: Node): Promise<Task> {
  const task = await node.use(Task).create({ title: 't', addr_home: 'h', addr_work: 'w', tags: ['x'], phones: { home: '1', 'a:b': '2', hotel: '3' }, visits: 1 })
  task.phones.delete('home')
  delete task.title
  await task.save()
  await task.remove()
  await node.idle()
  return task
}

const CASES: [string, unknown[]][] = [
  ['Task:[id]', ['OnCreate', 'OnCreated', 'OnRemove']],
  ['Task:*', ['OnCreate', 'OnCreated', 'OnRemove']],
  ['*:[whatever]', ['OnCreate', 'OnCreated', 'OnRemove']],
  ['Task:[id]:[field]', ['title', 'addr_home', 'addr_work', 'tags.element', 'phones.a:b', 'phones.home', 'phones.hotel', 'visits', 'no title', 'no phones.home']],
  ['Task:[id]:title', ['title', 'no title']],
  ['Task:[id]:addr_*', ['addr_home', 'addr_work']],
  ['Task:[id]:[x]_work', ['addr_work']],
  ['T*k:[id]:visits', ['visits']],
  ['Task:[id]:phones', ['phones.a:b', 'phones.home', 'phones.hotel', 'no phones.home']],
  ['Task:[id]:phones:home', ['phones.home', 'no phones.home']],
  ['Task:[id]:phones:ho*', ['phones.home', 'phones.hotel', 'no phones.home']],
  ['Task:[id]:phones:a:b', ['phones.a:b']],
  ['Task:[id]:[field]:[key]', ['tags.element', 'phones.a:b', 'phones.home', 'phones.hotel', 'no phones.home']],
  ['Task:[id]:note', []]
]

test.each(CASES)('%s hears exactly what it names', async (text, expected) => {
  const [all, node] = [new All(), (await tasks(rig, 1))[0]!]
  all.apply(text, node)
  await life(node)
  expect(all.log.toSorted()).toEqual(expected.toSorted())
})

test('one object: by its id, by filter(), and nobody else\'s', async () => {
  const [node] = await tasks(rig, 1)
  const [mine, other] = [await node!.use(Task).create({}), await node!.use(Task).create({})]
  const [byId, built] = [new All(), new All()]
  byId.apply(`${mine.id}:title`, node)
  built.apply(filter(Task, { id: mine, field: 'phones', key: 'home' }), node)
  for (const task of [mine, other]) {
    task.title = 'new'
    task.phones.set('home', '1').set('work', '2')
    await task.save()
  }
  expect([byId.log, built.log]).toEqual([['title'], ['phones.home']])
})

test.each([
  ['Taks:[id]', 'Task'], ['Task:[id]:titel', 'title'], ['Task:[id]:phnes:home', 'phones'], ['Task:[id]:title:key', 'title'],
  ['Task', 'Model:id'], ['Task:[id:title', 'bracket'], ['Task::title', 'empty'], ['Task:nobody:title', 'nobody'], ['', 'segment']
])("'%s' is ORM_BAD_FILTER that names '%s', and starts no node", async (text, named) => {
  const [node] = await tasks(rig, 1)
  const bad = { code: 'ORM_BAD_FILTER', message: expect.stringContaining(named) }
  expect(() => { new All().apply(text, node) }).toThrow(expect.objectContaining(bad))
  await expect(rig.start({ models: [Task], listeners: [[new All(), text]] })).rejects.toMatchObject(bad)
})

describe('apply and revoke', () => {
  test('twice is once, several filters hear a change once, and revoke ends what the same text began', async () => {
    const [node] = await tasks(rig, 1)
    const all = new All()
    for (const text of ['Task:[id]:title', 'Task:[id]:title', 'Task:[id]:t*']) all.apply(text, node)
    const task = await node!.use(Task).create({ title: '1' })
    expect(all.log.splice(0)).toEqual(['title'])
    all.revoke('Task:[id]:title', node)
    task.title = '2'
    await task.save()
    expect(all.log.splice(0)).toEqual(['title'])
    all.revoke('Task:[id]:t*', node)
    all.revoke('Task:[id]:t*', node)
    task.title = '3'
    await task.save()
    expect(all.log).toEqual([])
  })

  test('inside a hook: who is revoked is not called any more, for this change either', async () => {
    const [node] = await tasks(rig, 1)
    const second = new All()
    class FirstListener extends Heard {
      @OnUpdated('title') hear ({ after }: Change<Task, 'title'>) {
        this.keep(after)
        this.revoke('Task:[id]:title', node)
        second.revoke('Task:[id]:title', node)
      }

      @OnUpdated('title') again () { this.keep('again') }
    }
    const first = new FirstListener()
    first.apply('Task:[id]:title', node)
    second.apply('Task:[id]:title', node)
    const task = await node!.use(Task).create({ title: '1' })
    task.title = '2'
    await task.save()
    expect([first.log, second.log]).toEqual([['1'], []])
  })

  test('without a node: the only one; none, ORM_NO_NODE; several, ORM_WHICH_NODE', async () => {
    class Ear extends Listener { @OnUpdated() hear () {} }
    const ear = new Ear()
    expect(() => { ear.apply('Task:[id]') }).toThrow(expect.objectContaining({ code: 'ORM_NO_NODE' }))
    const [node] = await tasks(rig, 1)
    const all = new All()
    all.apply('Task:[id]:title')
    await Task.create({ title: 'x' })
    expect(all.log).toEqual(['title'])
    await tasks(rig, 1)
    for (const verb of ['apply', 'revoke'] as const) expect(() => { ear[verb]('Task:[id]') }).toThrow(expect.objectContaining({ code: 'ORM_WHICH_NODE' }))
    expect(node!.status.running).toBe(true)
  })
})
