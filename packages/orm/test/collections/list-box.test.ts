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

  test('no more move than it takes', () => {
    const list = box()
    list.splice(0, 0, Array.from({ length: 1000 }, (_, i) => i))
    const before = elementsOf(list)
    const after = elementsOf({ content: makeRoom(list.content, 500, new ElementSource((length) => platform.random(length))) })
    expect(after.filter((element, i) => element !== before[i])).toHaveLength(64)
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
