import { describe, expect, test } from '@jest/globals'
import { compareBytes, parseId } from '@dinemic/core'
import { Entity } from '../../src/entity.js'
import { find } from '../../src/query/find.js'
import { live } from '../../src/query/live.js'
import type { Query, Rows } from '../../src/query/types.js'
import { define } from '../../src/schema/define.js'
import { idOf } from '../support/ids.js'
import { queryRig, schemaFor, value } from './query-rig.js'

class Person extends Entity {
  declare name: string
  declare age: number
}
define(Person, 'Person', { name: {}, age: {} })
const schema = schemaFor(Person)

function liveRig (query: Query<Person> = { orderBy: 'age' }, ages: readonly number[] = [10, 20, 30]) {
  const rig = queryRig()
  const put = (age: number, as: number = age) => rig.engine.put(idOf('Person', as), { name: value(`p${as}`), age: value(age) })
  for (const age of ages) put(age)
  const remove = (as: number) => rig.engine.remove(idOf('Person', as))
  const people = live<Person>(rig.host, schema, query)
  const rows = people[Symbol.asyncIterator]()
  const next = async () => describeRows(await rows.next())
  return { ...rig, put, remove, people, rows, next }
}

function describeRows ({ value: rows, done }: IteratorResult<Rows<Person>, unknown>): string | undefined {
  return done === true ? undefined : (rows as Rows<Person>).map(({ name, age }) => `${name}=${age}`).join(' ')
}

describe('iterating', () => {
  test('gives the rows, and again after each change of them', async () => {
    const { put, remove, next, engine } = liveRig()
    expect(await next()).toBe('p10=10 p20=20 p30=30')
    put(25)
    expect(await next()).toBe('p10=10 p20=20 p25=25 p30=30')
    put(5, 30)
    expect(await next()).toBe('p30=5 p10=10 p20=20 p25=25')
    remove(20)
    expect(await next()).toBe('p30=5 p10=10 p25=25')
    expect(engine.reads).toHaveLength(3)
  })

  test('what changes while the consumer is busy comes as one result', async () => {
    const { put, remove, next } = liveRig()
    await next()
    put(25)
    put(26, 25)
    remove(10)
    put(40)
    remove(40)
    expect(await next()).toBe('p20=20 p25=26 p30=30')
  })

  test('what the query does not ask for gives no result', async () => {
    const { put, next, engine } = liveRig({ where: { age: { lt: 25 } }, orderBy: 'age' })
    expect(await next()).toBe('p10=10 p20=20')
    engine.put(idOf('Pet', 1), {})
    put(50)
    put(29, 30)
    put(15)
    expect(await next()).toBe('p10=10 p15=15 p20=20')
    put(99, 10)
    expect(await next()).toBe('p15=15 p20=20')
  })

  test('rows that did not change are the same entities, in a new array', async () => {
    const { put, rows } = liveRig()
    const before = (await rows.next()).value as Rows<Person>
    put(21, 20)
    const after = (await rows.next()).value as Rows<Person>
    expect(after).not.toBe(before)
    expect(after[0]).toBe(before[0])
    expect(after[1]).not.toBe(before[1])
    expect(after[2]).toBe(before[2])
  })

  test('two iterators go each at its own pace', async () => {
    const { people, put, next } = liveRig()
    expect(await next()).toBe('p10=10 p20=20 p30=30')
    const other = people[Symbol.asyncIterator]()
    expect(describeRows(await other.next())).toBe('p10=10 p20=20 p30=30')
    put(40)
    expect(await next()).toBe('p10=10 p20=20 p30=30 p40=40')
    put(50)
    expect(await next()).toBe('p10=10 p20=20 p30=30 p40=40 p50=50')
    expect(describeRows(await other.next())).toBe('p10=10 p20=20 p30=30 p40=40 p50=50')
  })

  test('a change during the first scan is not lost', async () => {
    const { engine, put, remove, next } = liveRig()
    engine.afterRead = () => {
      engine.afterRead = () => {}
      put(15)
      remove(30)
    }
    expect(await next()).toBe('p10=10 p20=20 p30=30')
    expect(await next()).toBe('p10=10 p15=15 p20=20')
  })
})

