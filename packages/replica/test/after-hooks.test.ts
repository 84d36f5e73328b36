import { expect, test } from '@jest/globals'
import { clockOf } from '@dinemic/core'
import { MemoryStore } from '@dinemic/core/testing'
import { Activity } from '../src/activity.js'
import type { ObjectChange } from '../src/engine.js'
import { AfterHooks } from '../src/hooks/after-hooks.js'
import type { KeptChange } from '../src/hooks/change-row.js'
import { CountingPlatform } from './counting-platform.js'

const platform = new CountingPlatform()

function changeOf (object: string): KeptChange {
  return {
    object, update: { id: 'a'.repeat(64), clock: clockOf(5) }, caller: object, authorized: true, owned: true, local: true, cause: 'local',
    via: null, created: true, continuesCreation: false, removed: false, fields: []
  }
}

/** Commits the after-hooks of these objects, as the pipeline does. */
async function commit (store: MemoryStore, afterHooks: AfterHooks, ...objects: string[]) {
  const hooks = [...afterHooks.prepare('Person', objects.map(object => ({ kept: changeOf(object), state: undefined })))]
  await store.commit({ objects: [], events: hooks.map(({ event }) => event!) })
  return hooks
}

test('what hooks write while a restart runs those that were left takes no place of theirs, and comes after them', async () => {
  const store = new MemoryStore()
  await store.open()
  const wants = { before: async () => {}, wantsBefore: () => true, wantsAfter: () => true }
  // More than are read at once.
  const objects = Array.from({ length: 300 }, (_, i) => `Person:${i}`)
  await commit(store, new AfterHooks({ store, hooks: { ...wants, after: async () => true }, activity: new Activity(), platform }), ...objects)
  store.crash()
  await store.open()

  const heard: string[] = []
  const seen: number[] = []
  const activity = new Activity()
  const after = async ({ object }: ObjectChange): Promise<boolean> => {
    heard.push(object)
    if (heard.length > 1) return true
    const written = await commit(store, restarted, 'Person:299')
    seen.push(...(await store.pendingEvents()).map(({ seq }) => seq))
    void restarted.run(written)
    return true
  }
  const restarted = new AfterHooks({ store, hooks: { ...wants, after }, activity, platform })
  await restarted.resume(async () => undefined)
  await activity.idle()
  expect(heard.toSorted()).toEqual([...objects, 'Person:299'].toSorted())
  expect(heard.lastIndexOf('Person:299')).toBe(300)
  expect(seen).toContain(301)
  expect(await store.pendingEvents()).toEqual([])
  // Some 128 hooks at a time: those that are done at once let others have their turn, too.
  expect(platform.pauses).toBe(2)
})


test('a hook that fails while the node stops, and those that have not begun then, are left for the next start; one that failed before is not', async () => {
  const store = new MemoryStore()
  await store.open()
  const wants = { before: async () => {}, wantsBefore: () => true, wantsAfter: () => true }
  const activity = new Activity()
  const heard: string[] = []
  const after = async ({ object }: ObjectChange): Promise<boolean> => {
    heard.push(object)
    if (object === 'Person:2') hooks.stopping()
    return false
  }
  const hooks = new AfterHooks({ store, hooks: { ...wants, after }, activity, platform })
  const objects = ['Person:1', 'Person:2', 'Person:3', 'Person:2']
  for (const object of objects) void hooks.run(await commit(store, hooks, object))
  await activity.idle()
  expect(heard).toEqual(['Person:1', 'Person:2'])

  const again: string[] = []
  const next = new AfterHooks({ store, hooks: { ...wants, after: async ({ object }) => again.push(object) > 0 }, activity, platform })
  await next.resume(async () => undefined)
  await activity.idle()
  expect(again).toEqual(['Person:2', 'Person:3', 'Person:2'])
})
