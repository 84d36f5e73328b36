import { describe, expect, test } from '@jest/globals'
import { EMPTY_FIELD } from '@dinemic/core'
import type { ObjectState, Operation } from '@dinemic/core'
import fc from 'fast-check'
import { UNCHANGED } from '../../src/cells/cell.js'
import type { Cell } from '../../src/cells/cell.js'
import { DictCell } from '../../src/cells/dict-cell.js'
import { ListCell } from '../../src/cells/list-cell.js'
import { Readable } from '../../src/cells/readable.js'
import type { Dict } from '../../src/collections/dict.js'
import { ElementSource } from '../../src/collections/element-source.js'
import type { List } from '../../src/collections/list.js'
import type { FieldSchema } from '../../src/schema/types.js'
import { ManualPlatform } from '../support/timers.js'

const platform = new ManualPlatform()
const RUNS = { numRuns: 300, seed: 20140 }
const empty = { fields: new Map([['tags', EMPTY_FIELD]]), encrypted: new Set() } as unknown as ObjectState

/** A cell with its entity, over an object that has nothing yet. */
function cellOf<C extends ListCell | DictCell> (make: (entity: object, field: FieldSchema) => C): { cell: C, entity: { tags: unknown } } {
  const entity = { tags: undefined }
  const cell = make(entity, { name: 'tags', property: 'tags', encrypted: false } as FieldSchema)
  cell.load(empty, undefined)
  return { cell, entity }
}

const listCell = () => cellOf((entity, field) => new ListCell(entity, 'Person', field, { elements: new ElementSource((length) => platform.random(length)), readable: new Readable() }))
const dictCell = () => cellOf((entity, field) => new DictCell(entity, 'Person', field, { readable: new Readable() }))

const staged = (cell: ListCell | DictCell): Operation[] => (cell as Cell<unknown>).between(UNCHANGED, cell.staged())

/** What operations make of an empty field, by another cell. */
function replayed (fresh: typeof listCell | typeof dictCell, operations: readonly Operation[]): unknown {
  const { cell, entity } = fresh()
  cell.load(empty, undefined, operations)
  return entity.tags
}

type Item = { n: number } | number
const item: fc.Arbitrary<Item> = fc.oneof(fc.nat({ max: 9 }), fc.record({ n: fc.nat({ max: 9 }) }))
const at = fc.nat({ max: 30 })
/** Gives what each of the two answered. */
type Edit = (list: List<Item>, model: Item[]) => readonly [unknown, unknown] | void
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.array(item, { maxLength: 3 }).map((items): Edit => (list, model) => [list.push(...items), model.push(...items)]),
  fc.tuple(at, at, fc.array(item, { maxLength: 3 })).map(([start, count, items]): Edit => (list, model) => [list.splice(start, count, ...items), model.splice(start, count, ...items)]),
  fc.tuple(at, item).map(([index, value]): Edit => (list, model) => {
    if (model.length === 0) return
    list.set(index % model.length, value)
    model[index % model.length] = value
  }),
  fc.tuple(at, at).map(([from, to]): Edit => (list, model) => {
    if (model.length === 0) return
    list.move(from % model.length, to % model.length)
    model.splice(to % model.length, 0, ...model.splice(from % model.length, 1))
  }),
  fc.tuple(at, fc.nat({ max: 9 })).map(([index, n]): Edit => (list, model) => {
    const [held, expected] = [list.at(index), model[index]]
    if (typeof held !== 'object' || typeof expected !== 'object') return
    model[index] = { n }
    held.n = n
  }),
  fc.array(item, { maxLength: 8 }).map((items): Edit => (list, model) => {
    list.replace(items)
    model.splice(0, Infinity, ...items)
  })
)
/** No two places hold one object: what is changed in place would change at both. */
const apart = (edits: readonly Edit[]): Edit[] => edits.map((one) => (list, model) => {
  const answers = one(list, model)
  const own = structuredClone(model)
  for (const [i, value] of own.entries()) model[i] = value
  return answers
})