describe('with a limit', () => {
  test('rows come in and fall out at its edge', async () => {
    const { put, remove, next } = liveRig({ orderBy: 'age', limit: 2 }, [10, 20, 30, 40, 50])
    expect(await next()).toBe('p10=10 p20=20')
    put(15)
    expect(await next()).toBe('p10=10 p15=15')
    remove(10)
    expect(await next()).toBe('p15=15 p20=20')
    remove(15)
    remove(20)
    expect(await next()).toBe('p30=30 p40=40')
    put(99, 30)
    expect(await next()).toBe('p40=40 p50=50')
    remove(50)
    expect(await next()).toBe('p40=40 p30=99')
    remove(40)
    expect(await next()).toBe('p30=99')
  })

  test('it scans again only where it must', async () => {
    const { engine, put, remove, next } = liveRig({ orderBy: 'age', limit: 2 }, [10, 20, 30, 40])
    await next()
    expect(engine.reads.splice(0)).toHaveLength(4)
    put(11, 10)
    await next()
    put(12)
    await next()
    expect(engine.reads).toEqual([])
    remove(12)
    await next()
    expect(engine.reads).toHaveLength(4)
  })

  test('rows that stay the same through a scan are the same entities, and no event', async () => {
    const { people, remove, rows } = liveRig({ orderBy: 'age', limit: 2 }, [10, 20, 30, 40])
    const before = (await rows.next()).value as Rows<Person>
    const events: string[] = []
    for (const event of ['added', 'changed', 'removed'] as const) people.on(event, ({ name }) => events.push(`${event} ${name}`))
    remove(20)
    const after = (await rows.next()).value as Rows<Person>
    expect(after[0]).toBe(before[0])
    expect(events).toEqual(['removed p20', 'added p30'])
  })

  test('a cursor goes on to the page that follows', async () => {
    const { rows, host } = liveRig({ orderBy: 'age', limit: 2 }, [10, 20, 30, 40])
    const { cursor } = (await rows.next()).value as Rows<Person>
    expect((await find<Person>(host, schema, { orderBy: 'age', limit: 2, after: cursor })).map(({ age }) => age)).toEqual([30, 40])
  })

  test.each<Query<Person>>([
    { orderBy: 'age', limit: 3 }, { orderBy: '-age', limit: 1 }, { orderBy: ['-name'], limit: 2 }, { limit: 2 }, {}, { orderBy: 'age' },
    { where: { age: { gte: 30 } }, orderBy: '-age', limit: 4 }
  ])('after any sequence of changes it shows what a new query finds: %j', async (query) => {
    const { put, remove, rows, host } = liveRig(query)
    await rows.next()
    let seed = 7
    const random = (below: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below
    for (let round = 0; round < 40; round++) {
      for (let i = random(4); i >= 0; i--) {
        const as = 1 + random(9)
        if (random(3) === 0) remove(as)
        else put(random(100), as)
      }
      for (const [as, age] of EDGES) put(age * (1000 + round), as)
      const shown = (await rows.next()).value as Rows<Person>
      expect(shown.map(({ id, age }) => [id, age])).toEqual((await find<Person>(host, schema, query)).map(({ id, age }) => [id, age]))
    }
  })
})

/** Whatever end of its order a query looks at, one of these shows: the youngest, the oldest, and the first by key of many. */
const FIRST_BY_KEY = Array.from({ length: 40 }, (_, i) => i + 100).sort((a, b) => compareBytes(keyOf(a), keyOf(b)))[0]!
const EDGES = [[98, -1], [99, 1], [FIRST_BY_KEY, 0.5]] as const

function keyOf (n: number): Uint8Array {
  return parseId(idOf('Person', n)).key
}

describe('events', () => {
  test('tell what was added, changed and removed since; the rows that were there are no news', async () => {
    const { people, put, remove, next, reported } = liveRig({ where: { age: { lt: 50 } }, orderBy: 'age' })
    const events: string[] = []
    people.on('changed', () => { throw new Error('a listener fails') })
    for (const event of ['added', 'changed', 'removed'] as const) people.on(event, ({ name, age }) => events.push(`${event} ${name}=${age}`))
    await next()
    expect(events).toEqual([])
    put(40)
    await next()
    put(41, 40)
    await next()
    put(60, 40)
    await next()
    remove(10)
    await next()
    expect(events).toEqual(['added p40=40', 'changed p40=41', 'removed p40=41', 'removed p10=10'])
    expect(reported).toEqual([expect.objectContaining({ message: 'a listener fails' })])
  })

  test('miss nothing that happens after on()', async () => {
    const { people, put } = liveRig()
    const added = new Promise((resolve) => people.on('added', ({ name }) => resolve(name)))
    put(15)
    expect(await added).toBe('p15')
  })

  test('off() ends them, and the last one the query', async () => {
    const { people, engine } = liveRig()
    const listener = () => {}
    people.on('added', listener).on('removed', listener)
    people.off('added', listener)
    expect(engine.listeners).toBe(1)
    people.off('removed', listener)
    await Promise.resolve()
    expect(describeRows(await people[Symbol.asyncIterator]().next())).toBeUndefined()
  })
})

describe('ending', () => {
  test('break ends it and lets go of the engine', async () => {
    const { people, engine } = liveRig()
    for await (const rows of people) {
      expect(rows).toHaveLength(3)
      expect(engine.listeners).toBe(1)
      break
    }
    await new Promise((resolve) => setImmediate(resolve))
    expect(engine.listeners).toBe(0)
  })

  test('stop(), the signal and the end of the node wake who waits', async () => {
    const aborting = new AbortController()
    const rig = queryRig()
    const bySignal = live<Person>(rig.host, schema, {}, { signal: aborting.signal })
    const byNode = live<Person>(rig.host, schema)
    const byStop = live<Person>(rig.host, schema)
    const waiting = [bySignal, byNode, byStop].map(async (people) => {
      const seen = []
      for await (const rows of people) seen.push(rows.length)
      return seen
    })
    await new Promise((resolve) => setImmediate(resolve))
    aborting.abort()
    byStop.stop()
    byStop.stop()
    rig.stop()
    expect(await Promise.all(waiting)).toEqual([[0], [0], [0]])
    expect(rig.engine.listeners).toBe(0)
  })

  test('on a node that has stopped there are no rows', async () => {
    const { stop, next, engine } = liveRig()
    stop()
    expect(await next()).toBeUndefined()
    expect(engine.listeners).toBe(0)
  })

  test('what the store throws ends it with that error', async () => {
    const { engine, next } = liveRig()
    engine.afterRead = () => { throw new Error('disk') }
    await expect(next()).rejects.toThrow('disk')
  })

  test('or is reported where nobody iterates', async () => {
    const { engine, people, reported } = liveRig()
    engine.afterRead = () => { throw new Error('disk') }
    people.on('added', () => {})
    await new Promise((resolve) => setImmediate(resolve))
    expect(reported).toEqual([expect.objectContaining({ message: 'disk' })])
  })
})

test('a bad query is refused at once', () => {
  expect(() => live<Person>(queryRig().host, schema, { where: { nmae: 1 } as never })).toThrow(expect.objectContaining({ code: 'ORM_BAD_FILTER' }))
})
