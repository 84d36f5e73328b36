import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { bytesToHex } from '../../src/bytes.js'
import { emptyState, mergeAll } from '../../src/merge/apply.js'
import { entriesOf } from '../../src/merge/dict.js'
import { listElements, orderOf } from '../../src/merge/list.js'
import { shown } from '../../src/merge/register.js'
import { decodeState, encodeState } from '../../src/merge/state-row.js'
import type { ObjectState, Register } from '../../src/state-types.js'
import { dictCell, elementCell, positionCell, registerCell } from '../../src/update/operations.js'
import { assertAlways } from '../verdict/fuzz.js'
import { OBJECT, anyOrder, anySteps, history, inOrder } from '../verdict/world.js'
import { awaitedByDefinition, cellsByDefinition, countersByDefinition, deletesByDefinition } from './definition.js'
import { MergingNode } from './node.js'

const row = (state: ObjectState): string => bytesToHex(encodeState(state))

describe('the state of an object', () => {
  test.each([true, false])('is the same bytes in every order of arrival, step by step or at once (dropping: %s)', drops => {
    assertAlways(fc.property(anySteps, anyOrder, anyOrder, (steps, one, other) => {
      const updates = history(steps)
      const [left, right] = [one, other].map(order => {
        const node = new MergingNode({ drops })
        node.offer(inOrder(updates, order))
        return node
      }) as [MergingNode, MergingNode]
      expect(row(left.state)).toBe(row(right.state))
      expect(row(left.mergeAll())).toBe(row(left.state))
      expect(row(mergeAll(OBJECT, inOrder(left.counting(), other), left.chains()))).toBe(row(left.state))
    }), 400)
  })

  test('is what the definition says', () => {
    assertAlways(fc.property(anySteps, anyOrder, (steps, order) => {
      const node = new MergingNode({ drops: false })
      node.offer(inOrder(history(steps), order))
      const counting = node.counting()
      const { state } = node
      const cells = cellsByDefinition(counting)
      const found = new Map([...state.fields].flatMap(([name, field]) => [
        [registerCell(name), field.register] as const,
        ...[...field.dict].map(([key, register]) => [dictCell(name, key), register] as const),
        ...[...field.list].flatMap(([id, element]) => [[elementCell(name, id), element.value] as const, [positionCell(name, id), element.position as Register<unknown>] as const])
      ]))
      for (const cell of new Set([...cells.keys(), ...found.keys()])) {
        const register = found.get(cell) ?? []
        const defined = cells.get(cell) ?? { writers: [], shows: undefined }
        expect([cell, register.map(({ update }) => update), shown(register)?.value]).toEqual([cell, defined.writers, defined.shows])
      }
      const deletes = [...state.fields].flatMap(([name, field]) => [...field.list].flatMap(([id, element]) => element.deleted === null ? [] : [[`${name} ${id}`, element.deleted] as const]))
      expect(new Map(deletes)).toEqual(deletesByDefinition(counting))
      const counters = [...state.fields].flatMap(([name, field]) => field.counter === undefined ? [] : [[name, field.counter] as const])
      expect(new Map(counters)).toEqual(countersByDefinition(counting))
      const { verdict } = node.chains()
      const awaited = awaitedByDefinition(counting, verdict)
      expect([...state.awaited.pointers.keys()]).toEqual(awaited.map(({ target, writer }) => target + writer).sort())
      expect(new Map(state.awaited.cells)).toEqual(new Map(awaited.map(({ writer, cells }) => [writer, cells])))
    }), 400)
  })

  test('after a revocation is as if the revoked had never been', () => {
    assertAlways(fc.property(anySteps, anyOrder, (steps, order) => {
      const node = new MergingNode({ drops: false })
      node.offer(inOrder(history(steps), order))
      const kept = new MergingNode({ drops: false })
      const counting = new Set(node.counting().map(({ id }) => id))
      // Closes can't revoke what never came: the same verdicts, but for what is pending in one and gone in the other.
      kept.offer(history(steps).filter(({ id }) => counting.has(id)))
      expect(row(kept.state)).toBe(row(node.state))
    }), 300)
  })

  test('comes back from its row as it was', () => {
    assertAlways(fc.property(anySteps, steps => {
      const node = new MergingNode({ drops: false })
      node.offer(history(steps))
      const again = decodeState(encodeState(node.state))
      expect(row(again)).toBe(row(node.state))
      expect(again).toEqual(node.state)
    }), 150)
  })

  test('a damaged row is STORE_CORRUPT, never anything else', () => {
    const node = new MergingNode({ drops: false })
    node.offer(history(fc.sample(anySteps, { numRuns: 1, seed: 7 })[0]!))
    const good = encodeState(node.state)
    assertAlways(fc.property(fc.nat({ max: good.length - 1 }), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, mask, cut) => {
      const bad = cut ? good.slice(0, at) : good.map((byte, i) => i === at ? byte ^ mask : byte)
      let decoded: ObjectState | undefined
      try {
        decoded = decodeState(bad)
      } catch (error) {
        expect(error).toMatchObject({ name: 'DinemicError', code: 'STORE_CORRUPT' })
      }
      if (cut) expect(decoded).toBeUndefined()
    }), 500)
    expect(() => decodeState(new Uint8Array([0x81, 0x02]))).toThrow(/format 2/)
  })

  test('of nothing is empty', () => {
    expect(row(mergeAll(OBJECT, [], { verdict: () => undefined, isAncestor: () => false }))).toBe(row(emptyState(OBJECT)))
  })

  test('shows list elements in the order of position and id, and none that is deleted', () => {
    assertAlways(fc.property(anySteps, anyOrder, (steps, order) => {
      const node = new MergingNode({ drops: true })
      node.offer(inOrder(history(steps), order))
      for (const field of node.state.fields.values()) {
        const elements = listElements(field)
        const keys = elements.map(({ position, id }) => `${position} ${id}`)
        expect(keys).toEqual([...keys].sort())
        for (const { id } of elements) expect(field.list.get(id)!.deleted).toBeNull()
        expect(elements).toEqual([...orderOf(field.list).values()])
        expect([...field.entries]).toEqual([...entriesOf(field.dict)])
      }
    }), 100)
  })
})
