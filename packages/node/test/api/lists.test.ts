import { afterEach, describe, expect, test } from '@jest/globals'
import type { Value } from '../../src/index.js'
import { Rig } from '../support/rig.js'
import { Card, MODELS, meet, pair, part, shown, thrownBy } from './models.js'

const rig = new Rig()
afterEach(rig.end)

/** Edits a list on one entity, saves, and gives what another reads. */
async function afterwards (initial: Value[], edit: (card: Card) => void): Promise<Value[]> {
  const node = await rig.start(MODELS)
  const card = await node.use(Card).create({ name: 'Bob', tags: initial })
  const other = await node.use(Card).open(card.id)
  edit(other)
  const staged = [...other.tags]
  expect(other.$.dirty).toEqual(['tags'])
  expect(await other.save()).toHaveLength(1)
  expect([other.tags.toArray(), other.$.dirty]).toEqual([staged, []])
  return (await node.use(Card).open(card.id)).tags.toArray()
}

describe('each verb of a list is saved as it shows', () => {
  test.each<[string, Value[], (card: Card) => unknown, unknown, Value[]]>([
    ['push', ['a'], ({ tags }) => tags.push('b', 'c'), 3, ['a', 'b', 'c']],
    ['push to an empty one', [], ({ tags }) => tags.push('a'), 1, ['a']],
    ['insert in front', ['c'], ({ tags }) => { tags.insert(0, 'a', 'b') }, undefined, ['a', 'b', 'c']],
    ['insert in between', ['a', 'c'], ({ tags }) => { tags.insert(1, 'b') }, undefined, ['a', 'b', 'c']],
    ['insert at the end', ['a'], ({ tags }) => { tags.insert(1, 'b') }, undefined, ['a', 'b']],
    ['set', ['a', 'x', 'c'], ({ tags }) => { tags.set(1, 'b') }, undefined, ['a', 'b', 'c']],
    ['splice', ['a', 'x', 'y', 'd'], ({ tags }) => tags.splice(1, 2, 'b', 'c'), ['x', 'y'], ['a', 'b', 'c', 'd']],
    ['splice from the end', ['a', 'b', 'c'], ({ tags }) => tags.splice(-1, 1), ['c'], ['a', 'b']],
    ['splice to the end', ['a', 'b', 'c'], ({ tags }) => tags.splice(1), ['b', 'c'], ['a']],
    ['splice beyond it', ['a'], ({ tags }) => tags.splice(5, 5, 'b'), [], ['a', 'b']],
    ['move on', ['b', 'c', 'a'], ({ tags }) => { tags.move(2, 0) }, undefined, ['a', 'b', 'c']],
    ['move back', ['c', 'a', 'b'], ({ tags }) => { tags.move(0, 2) }, undefined, ['a', 'b', 'c']],
    ['move, then set', ['b', 'a'], ({ tags }) => { tags.move(1, 0); tags.set(0, 'A') }, undefined, ['A', 'b']],
    ['replace', ['a', 'b', 'c'], ({ tags }) => { tags.replace(['c', 'a', 'd']) }, undefined, ['c', 'a', 'd']],
    ['replace by none', ['a'], ({ tags }) => { tags.replace([]) }, undefined, []],
    ['assigning an array', ['a', 'b'], card => { card.tags = ['b', 'b'] as unknown as Card['tags'] }, undefined, ['b', 'b']],
    ['assigning its own list changed', ['a'], card => { card.tags.push('b'); card.tags = card.tags.toArray().reverse() as unknown as Card['tags'] }, undefined, ['b', 'a']],
    ['deleting the property', ['a', 'b'], card => { delete (card as Partial<Card>).tags }, undefined, []]
  ])('%s', async (name, initial, edit, gives, expected) => {
    if (name === 'deleting the property') {
      const node = await rig.start(MODELS)
      const card = await node.use(Card).create({ name: 'Bob', tags: initial })
      edit(card)
      await card.save()
      expect([card.tags.toArray(), (await node.use(Card).open(card.id)).tags.toArray()]).toEqual([[], []])
      return
    }
    expect(await afterwards(initial, card => { expect(edit(card)).toEqual(gives) })).toEqual(expected)
  })
})

