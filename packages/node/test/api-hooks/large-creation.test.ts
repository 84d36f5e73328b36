import { afterEach, expect, test } from '@jest/globals'
import { Listener, OnCreate, OnCreated, OnUpdate, OnUpdated } from '../../src/index.js'
import type { Change } from '../../src/index.js'
import { Rig } from '../support/rig.js'
import { FIELDS, OBJECTS, Task, shows, tasks } from './world.js'

const rig = new Rig()
afterEach(rig.end)

/** How often each hook was told of a creation, and how often of a later change. */
class Counts extends Listener {
  readonly counts: { [hook: string]: [creation: number, later: number] } = {}

  @OnCreate() create (change: Change) { this.#count('OnCreate', change) }
  @OnCreated() created (change: Change) { this.#count('OnCreated', change) }
  @OnUpdate() update (change: Change) { this.#count('OnUpdate', change) }
  @OnUpdated() updated (change: Change) { this.#count('OnUpdated', change) }

  #count (hook: string, { creation }: Change): void {
    const counts = this.counts[hook] ??= [0, 0]
    counts[creation ? 0 : 1]++
  }
}

test.each([
  ['more values than', { tags: Array.from({ length: 2_100 }, (_, i) => `tag ${i}`) }, 2_100],
  ['larger values than', { phones: Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`${i}`, 'x'.repeat(60_000)])) }, 9]
])('a creation of %s fit into one update is a creation throughout, here and elsewhere; what is saved next is none', async (_what, values, count) => {
  const [here, there] = [new Counts(), new Counts()]
  const [a, b] = await tasks(rig, 2)
  for (const [counts, node] of [[here, a!], [there, b!]] as const) for (const filter of [OBJECTS, FIELDS]) counts.apply(filter, node)
  const task = await a!.use(Task).create(values)
  expect((await task.$.history()).length).toBeGreaterThan(1)
  task.title = 'x'
  await task.save()
  await shows(b!, task.id, 'title', 'x')
  const expected = { OnCreate: [1, 0], OnCreated: [1, 0], OnUpdate: [count, 1], OnUpdated: [count, 1] }
  expect([here.counts, there.counts]).toEqual([expected, expected])
})
