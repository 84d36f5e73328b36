import { describe, expect, jest, test } from '@jest/globals'
import { Cell } from '../../src/cells/cell.js'
import { idOf } from '../support/ids.js'
import { gate, personWith } from '../support/person-rig.js'

describe('while a save is under way', () => {
  test('what is assigned stays staged', async () => {
    const { engine, person, operations } = await personWith({ name: 'Ann', tags: ['a'], visits: 1, phones: { home: '1' } })
    const held = gate()
    engine.beforeCommit = held.pass
    person.name = 'Bea'
    person.tags.push('b')
    person.visits.add(10)
    const saved = person.save()
    person.name = 'Cleo'
    person.tags.push('c')
    person.tags.set(0, 'A')
    person.visits.add(100)
    person.phones.set('work', '2')
    person.$.set('other', 1)
    held.open()
    await saved
    expect(person.$.dirty).toEqual(['name', 'tags', 'phones', 'visits', 'other'])
    expect([person.name, person.tags.toArray(), person.visits.value]).toEqual(['Cleo', ['A', 'b', 'c'], 111])
    await person.save()
    expect(operations()).toMatchObject([
      { op: 'set', field: 'name', value: 'Cleo' },
      { op: 'replace', field: 'tags', value: 'A' },
      { op: 'insert', field: 'tags', value: 'c' },
      { op: 'put', field: 'phones', key: 'work', value: '2' },
      { op: 'add', field: 'visits', amount: 100 },
      { op: 'set', field: 'other', value: 1 }
    ])
    expect(person.$.dirty).toEqual([])
  })

  test('further saves queue, and each writes what was staged when it was called', async () => {
    const { engine, person } = await personWith({ name: 'Ann' })
    const held = gate()
    engine.beforeCommit = held.pass
    const saves = ['Bea', 'Cleo', 'Dora', 'Dora'].map((name) => {
      person.name = name
      return person.save()
    })
    person.name = 'Eve'
    held.open()
    expect(await Promise.all(saves)).toEqual([[expect.any(String)], [expect.any(String)], [expect.any(String)], []])
    expect(engine.written.slice(1).map(({ operations }) => operations)).toMatchObject([[{ value: 'Bea' }], [{ value: 'Cleo' }], [{ value: 'Dora' }]])
    expect([person.name, person.$.dirty]).toEqual(['Eve', ['name']])
  })

  test('a save that queues leaves collections, grants and undeclared names for those after it', async () => {
    const { engine, person } = await personWith({ name: 'Ann', tags: ['a'], visits: 1, phones: { home: '1' } })
    const held = gate()
    engine.beforeCommit = held.pass
    const saves = ['b', 'c', 'd'].map((tag, i) => {
      person.tags.push(tag)
      person.visits.add(10 ** i)
      person.$.set('other', i)
      person.$.authorize(idOf('Person', i), { update: true })
      return person.save()
    })
    Object.assign(person, { phones: undefined })
    held.open()
    await Promise.all(saves)
    expect(engine.written.slice(1).map(({ operations, grants }) => [operations, grants])).toMatchObject([0, 1, 2].map((i) => [
      [{ op: 'insert', value: 'bcd'[i] }, { op: 'add', amount: 10 ** i }, { op: 'set', field: 'other', value: i }],
      [{ subject: idOf('Person', i) }]
    ]))
    expect([person.tags.toArray(), person.visits.value, person.$.dirty]).toEqual([['a', 'b', 'c', 'd'], 112, ['phones']])
  })

  test('a save behind one that is refused writes what that one would have', async () => {
    const { engine, person } = await personWith({ name: 'Ann', age: 1, visits: 0 })
    engine.beforeCommit = ({ operations }) => { if (operations.length === 2) throw new Error('no') }
    person.name = 'Bea'
    person.visits.add(1)
    const refused = person.save()
    person.age = 2
    const saved = person.save()
    person.visits.add(1)
    await expect(refused).rejects.toThrow('no')
    await saved
    expect(engine.written.at(-1)!.operations).toMatchObject([{ field: 'name' }, { field: 'age' }, { field: 'visits', amount: 1 }])
    expect(person.$.dirty).toEqual(['visits'])
  })

  test('what is discarded is what came after the last save', async () => {
    const { engine, person } = await personWith({ name: 'Ann', tags: ['a'] })
    const held = gate()
    engine.beforeCommit = held.pass
    person.name = 'Bea'
    person.tags.push('b')
    const saved = person.save()
    person.name = 'Cleo'
    person.tags.push('c')
    person.$.discard()
    expect([person.name, person.tags.toArray()]).toEqual(['Bea', ['a', 'b']])
    held.open()
    await saved
    expect([person.name, person.tags.toArray(), person.$.dirty]).toEqual(['Bea', ['a', 'b'], []])
  })

  test('a refresh that queues between two saves moves neither', async () => {
    const { engine, person } = await personWith({ name: 'Ann', age: 1, tags: ['a'] })
    const held = gate()
    engine.beforeCommit = held.pass
    person.tags.push('b')
    const first = person.save()
    const refreshed = person.$.refresh()
    person.name = 'Bea'
    const second = person.save()
    person.tags.push('c')
    engine.put(person.id, [{ op: 'set', field: 'age', value: 99 }])
    held.open()
    await Promise.all([first, refreshed, second])
    expect(engine.written.slice(1).map(({ operations }) => operations)).toMatchObject([[{ op: 'insert', value: 'b' }], [{ op: 'set', value: 'Bea' }]])
    expect([person.age, person.tags.toArray(), person.$.dirty]).toEqual([99, ['a', 'b', 'c'], ['tags']])
  })

  test('a bad value fails the save after it, and not the one under way', async () => {
    const { engine, person, again } = await personWith({ name: 'Ann', age: 1, tags: ['a'] })
    const held = gate()
    engine.beforeCommit = held.pass
    person.name = 'Bea'
    person.tags.push('b')
    const saved = person.save()
    Object.assign(person, { age: Symbol('bad') })
    person.tags.push('c')
    held.open()
    expect(await saved).toHaveLength(1)
    expect((await again()).name).toBe('Bea')
    expect([person.name, person.tags.toArray(), person.$.dirty]).toEqual(['Bea', ['a', 'b', 'c'], ['age', 'tags']])
    await expect(person.save()).rejects.toMatchObject({ code: 'ORM_BAD_VALUE', message: expect.stringContaining('Person.age') })
    await expect(person.$.refresh()).rejects.toMatchObject({ code: 'ORM_BAD_VALUE' })
    person.age = 2
    const written = engine.written.length
    await person.save()
    expect(engine.written.slice(written).map(({ operations }) => operations)).toMatchObject([[{ op: 'set', field: 'age', value: 2 }, { op: 'insert', value: 'c' }]])
    expect([person.$.dirty, (await again()).tags.toArray()]).toEqual([[], ['a', 'b', 'c']])
  })

  test('a bad value that is discarded leaves the snapshot of the save', async () => {
    const { engine, person } = await personWith({ name: 'Ann', age: 1 })
    const held = gate()
    engine.beforeCommit = held.pass
    person.name = 'Bea'
    const saved = person.save()
    Object.assign(person, { age: Symbol('bad') })
    person.$.set('other', 1)
    engine.put(person.id, [{ op: 'set', field: 'age', value: 99 }])
    held.open()
    await saved
    person.$.discard()
    expect([person.name, person.age, person.$.dirty]).toEqual(['Bea', 99, []])
  })

  test('many queued saves are as many times the work of one, and the last one that is refused stays staged', async () => {
    const between = jest.spyOn(Cell.prototype, 'between')
    const work = async (saves: number): Promise<number> => {
      const { engine, person, again } = await personWith({ name: 'Ann', tags: [] })
      engine.beforeCommit = ({ operations }) => { if (JSON.stringify(operations).includes('"last"')) throw new Error('no') }
      between.mockClear()
      const all = Array.from({ length: saves }, (_, i) => {
        person.name = `Ann ${i}`
        person.tags.push(`${i}`)
        person.$.set('count', i)
        return person.save()
      })
      person.$.set('count', 'last')
      const settled = await Promise.allSettled([...all, person.save()])
      expect(settled.map(({ status }) => status)).toEqual([...all.map(() => 'fulfilled'), 'rejected'])
      expect([person.name, person.tags.length, person.$.dirty]).toEqual([`Ann ${saves - 1}`, saves, ['count']])
      expect(engine.written.slice(1).map(({ operations }) => operations)).toMatchObject(Array.from({ length: saves }, (_, i) => [{ value: `Ann ${i}` }, { value: `${i}` }, { value: i }]))
      expect((await again()).tags.length).toBe(saves)
      return between.mock.calls.length
    }
    const [few, many] = [await work(100), await work(400)]
    between.mockRestore()
    expect(many).toBeLessThan(few * 4.5)
  })

  test('a removal asks nothing of what is staged', async () => {
    const { person } = await personWith()
    Object.assign(person, { address: Symbol('x') })
    expect(await person.remove()).toHaveLength(1)
  })

  test('a refused save keeps all staged, and the next one goes on', async () => {
    const { engine, person, operations } = await personWith({ name: 'Ann', tags: ['a'] })
    engine.beforeCommit = () => { throw new Error('no') }
    person.name = 'Bea'
    person.tags.push('b')
    person.$.authorize(idOf('Person', 9))
    await expect(person.save()).rejects.toThrow('no')
    expect(person.$.dirty).toEqual(['name', 'tags'])
    engine.beforeCommit = () => {}
    expect(await person.save()).toHaveLength(1)
    expect(operations()).toHaveLength(2)
    expect(engine.written.at(-1)!.grants).toHaveLength(3)
  })
})
