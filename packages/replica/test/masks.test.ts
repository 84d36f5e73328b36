import { expect, test } from '@jest/globals'
import { SortedMap } from '@dinemic/core'
import { MemoryStore } from '@dinemic/core/testing'
import { Masks } from '../src/masks.js'
import type { MaskChange } from '../src/masks.js'

const none = SortedMap.empty<true>()
const hiding = (object: string, update: string): MaskChange => ({ object, before: { masked: none }, after: { masked: none.set(update, true) } })
const [one, two] = ['ab'.repeat(32), 'ab' + 'cd'.repeat(31)]

async function loaded (store: MemoryStore): Promise<Masks> {
  const masks = new Masks()
  await masks.load(store)
  return masks
}

test('two commits at once keep both in the one row that they share', async () => {
  const store = new MemoryStore()
  await store.open()
  const masks = new Masks()
  const commits = [masks.apply([hiding('Person:1', one)]), masks.apply([hiding('Person:2', two)])]
  for (const settings of commits) await store.commit({ objects: [], settings })
  expect((await loaded(store)).list).toEqual([{ update: one, object: 'Person:1' }, { update: two, object: 'Person:2' }])
})

test('what was not committed is in no later row', async () => {
  const store = new MemoryStore()
  await store.open()
  const masks = new Masks()
  masks.apply([hiding('Person:1', one)])
  masks.undo([hiding('Person:1', one)])
  await store.commit({ objects: [], settings: masks.apply([hiding('Person:2', two)]) })
  expect((await loaded(store)).list).toEqual([{ update: two, object: 'Person:2' }])
  expect(masks.objectOf(one)).toBeUndefined()
})
