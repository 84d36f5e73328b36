import { describe, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { bytesToHex } from '../../src/bytes.js'
import { emptyState } from '../../src/merge/apply.js'
import { EMPTY_FIELD, applyOperation } from '../../src/merge/fields.js'
import { cellWrites, decodeState, decodingState, encodeHead, encodeState } from '../../src/merge/state-row.js'
import { SortedMap } from '../../src/sorted-map.js'
import type { ObjectState } from '../../src/state-types.js'
import type { Operation } from '../../src/update-types.js'
import { assertAlways } from '../verdict/fuzz.js'
import { OBJECT } from '../verdict/world.js'

/** What a store keeps beside the state row. */
class Cells {
  readonly rows = new Map<string, Uint8Array>()
  #stored: ObjectState | undefined

  /** Gives how many rows that wrote. */
  commit (state: ObjectState): number {
    const writes = [...cellWrites(this.#stored, state)]
    for (const { name, value } of writes) {
      if (value === null) this.rows.delete(name)
      else this.rows.set(name, value)
    }
    this.#stored = state
    return writes.length
  }

  get text (): string {
    return [...this.rows].map(([name, value]) => `${name} ${bytesToHex(value)}`).sort().join('\n')
  }

  get read (): { name: string, value: Uint8Array }[] {
    return [...this.rows].map(([name, value]) => ({ name, value }))
  }
}

function edited (state: ObjectState, operations: readonly Operation[], update: number): ObjectState {
  const candidate = { update: update.toString(16).padStart(64, '0'), clock: BigInt(update), author: null, root: null, seq: update }
  const writer = { candidate, encrypted: new Set<string>(), made: new Set<string>(), isDead: () => false, replaces: () => update % 3 !== 0 }
  let { fields } = state
  for (const operation of operations) fields = fields.set(operation.field, applyOperation(fields.get(operation.field) ?? EMPTY_FIELD, operation, writer))
  return { ...state, fields }
}

const list = (field: string, count: number): Operation[] => Array.from({ length: count }, (_, i) => ({ op: 'insert', field, element: `e${i}`, position: `a.B${'b'.repeat(i % 7)}`, value: i }))
const dict = (field: string, count: number): Operation[] => Array.from({ length: count }, (_, i) => ({ op: 'put', field, key: `k${i}`, value: [i] }))

const field = fc.constantFrom('a', '', '12 b')
const id = fc.nat({ max: 140 })
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ op: fc.constant('put' as const), field, key: id.map(n => `k${n}`), value: fc.nat() }),
  fc.record({ op: fc.constant('drop' as const), field, key: id.map(n => `k${n}`) }),
  fc.record({ op: fc.constant('insert' as const), field, element: id.map(n => `e${n}`), position: fc.constantFrom('a.B', 'b.B', 'b.D'), value: fc.string() }),
  fc.record({ op: fc.constant('move' as const), field, element: id.map(n => `e${n}`), position: fc.constantFrom('a.B', 'c.B') }),
  fc.record({ op: fc.constant('remove' as const), field, element: id.map(n => `e${n}`) }),
  fc.record({ op: fc.constant('set' as const), field, value: fc.nat() })
)