test('what reads a list', async () => {
  const node = await rig.start(MODELS)
  const { tags } = await node.use(Card).create({ name: 'Bob', tags: ['a', { deep: [1n] }, 'a', new Date(1)] })
  expect([tags.length, tags.at(0), tags.at(-2), tags.at(9)]).toEqual([4, 'a', 'a', undefined])
  expect([tags.indexOf('a'), tags.indexOf('a', 1), tags.indexOf({ deep: [1n] }), tags.indexOf(new Date(1)), tags.indexOf('b')]).toEqual([0, 2, 1, 3, -1])
  expect([tags.includes('a'), tags.includes('b')]).toEqual([true, false])
  expect([...tags]).toEqual(tags.toArray())
  expect(JSON.stringify({ l: ['a'] })).toBe(JSON.stringify({ l: [tags.at(0)] }))
  const array = tags.toArray()
  array.push('mine')
  expect([tags.length, (tags as unknown as Value[])[0]]).toEqual([4, undefined])
})

describe('an index that isn\'t there is ORM_BAD_VALUE, and says what there is', () => {
  test.each<[string, Value[], (card: Card) => unknown, string]>([
    ['set beyond the end', ['a', 'b'], ({ tags }) => { tags.set(2, 'x') }, 'Card.tags.set(2, …): the list has 2 elements, so the index must be an integer from 0 to 1.'],
    ['set in an empty list', [], ({ tags }) => { tags.set(0, 'x') }, 'Card.tags.set(0, …): the list is empty, so it has no index yet. Add to it with push() or insert(0, …).'],
    ['set in a list of one', ['a'], ({ tags }) => { tags.set(1, 'x') }, 'Card.tags.set(1, …): the list has 1 element, so the index must be 0.'],
    ['move from nowhere', ['a', 'b'], ({ tags }) => { tags.move(7, 0) }, 'Card.tags.move(7, 0): the list has 2 elements, so the index must be an integer from 0 to 1.'],
    ['move to nowhere', ['a', 'b'], ({ tags }) => { tags.move(0, 7) }, 'Card.tags.move(0, 7): the list has 2 elements, so the index must be an integer from 0 to 1.'],
    ['insert at a fraction', ['a'], ({ tags }) => { tags.insert(0.5, 'x') }, 'Card.tags.insert(0.5, …): the list has 1 element, so the index must be an integer from 0 to 1.'],
    ['insert behind an empty list', [], ({ tags }) => { tags.insert(1, 'x') }, 'Card.tags.insert(1, …): the list is empty, so the index must be 0.']
  ])('%s', async (_name, tags, misuse, message) => {
    const card = await (await rig.start(MODELS)).use(Card).create({ name: 'Bob', tags })
    expect(await thrownBy(() => misuse(card))).toMatchObject({ code: 'ORM_BAD_VALUE', message })
    expect(card.$.dirty).toEqual([])
  })

  test('and what is no array can\'t be assigned', async () => {
    const card = await (await rig.start(MODELS)).use(Card).create({ name: 'Bob' })
    card.tags = 'abc' as unknown as Card['tags']
    expect(await thrownBy(() => card.save())).toMatchObject({ code: 'ORM_BAD_VALUE', message: expect.stringContaining('Card.tags is a list and was given a string') })
  })
})

test('what two nodes do to one list at the same time all happens', async () => {
  const [a, b] = await pair(rig)
  const editor = await b.use(Card).create({ name: 'Editor' })
  const here = await a.use(Card).create({ name: 'Bob', tags: ['a', 'b', 'c', 'd'] }, { authorized: [editor.id] })
  const there = await b.use(Card).open(here.id, { as: editor })
  await part(a, b)
  here.tags.insert(1, 'here 1', 'here 2')
  here.tags.move(3 + 2, 0)
  here.tags.splice(here.tags.indexOf('b'), 1)
  there.tags.insert(1, 'there 1', 'there 2')
  there.tags.set(3, 'B')
  there.tags.set(5, 'D')
  await Promise.all([here.save(), there.save()])
  await meet(a, b)
  const merged = (await shown(a, here.id, ({ tags }) => tags.includes('there 1'))).tags.toArray()
  expect((await shown(b, here.id, ({ tags }) => tags.includes('here 1'))).tags.toArray()).toEqual(merged)
  const runs = [['here 1', 'here 2', 'there 1', 'there 2'], ['there 1', 'there 2', 'here 1', 'here 2']].map(run => ['D', 'a', ...run, 'c'])
  expect(runs).toContainEqual(merged)
})
