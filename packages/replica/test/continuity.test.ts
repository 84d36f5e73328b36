import { expect, test } from '@jest/globals'
import { MemoryStore } from '@dinemic/core/testing'
import { Continuity } from '../src/continuity.js'

test('an object whose key came while nobody could be asked is asked for after a restart, until somebody has answered', async () => {
  const store = new MemoryStore()
  await store.open()
  const asked: string[] = []
  let peers: string[] = []
  /** A run of a node: what it writes, it asks for. */
  const run = async (work: (continuity: Continuity) => Promise<void>): Promise<string[]> => {
    const continuity = new Continuity(store, async object => {
      asked.push(object)
      return { asked: peers, failed: [] }
    })
    await continuity.start()
    await work(continuity)
    await continuity.stop()
    return asked.splice(0)
  }
  const writes = async (continuity: Continuity): Promise<void> => { await continuity.beforeWriting(['Person:1', 'Person:2']) }

  expect(await run(writes)).toEqual([])
  expect(await run(async continuity => { await continuity.adopted('Person:1') })).toEqual([])
  expect(await run(writes)).toEqual(['Person:1'])
  peers = ['somebody']
  expect(await run(async continuity => {
    await writes(continuity)
    await writes(continuity)
  })).toEqual(['Person:1'])
  expect(await run(writes)).toEqual([])
})
