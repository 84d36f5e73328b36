import { describe, expect, test } from '@jest/globals'
import { SortedMap, clockOf, emptyState, epochKey } from '@dinemic/core'
import type { EpochState, ObjectState } from '@dinemic/core'
import { MemoryKeyRing } from '@dinemic/core/testing'
import { Activity } from '../src/activity.js'
import { Care } from '../src/care.js'
import { Caretaker } from '../src/caretaker.js'
import { newKey } from './harness.js'

const epoch = (id: string, ...replaced: string[]): EpochState => ({
  id, nonce: new Uint8Array(16), replaces: replaced.map(old => ({ id: old, boxed: new Uint8Array(48) })), update: id.padEnd(64, '0'), clock: clockOf(1)
})
const all = (...epochs: EpochState[]): ObjectState['epochs'] => SortedMap.from(epochs.map(epoch => [epochKey(epoch), epoch]))

/** A caretaker of one object in need, whose time passes when it is told to. */
async function makeScene (...epochs: EpochState[]) {
  const keys = new MemoryKeyRing()
  await keys.open()
  const object = await newKey(keys, 'Person')
  // Somebody who may not read has a wrap of the newest epoch: it can't be used.
  let state: ObjectState = { ...emptyState(object), epochs: all(...epochs), wraps: SortedMap.from([['new', { epoch: 'new', subject: await newKey(keys, 'Person'), boxed: new Uint8Array(48) }]]) }
  const did: string[] = []
  const timers: { ms: number, task: () => void }[] = []
  const activity = new Activity()
  const care = new Care(keys)
  care.apply([{ object, needed: true }])
  const caretaker = new Caretaker({
    care, activity, keys,
    platform: { now: () => 0, random: length => new Uint8Array(length), schedule: (ms, task) => { timers.push({ ms, task }); return () => { timers.splice(0) } } },
    state: async () => state,
    mend: async () => { did.push('mend') },
    ask: async () => { did.push('ask') },
    strikeOff: async () => { did.push('strike off') },
    report: (event, payload) => { throw new TypeError(`${event}: ${String(payload)}`) }
  })
  const look = async (): Promise<string[]> => {
    caretaker.look(object)
    await activity.idle()
    return did.splice(0)
  }
  /** The next timer. */
  const pass = async (): Promise<{ ms: number, did: string[] }> => {
    const { ms, task } = timers.shift()!
    task()
    await activity.idle()
    return { ms, did: did.splice(0) }
  }
  return { caretaker, care, keys, object, timers, look, pass, become: (next: Partial<ObjectState>) => { state = { ...state, ...next } } }
}

describe('a caretaker', () => {
  test('has a new epoch made at once where all that led to the present ones is here', async () => {
    const { look } = await makeScene(epoch('old'), epoch('new', 'old'))
    expect(await look()).toEqual(['mend'])
  })

  test('lets an object rest after that, and then looks again', async () => {
    const { look, pass } = await makeScene(epoch('old'), epoch('new', 'old'))
    await look()
    expect(await look()).toEqual([])
    expect(await pass()).toEqual({ ms: 1000, did: ['mend'] })
  })

  test('asks for a close that is missing and waits for it, but not for ever', async () => {
    const { look, pass, timers } = await makeScene(epoch('new', 'unknown'))
    expect(await look()).toEqual(['ask'])
    expect(await look()).toEqual([])
    expect(timers).toHaveLength(1)
    expect(await pass()).toEqual({ ms: 60_000, did: ['mend'] })
  })

  test('waits no longer when it is here', async () => {
    const { look, become } = await makeScene(epoch('new', 'unknown'))
    await look()
    become({ epochs: all(epoch('new', 'unknown'), epoch('unknown')) })
    expect(await look()).toEqual(['mend'])
  })

  test('strikes off what needs nothing any more, or is owned elsewhere', async () => {
    const { look, become, keys, object } = await makeScene(epoch('new'))
    await keys.delete(object)
    expect(await look()).toEqual(['strike off'])
    become({ wraps: SortedMap.empty() })
    expect(await look()).toEqual(['strike off'])
  })

  test('looks at the whole list soon after the start', async () => {
    const { caretaker, pass } = await makeScene(epoch('new'))
    caretaker.start()
    expect(await pass()).toEqual({ ms: 1000, did: ['mend'] })
  })

  test('waits for nothing any more once it is stopped', async () => {
    const { caretaker, look, timers } = await makeScene(epoch('new', 'unknown'))
    await look()
    caretaker.stop()
    expect(await look()).toEqual([])
    expect(timers).toEqual([])
  })
})