describe('what lies beside a state row', () => {
  test('is after any edits what the state needs to be read again, and nothing else', () => {
    const sizes = fc.tuple(fc.constantFrom(0, 60, 64, 65, 130), fc.constantFrom(0, 60, 64, 65, 130))
    assertAlways(fc.property(sizes, fc.array(fc.array(operation, { maxLength: 12 }), { maxLength: 8 }), ([elements, keys], saves) => {
      const cells = new Cells()
      let state = edited(emptyState(OBJECT), [...list('a', elements), ...dict('12 b', keys)], 1)
      cells.commit(state)
      for (const [i, operations] of saves.entries()) {
        state = edited(state, operations, i + 2)
        cells.commit(state)
      }
      const again = decodeState(encodeHead(state), cells.read)
      expect(bytesToHex(encodeState(again))).toBe(bytesToHex(encodeState(state)))
      for (const [name, { order }] of state.fields) expect([...again.fields.get(name)!.order.keys()]).toEqual([...order.keys()])
      const fresh = new Cells()
      fresh.commit(state)
      expect(cells.text).toBe(fresh.text)
    }), 100)
  })

  test('is one row for one edit of a list or dict of 10,000, and nothing for what is small', () => {
    const large = edited(emptyState(OBJECT), [...list('a', 10_000), ...dict('b', 10_000), ...list('small', 64), ...dict('small', 64)], 1)
    const cells = new Cells()
    expect(cells.commit(large)).toBe(20_000)
    const edits: [Operation, number][] = [
      [{ op: 'insert', field: 'a', element: 'new', position: 'a.B', value: 1 }, 1], [{ op: 'remove', field: 'a', element: 'e7' }, 1], [{ op: 'put', field: 'b', key: 'k5', value: 6 }, 1],
      [{ op: 'set', field: 'a', value: 1 }, 0], [{ op: 'put', field: 'small', key: 'k5', value: 6 }, 0], [{ op: 'put', field: 'small', key: 'new', value: 6 }, 65]
    ]
    let state = large
    for (const [i, [edit, rows]] of edits.entries()) {
      state = edited(state, [edit], i + 2)
      expect(cells.commit(state)).toBe(rows)
    }
    expect(encodeHead(large).length).toBeLessThan(6000)
    const written = cells.rows.size
    expect(cells.commit({ ...state, fields: SortedMap.empty() })).toBe(written)
    expect(cells.rows.size).toBe(0)
  })

  test('is each large value, however few there are, and each of many candidates, so that a row stays small', () => {
    const large = 'x'.repeat(10_000)
    const puts = Array.from({ length: 40 }, (_, i): Operation => ({ op: 'put', field: 'a', key: `k${i}`, value: large }))
    const sets = Array.from({ length: 40 }, (_, i): Operation => ({ op: 'set', field: `f${i}`, value: large }))
    const cells = new Cells()
    let state = edited(emptyState(OBJECT), [...puts, ...sets], 1)
    expect(cells.commit(state)).toBe(80)
    expect(encodeHead(state).length).toBeLessThan(500)
    const rows = [2, 4, 5].map(update => {
      state = edited(state, [{ op: 'put', field: 'a', key: 'k1', value: large }, { op: 'set', field: 'f1', value: large }], update)
      return cells.commit(state)
    })
    expect(rows).toEqual([2, 2, 2])
    const concurrent = (update: number): number => {
      state = edited(state, [{ op: 'set', field: 'b', value: update }, { op: 'put', field: 'a', key: 'b', value: update }, { op: 'insert', field: 'a', element: 'b', position: 'a.B', value: update }], 3 * update)
      return cells.commit(state)
    }
    for (let i = 1; i <= 16; i++) concurrent(i)
    // All of them move: the candidates of four registers.
    expect(concurrent(17)).toBe(4 * 17)
    expect(Array.from({ length: 200 }, (_, i) => concurrent(18 + i)).filter(count => count !== 4)).toEqual([])
    expect(encodeHead(state).length).toBeLessThan(2000)
    const again = decodeState(encodeHead(state), cells.read)
    expect(bytesToHex(encodeState(again))).toBe(bytesToHex(encodeState(state)))
    const written = cells.rows.size
    expect(cells.commit({ ...state, fields: SortedMap.empty() })).toBe(written)
    expect(cells.rows.size).toBe(0)
  })

  test('is each value that is large by many small parts, so that no row holds more than a few times what may stay in it', () => {
    const part = fc.oneof(fc.constant(1.5), fc.string({ maxLength: 3, unit: 'binary' }), fc.bigInt({ max: 2n ** 200n, min: -(2n ** 200n) }), fc.constant([[1]]), fc.constant({ k: null }), fc.uint8Array({ maxLength: 4 }), fc.date({ noInvalidDate: true }))
    const value = fc.tuple(part, fc.integer({ min: 1, max: 3000 }), fc.boolean()).map(([part, count, isList]) =>
      isList ? Array.from({ length: count }, () => part) : Object.fromEntries(Array.from({ length: count }, (_, i) => [`${i}`, part])))
    assertAlways(fc.property(fc.array(value, { minLength: 1, maxLength: 3 }), values => {
      const cells = new Cells()
      const state = edited(emptyState(OBJECT), values.map((value, i) => ({ op: 'set', field: `f${i}`, value })), 1)
      cells.commit(state)
      expect(encodeHead(state).length).toBeLessThan(500 + values.length * 4 * 4096)
      expect(bytesToHex(encodeState(decodeState(encodeHead(state), cells.read)))).toBe(bytesToHex(encodeState(state)))
    }), 60)
  })

  test('are read and written in small steps, however many there are', () => {
    const state = edited(emptyState(OBJECT), [...list('a', 3000), ...dict('b', 3000)], 1)
    const cells = new Cells()
    // The writers of each cell are looked up, so that look-ups tell how many cells a step reads or writes.
    const lookUps = jest.spyOn(Map.prototype, 'get')
    const workOf = (steps: Iterator<unknown>): { most: number, all: number } => {
      let [most, all, done] = [0, 0, false as boolean | undefined]
      while (done !== true) {
        lookUps.mockClear();
        ({ done } = steps.next())
        const work = lookUps.mock.calls.length
        most = Math.max(most, work)
        all += work
      }
      return { most, all }
    }
    const writing = workOf(cellWrites(undefined, state))
    cells.commit(state)
    const reading = workOf(decodingState(encodeHead(state), cells.read))
    lookUps.mockRestore()
    for (const { most, all } of [writing, reading]) {
      expect(all).toBeGreaterThan(6000)
      expect(most).toBeLessThan(10)
    }
  })

  test('that is missing, damaged or too much is STORE_CORRUPT', () => {
    const state = edited(emptyState(OBJECT), list('a', 70), 1)
    const cells = new Cells()
    cells.commit(state)
    const [first, ...rest] = cells.read
    for (const bad of [rest, [...cells.read, first!], [{ ...first!, value: first!.value.slice(1) }, ...rest], [{ name: 'x', value: first!.value }, ...rest]]) {
      expect(() => decodeState(encodeHead(state), bad)).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT' }))
    }
  })
})
