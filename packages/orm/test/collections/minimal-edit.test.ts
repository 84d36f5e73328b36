import { expect, test } from '@jest/globals'
import { Sealed } from '@dinemic/core'
import fc from 'fast-check'
import { ElementSource } from '../../src/collections/element-source.js'
import { newElements } from '../../src/collections/list-element.js'
import type { ListElement } from '@dinemic/core'
import { minimalEdit } from '../../src/collections/minimal-edit.js'
import { ManualPlatform } from '../support/timers.js'

const platform = new ManualPlatform()
const source = new ElementSource((length) => platform.random(length))
const elements = (values: readonly unknown[]): ListElement[] => newElements(values, undefined, undefined, source)!

function edit (before: readonly unknown[], after: readonly unknown[]) {
  const old = elements(before)
  const result = minimalEdit(old, after, source)
  return { old, result, kept: result.filter((element) => old.includes(element)).length }
}

test.each<[string, unknown[], unknown[], number]>([
  ['nothing changes', [1, 2, 3], [1, 2, 3], 3],
  ['one is appended', [1, 2], [1, 2, 3], 2],
  ['one is put in front of equal ones', [7, 7, 7], [1, 7, 7, 7], 3],
  ['the last comes first', [1, 2, 3, 4], [4, 1, 2, 3], 3],
  ['all is turned round', [1, 2, 3], [3, 2, 1], 1],
  ['one of many is replaced', [1, 2, 3, 4, 5], [1, 2, 9, 4, 5], 4],
  ['everything goes', [1, 2], [], 0],
  ['objects are equal by content', [{ a: 1, b: [2] }, 'x'], ['y', { b: [2], a: 1 }], 1],
  ['text and number are not equal', ['1'], [1], 0],
  ['no value stands for nothing', [1], [undefined], 0]
])('%s', (_what, before, after, kept) => {
  const edited = edit(before, after)
  expect(edited.result.map(({ value }) => value)).toEqual(after)
  expect(edited.kept).toBe(kept)
})

test('what is sealed equals nothing', () => {
  const sealed = new Sealed({ epoch: 'e', nonce: new Uint8Array(24), boxed: new Uint8Array(16) })
  expect(edit([sealed], ['x']).kept).toBe(0)
})

test('the result has the values asked for, in ascending positions, and keeps a longest common subsequence of values that don’t repeat', () => {
  const values = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 20 })
  fc.assert(fc.property(values, values, (before, after) => {
    const { result, kept } = edit(before, after)
    expect(result.map(({ value }) => value)).toEqual(after)
    expect(result.map(({ position }) => position)).toEqual(result.map(({ position }) => position).sort())
    expect(kept).toBe(commonLength(before, after))
  }), { numRuns: 300 })
})

test('values that repeat: the values asked for, in ascending positions', () => {
  const values = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 20 })
  fc.assert(fc.property(values, values, (before, after) => {
    const { result } = edit(before, after)
    expect(result.map(({ value }) => value)).toEqual(after)
    expect(result.map(({ position }) => position)).toEqual(result.map(({ position }) => position).sort())
    expect(new Set(result.map(({ id }) => id)).size).toBe(after.length)
  }), { numRuns: 300 })
})

/** The textbook definition. */
function commonLength (a: readonly number[], b: readonly number[]): number {
  const lengths = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0))
  a.forEach((x, i) => b.forEach((y, j) => {
    lengths[i + 1]![j + 1] = x === y ? lengths[i]![j]! + 1 : Math.max(lengths[i]![j + 1]!, lengths[i + 1]![j]!)
  }))
  return lengths[a.length]![b.length]!
}
