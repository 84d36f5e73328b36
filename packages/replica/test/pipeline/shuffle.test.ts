import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { bytesToHex, chainKey, encodeState } from '@dinemic/core'
import type { Update } from '@dinemic/core'
// oxlint-disable-next-line no-restricted-imports -- the very histories that core's own properties are about
import { assertAlwaysAsync } from '../../../core/test/verdict/fuzz.js'
// oxlint-disable-next-line no-restricted-imports -- as above
import { OBJECT, anyOrder, anySteps, hashOf, history, inOrder } from '../../../core/test/verdict/world.js'
import { linesByDefinition, linesOf, verdictsByDefinition } from '../simulator/invariants/definition.js'
import { StagedNode } from './staged-node.js'

const stateOf = ({ row }: StagedNode): string => bytesToHex(encodeState(row.full))
const idsOf = ({ held }: StagedNode): string[] => held.map(({ id }) => id).sort()

/** A history, and in one of four cases the owner's removal somewhere in it. */
const anyHistory = fc.tuple(anySteps, fc.nat({ max: 3 }), fc.nat()).map(([steps, removed, at]): Update[] => {
  const updates = history(steps)
  if (removed > 0) return updates
  const [genesis] = updates as [Update]
  const end: Update = { ...genesis, id: hashOf('the end'), kind: 'remove', version: 1, seq: 1, prev: genesis.id, supersedes: [], body: { kind: 'remove', via: null } }
  return updates.toSpliced(1 + at % updates.length, 0, end)
})

function expectDefinition (node: StagedNode): void {
  const { held, row } = node
  expect(linesOf(row.full)).toEqual(linesByDefinition(held, verdictsByDefinition(held)))
  // A removal for good takes along what a merge could be made of; where a hook refused it, the object shows as it was.
  if (row.full.removed?.final !== true || row.masked.size === 0) expect(bytesToHex(encodeState(row.visible))).toBe(bytesToHex(encodeState(node.expected)))
  const places = new Map<string, number>()
  for (const update of held) places.set(`${chainKey(update)} ${update.seq}`, (places.get(`${chainKey(update)} ${update.seq}`) ?? 0) + 1)
  const forked = new Set(held.filter(update => places.get(`${chainKey(update)} ${update.seq}`)! > 1).map(chainKey))
  expect(row.forks.map(({ chain }) => chain)).toEqual(expect.arrayContaining([...forked]))
  expect(new Set(row.forks.map(({ chain }) => chain)).size).toBe(row.forks.length)
}

describe('the engine, stage by stage', () => {
  test('in two orders, each update several times, with a restart between: one set, one state, that of the definition', async () => {
    await assertAlwaysAsync(fc.asyncProperty(anyHistory, anyOrder, anyOrder, fc.integer({ min: 1, max: 8 }), async (updates, one, other, size) => {
      const [left, right] = [new StagedNode(OBJECT), new StagedNode(OBJECT)]
      await left.offer(inOrder(updates, one), size)
      left.restart()
      await left.offerUntilQuiet(inOrder(updates, other))
      await right.offerUntilQuiet(inOrder([...updates, ...updates], other))
      expect(idsOf(left)).toEqual(idsOf(right))
      expect(stateOf(left)).toBe(stateOf(right))
      for (const node of [left, right]) expectDefinition(node)
    }), 150)
  })

  test('two stores that hold parts and exchange them end as one that had everything; what hooks hide is no part of it', async () => {
    const share = fc.array(fc.nat({ max: 2 }), { minLength: 64, maxLength: 64 })
    await assertAlwaysAsync(fc.asyncProperty(anyHistory, anyOrder, anyOrder, share, async (updates, one, other, parts) => {
      const [left, right, all] = [new StagedNode(OBJECT, id => id < '4'), new StagedNode(OBJECT), new StagedNode(OBJECT)]
      await left.offer(inOrder(updates.filter((_, i) => parts[i % 64] !== 1), one))
      await right.offer(inOrder(updates.filter((_, i) => parts[i % 64] !== 0), other))
      for (let before = ''; before !== [...idsOf(left), '|', ...idsOf(right)].join();) {
        before = [...idsOf(left), '|', ...idsOf(right)].join()
        await left.offer(right.held)
        await right.offer(left.held)
      }
      expect(idsOf(left)).toEqual(idsOf(right))
      expect(stateOf(left)).toBe(stateOf(right))
      await left.offerUntilQuiet(updates)
      await all.offerUntilQuiet(updates)
      expect(stateOf(left)).toBe(stateOf(all))
      for (const node of [left, right, all]) expectDefinition(node)
    }), 150)
  })
})
