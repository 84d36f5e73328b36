import { expect, jest, test } from '@jest/globals'
import { clockOf } from '../../src/clock.js'
import { applyUpdate, applyingUpdate, emptyState, mergingAll } from '../../src/merge/apply.js'
import type { Chains } from '../../src/merge/apply.js'
import type { Steps } from '../../src/steps.js'
import type { Body, Operation, Update } from '../../src/update-types.js'
import { CALLERS, OBJECT, hashOf } from '../verdict/world.js'

const CHAINS: Chains = { verdict: () => 'ok', isAncestor: () => false }
const root = { id: hashOf('root'), index: 0 }

/** Forks of one author, unless the owner writes: all of them concurrent. */
function updateOf (number: number, body: Body, author: Update['author'] = CALLERS[0]): Update {
  return { id: hashOf(`${number}`), object: OBJECT, kind: body.kind, author, root: author === null ? null : root, seq: 1, prev: null, clock: clockOf(number), supersedes: [], body, version: 1, frame: new Uint8Array(), signature: new Uint8Array() } as unknown as Update
}

const change = (number: number, operations: Operation[]): Update => updateOf(number, { kind: 'change', operations, via: null })
const sets = (count: number): Operation[] => Array.from({ length: count }, (_, i) => ({ op: 'set', field: `f${i}`, value: i }))
const puts = (count: number): Operation[] => Array.from({ length: count }, (_, i) => ({ op: 'put', field: 'd', key: `k${i}`, value: i }))

/** The calls of a function in all steps, and the most in one. */
function workOf (steps: Steps<unknown>, counted: { mockClear (): unknown, mock: { calls: unknown[] } }): { all: number, most: number } {
  let [all, most, done] = [0, 0, false as boolean | undefined]
  while (done !== true) {
    counted.mockClear();
    ({ done } = steps.next())
    all += counted.mock.calls.length
    most = Math.max(most, counted.mock.calls.length)
  }
  return { all, most }
}

test('an update that writes many cells, each with many candidates, looks at those of one cell in a step', () => {
  let state = emptyState(OBJECT)
  for (let i = 0; i < 50; i++) state = applyUpdate(state, change(i, sets(200)), CHAINS)
  const looks = jest.spyOn(Set.prototype, 'has')
  const { all, most } = workOf(applyingUpdate(state, change(50, sets(200)), CHAINS), looks)
  looks.mockRestore()
  expect(all).toBeGreaterThanOrEqual(50 * 200)
  expect(most).toBeLessThan(60)
})

test('so many candidates are as many steps', () => {
  let state = emptyState(OBJECT)
  for (let i = 0; i < 160; i++) state = applyUpdate(state, change(i, sets(10)), CHAINS)
  const steps = applyingUpdate(state, change(160, sets(10)), CHAINS)
  expect([...steps]).toHaveLength(1 + 10 * (1 + 160 / 16))
})

test('a name of an encrypted field goes through what stands in it in small steps', () => {
  const state = applyUpdate(emptyState(OBJECT), change(0, puts(5000)), CHAINS)
  const steps = applyingUpdate(state, updateOf(1, { kind: 'keys', epoch: null, wraps: [], encrypted: ['d'] }, null), CHAINS)
  expect([...steps].length).toBeGreaterThan(10_000)
})

test('a merge of many updates applies one in a step, and sorts them in steps too', () => {
  const updates = Array.from({ length: 3000 }, (_, i) => ({ ...change(i, [{ op: 'set', field: `f${i}`, value: i }]), seq: i * 7919 % 3000 }))
  expect([...mergingAll(OBJECT, updates, CHAINS)].length).toBeGreaterThan(3 * 3000)
})
