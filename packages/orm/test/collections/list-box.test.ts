import { describe, expect, test } from '@jest/globals'
import { LIMITS, isPosition } from '@dinemic/core'
import { ElementSource } from '../../src/collections/element-source.js'
import { ListBox } from '../../src/collections/list-box.js'
import { makeRoom } from '../../src/collections/make-room.js'
import { ListContent } from '../../src/collections/list-content.js'
import { ManualPlatform } from '../support/timers.js'

const platform = new ManualPlatform()
const box = () => new ListBox('Person.tags', new ElementSource((length) => platform.random(length)))

const elementsOf = ({ content }: Pick<ListBox, 'content'>) => [...content.order.values()]
const valuesOf = (list: ListBox) => elementsOf(list).map((element) => list.valueOf(element))

function expectSound (list: ListBox): void {
  const elements = elementsOf(list)
  expect(elements.map(({ id }) => id)).toEqual([...elements].sort((a, b) => a.position < b.position || (a.position === b.position && a.id < b.id) ? -1 : 1).map(({ id }) => id))
  expect(new Set(elements.map(({ position }) => position)).size).toBe(elements.length)
  expect(elements.filter(({ position }) => !isPosition(position) || position.length > LIMITS.elementKey)).toEqual([])
}

describe('positions stay in order, unique and short', () => {
  test.each<[string, (length: number) => number]>([
    ['at the end', (length) => length],
    ['in front', () => 0],
    ['behind the first', (length) => Math.min(length, 1)],
    ['anywhere', (length) => (length * length * 7919 + 13) % (length + 1)],
    ['in the middle', (length) => length >> 1],
    ['after a quarter', (length) => length >> 2]
  ])('inserting %s', (_where, where) => {
    const list = box()
    const model: number[] = []
    for (let i = 0; i < 300; i++) {
      const at = where(model.length)
      list.splice(at, 0, [i])
      model.splice(at, 0, i)
    }
    expect(valuesOf(list)).toEqual(model)
    expectSound(list)
  })

  test('moving to and fro', () => {
    const list = box()
    list.splice(0, 0, ['a', 'b', 'c'])
    for (let i = 0; i < 300; i++) list.move(i % 2 * 2, 1)
    expect(valuesOf(list).sort()).toEqual(['a', 'b', 'c'])
    expectSound(list)
  })
})

describe('where no position is left', () => {
  // 255 bytes each, and whatever comes between them is longer.
  const deep = `a.B${'0B'.repeat(125)}`
  const crowded = () => {
    const list = box()
    const elements = [{ id: 'x', position: `${deep}0B`, value: 'left' }, { id: 'y', position: `${deep}0D`, value: 'right' }]
    list.reset(() => elements.reduce((content, element) => content.with(element), ListContent.empty), ({ value }) => value)
    return list
  }

  test('the elements around it move, and stay what they are', () => {
    const list = crowded()
    list.splice(1, 0, ['middle'])
    expect(valuesOf(list)).toEqual(['left', 'middle', 'right'])
    expect([list.content.at(0)!.id, list.content.at(2)!.id]).toEqual(['x', 'y'])
    expectSound(list)
  })

  test('also when an element is moved there', () => {
    const list = crowded()
    list.splice(2, 0, ['last'])
    list.move(2, 1)
    expect(valuesOf(list)).toEqual(['left', 'last', 'right'])
    expectSound(list)
  })

  test('what replaces the content begins anew', () => {
    const list = crowded()
    list.replace(['left', 'middle', 'right'])
    expect(valuesOf(list)).toEqual(['left', 'middle', 'right'])
    expectSound(list)
  })

  test.each([1, 3, 100])('behind %d elements of a stranger at the end of all positions, one can push, and insert between', (count) => {
    const list = box()
    list.splice(0, 0, Array.from({ length: 200 }, (_, i) => i))
    const honest = list.checked()
    const hostile = Array.from({ length: count }, (_, i) => ({ id: `stranger ${String(i).padStart(3, '0')}`, position: `${'z'.repeat(LIMITS.elementKey - 2)}.z`, value: 'x' }))
    list.reset(() => hostile.reduce((content, element) => content.with(element), honest), ({ value }) => value)
    const before = list.content
    list.splice(200 + count, 0, ['last'])
    list.splice(201, 0, ['between'])
    const strangers = hostile.map(() => 'x')
    expect(valuesOf(list)).toEqual([...Array.from({ length: 200 }, (_, i) => i), 'x', 'between', ...strangers.slice(1), 'last'])
    expectSound(list)
    const changed = [...list.checked().order.changesSince(before.order)].filter(({ after }) => after !== undefined)
    expect(changed.length).toBeLessThanOrEqual(4 * count + 3)
    for (const { after } of changed) expect(after!.position.length).toBeLessThanOrEqual(LIMITS.elementKey / 2)
  })

  test('no more move than it takes', () => {
    const list = box()
    list.splice(0, 0, Array.from({ length: 1000 }, (_, i) => i))
    const before = elementsOf(list)
    const after = elementsOf({ content: makeRoom(list.content, 500, new ElementSource((length) => platform.random(length))) })
    expect(after.filter((element, i) => element !== before[i])).toHaveLength(2)
    expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id))
  })
})

test('an edit of a long list changes what it edits and no more', () => {
  const list = box()
  list.splice(0, 0, Array.from({ length: 20_000 }, (_, i) => i))
  const before = list.checked()
  list.splice(20_000, 0, ['last'])
  list.splice(10_000, 1, ['middle'])
  list.move(5, 15_000)
  list.set(7, 'seven')
  expect([...list.checked().order.changesSince(before.order)]).toHaveLength(6)
  expect(valuesOf(list)).toHaveLength(20_001)
})
