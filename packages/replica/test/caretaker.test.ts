import { describe, expect, test } from '@jest/globals'
import { DinemicError, clockOf, emptyState } from '@dinemic/core'
import type { EpochState, ObjectState } from '@dinemic/core'
import { MemoryKeyRing } from '@dinemic/core/testing'
import { Caretaker } from '../src/caretaker.js'
import type { Engine, WriteRequest } from '../src/engine.js'
import { newKey } from './harness.js'

/** A caretaker of one object, whose time passes when it is told to. */
async function makeScene (epochs: EpochState[], write?: Engine['write']) {
  const keys = new MemoryKeyRing()
  await keys.open()
  const object = await newKey(keys, 'Person')
  // Somebody who may not read has a wrap of the newest epoch: it can't be used.
  const state: ObjectState = { ...emptyState(object), epochs, wraps: [{ epoch: 'new', subject: await newKey(keys, 'Person'), boxed: new Uint8Array(48) }] }
  const written: WriteRequest[] = []
  const timers: (() => void)[] = []
  const caretaker = new Caretaker({
    keys,
    platform: { now: () => 0, random: length => new Uint8Array(length), schedule: (_ms, task) => { timers.push(task); return () => { timers.splice(0) } } },
    state: async () => state,
    write: write ?? (async requests => { written.push(...requests); return [] }),
    report: (event, payload) => { throw new TypeError(`${event}: ${String(payload)}`) }
  })
  return { caretaker, object, state, written, timers }
}

const epoch = (id: string, replaced: string[]): EpochState => ({
  id, nonce: new Uint8Array(16), replaces: replaced.map(old => ({ id: old, boxed: new Uint8Array(48) })), update: id.padEnd(64, '0'), clock: clockOf(1)
})

describe('a caretaker', () => {
  test('makes a new epoch at once where all that led to the present ones is here', async () => {
    const { caretaker, object, state, written } = await makeScene([epoch('old', []), epoch('new', ['old'])])
    await caretaker.look({ object, after: state })
    expect(written).toMatchObject([{ object, caller: object, operations: [] }])
  })

  test('waits where a close is missing, but not for ever', async () => {
    const { caretaker, object, state, written, timers } = await makeScene([epoch('new', ['unknown'])])
    await caretaker.look({ object, after: state })
    await caretaker.look({ object, after: state })
    expect(written).toEqual([])
    expect(timers).toHaveLength(1)
    timers[0]!()
    await new Promise<void>(resolve => { setImmediate(resolve) })
    expect(written).toHaveLength(1)
  })

  test('says nothing where the object was removed meanwhile', async () => {
    const { caretaker, object, state } = await makeScene([epoch('new', [])], async () => { throw new DinemicError('ORM_NOT_FOUND', 'removed') })
    await expect(caretaker.look({ object, after: state })).resolves.toBeUndefined()
  })

  test('waits for nothing any more once it is stopped', async () => {
    const { caretaker, object, state, written, timers } = await makeScene([epoch('new', ['unknown'])])
    await caretaker.look({ object, after: state })
    caretaker.stop()
    await caretaker.look({ object, after: state })
    expect(timers).toEqual([])
    expect(written).toEqual([])
  })
})