describe('a list is what an array would be', () => {
  test('whatever is done to it; what is staged says the same to another one', () => {
    fc.assert(fc.property(fc.array(edit, { maxLength: 15 }), (edits) => {
      const { cell, entity } = listCell()
      const model: Item[] = []
      for (const step of apart(edits)) {
        const [answer, expected] = step(entity.tags as List<Item>, model) ?? []
        expect(answer).toEqual(expected)
        expect((entity.tags as List<Item>).length).toBe(model.length)
      }
      const operations = staged(cell)
      expect((entity.tags as List<Item>).toArray()).toEqual(model)
      expect((replayed(listCell, operations) as List<Item>).toArray()).toEqual(model)
    }), RUNS)
  })

  test('also from a moment in between: what came later, on top of what was staged then', () => {
    fc.assert(fc.property(fc.array(edit, { maxLength: 8 }), fc.array(edit, { maxLength: 8 }), (first, second) => {
      const { cell, entity } = listCell()
      const model: Item[] = []
      for (const step of apart(first)) step(entity.tags as List<Item>, model)
      const before = staged(cell)
      const moment = cell.staged()
      const then = structuredClone(model)
      for (const step of apart(second)) step(entity.tags as List<Item>, model)
      const later = cell.between(moment, cell.staged())
      expect((replayed(listCell, before) as List<Item>).toArray()).toEqual(then)
      expect((replayed(listCell, [...before, ...later]) as List<Item>).toArray()).toEqual(model)
    }), RUNS)
  })
})

test('a dict is what a Map would be, in the order of its keys', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'ż', '__proto__', '')
  type Step = (dict: Dict<Item>, model: Map<string, Item>) => void
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.tuple(key, item).map(([at, value]): Step => (dict, model) => {
      dict.set(at, value)
      model.set(at, structuredClone(value))
    }),
    key.map((at): Step => (dict, model) => { expect(dict.delete(at)).toBe(model.delete(at)) }),
    fc.tuple(key, fc.nat({ max: 9 })).map(([at, n]): Step => (dict, model) => {
      const held = dict.get(at)
      if (typeof held !== 'object') return
      held.n = n
      model.set(at, { n })
    }),
    fc.array(fc.tuple(key, item), { maxLength: 4 }).map((entries): Step => (dict, model) => {
      dict.replace(structuredClone(entries))
      model.clear()
      for (const [at, value] of entries) model.set(at, structuredClone(value))
    })
  )
  fc.assert(fc.property(fc.array(step, { maxLength: 15 }), (steps) => {
    const { cell, entity } = dictCell()
    const model = new Map<string, Item>()
    for (const one of steps) one(entity.tags as Dict<Item>, model)
    const expected = [...model].sort(([a], [b]) => a < b ? -1 : 1)
    const operations = staged(cell)
    for (const dict of [entity.tags, replayed(dictCell, operations)] as Dict<Item>[]) {
      expect([...dict]).toEqual(expected)
      expect([[...dict.keys()], [...dict.values()], dict.size]).toEqual([expected.map(([at]) => at), expected.map(([, value]) => value), expected.length])
    }
  }), RUNS)
})

test('dict.replace(itself) and list.replace(itself) change nothing', () => {
  const [list, dict] = [listCell(), dictCell()]
  ;(list.entity.tags as List<Item>).push(1, 2)
  ;(dict.entity.tags as Dict<Item>).set('a', 1)
  const before = [staged(list.cell), staged(dict.cell)]
  ;(list.entity.tags as List<Item>).replace(list.entity.tags as List<Item>)
  ;(dict.entity.tags as Dict<Item>).replace(dict.entity.tags as Dict<Item>)
  expect([staged(list.cell), staged(dict.cell)]).toEqual(before)
})
