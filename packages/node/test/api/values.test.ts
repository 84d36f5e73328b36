import 'reflect-metadata'
import { afterEach, describe, expect, test } from '@jest/globals'
import type { Node, Value } from '../../src/index.js'
import { Rig } from '../support/rig.js'
import { Card, MODELS, pair, shown, thrownBy } from './models.js'

const rig = new Rig()
afterEach(rig.end)
const start = async (): Promise<Node> => await rig.start(MODELS)

const VALUES: [string, Value][] = [
  ['null', null], ['true', true], ['false', false], ['zero', 0], ['a fraction', 0.1], ['a negative integer', -7],
  ['the greatest number', Number.MAX_VALUE], ['the least number', Number.MIN_VALUE], ['2^53', 2 ** 53], ['the greatest exact integer', Number.MAX_SAFE_INTEGER],
  ['a small bigint', 1n], ['a large bigint', 2n ** 200n], ['a negative bigint', -(2n ** 70n)], ['bigint zero', 0n],
  ['the empty string', ''], ['emoji', '👩‍👩‍👧 – ß'], ['NUL', 'a\0b'],
  ['a date', new Date('2026-01-02T03:04:05.678Z')], ['a date before 1970', new Date(-1)], ['the last date', new Date(8.64e15)],
  ['bytes', Uint8Array.of(0, 128, 255)], ['no bytes', new Uint8Array()],
  ['an empty array', []], ['an empty object', {}],
  ['everything nested', { list: [1, [2n, [null, { when: new Date(0), bytes: Uint8Array.of(1) }]]], 'a key ✓': { '': true } }]
]

describe('each value arrives as it was given', () => {
  test('on this node, on a peer, and in encrypted fields, lists and dicts', async () => {
    const [a, b] = await pair(rig)
    const reader = await b.use(Card).create({ name: 'Reader' })
    const all = Object.fromEntries(VALUES)
    const list = VALUES.map(([, value]) => value)
    const { id } = await a.use(Card).create({ name: 'All', value: all, secret: all, tags: list, phones: all }, { readers: [reader.id] })
    for (const card of [await a.use(Card).open(id), await b.use(Card).open(id, { as: reader })]) {
      expect(card.value).toStrictEqual(all)
      expect(card.secret).toStrictEqual(all)
      expect(card.tags.toArray()).toStrictEqual(list)
      expect(card.phones.toJSON()).toStrictEqual(all)
    }
  })

  test.each(VALUES)('%s, by itself', async (_name, value) => {
    const cards = (await start()).use(Card)
    const { id } = await cards.create({ name: 'One', value })
    expect((await cards.open(id)).value).toStrictEqual(value)
  })

  test('−0 becomes 0, a Buffer its bytes, an object without prototype an ordinary one', async () => {
    const cards = (await start()).use(Card)
    const bare = Object.assign(Object.create(null) as object, { a: 1 }) as Value
    const { id } = await cards.create({ name: 'Odd', tags: [-0, Buffer.from([1, 2]), bare] })
    expect((await cards.open(id)).tags.toArray()).toStrictEqual([0, Uint8Array.of(1, 2), { a: 1 }])
  })
})

class Point { readonly x = 1 }
const cycle: unknown[] = []
cycle.push(cycle)

const FORBIDDEN: [string, unknown][] = [
  ['NaN', NaN], ['Infinity', Infinity], ['−Infinity', -Infinity], ['an invalid date', new Date(NaN)], ['a lone surrogate', 'a\ud800'],
  ['a function', () => 1], ['a symbol', Symbol('s')], ['a class instance', new Point()], ['a Map', new Map()], ['a Set', new Set()],
  ['a RegExp', /x/], ['a promise', Promise.resolve(1)], ['an error', new Error('e')], ['other typed arrays', new Uint16Array(1)],
  ['an ArrayBuffer', new ArrayBuffer(1)], ['a boxed number', Object(1)], ['undefined inside', { a: undefined }], ['undefined in an array', [undefined]],
  ['a hole', [1, , 2]], ['a cycle', cycle], ['the key __proto__', JSON.parse('{"__proto__": 1}')], ['a bigint over 64 bytes', 2n ** 512n], // eslint-disable-line no-sparse-arrays
  ['17 levels', Array.from({ length: 17 }).reduce((inner: unknown) => [inner], 1)], ['a symbol as key', { [Symbol('k')]: 1 }], ['a lone surrogate as key', { '\udc00': 1 }]
]

describe('anything else is ORM_BAD_VALUE', () => {
  test.each(FORBIDDEN)('%s', async (_name, given) => {
    const cards = (await start()).use(Card)
    const value = given as Value
    const card = await cards.create({ name: 'Bob' })
    const texts: string[] = []
    for (const property of ['value', 'secret'] as const) {
      card[property] = value
      expect(card.$.dirty).toEqual([property])
      texts.push(await refusal(() => card.save(), `Card.${property}`))
      card.$.discard()
    }
    card.tags.push('fine', value)
    texts.push(await refusal(() => card.save(), 'Card.tags[1]'))
    card.$.discard()
    card.phones.set('home', value)
    texts.push(await refusal(() => card.save(), 'Card.phones["home"]'))
    card.$.discard()
    texts.push(await refusal(() => cards.create({ name: 'Eve', value }), 'Card.value'))
    texts.push(await refusal(() => { card.$.set('other', value) }, 'Card.other'))
    expect(await card.save()).toEqual([])
    expect(await cards.count()).toBe(1)
  })

  test('of an encrypted field the text names no key inside: keys are content, too', async () => {
    const card = await (await start()).use(Card).create({ name: 'Bob' })
    const bad = { PLAINTEXT: [undefined] } as unknown as Value
    const stagings: (() => void)[] = [
      () => { card.secret = bad }, () => { card.diagnoses.push(bad as string) }, () => { card.diagnoses = [bad] as never },
      () => { card.codes.set('home', bad as string) }, () => { card.codes = { home: bad } as never },
      () => { card.$.set('other', bad, { encrypted: true }) }
    ]
    for (const stage of stagings) {
      const error = await thrownBy(async () => {
        stage()
        await card.save()
      })
      expect([error.code, `${error.message} ${error.stack} ${JSON.stringify(error)}`]).toEqual(['ORM_BAD_VALUE', expect.not.stringContaining('PLAINTEXT')])
      card.$.discard()
    }
    card.value = bad
    expect((await thrownBy(() => card.save())).message).toContain('Card.value.PLAINTEXT[0] is undefined')
  })

  test('is $.set(…, { encrypted: true }) of a field that the class declares in the clear', async () => {
    const card = await (await start()).use(Card).create({ name: 'Bob' })
    expect(await thrownBy(() => { card.$.set('name', 'PLAINTEXT', { encrypted: true }) })).toMatchObject({ code: 'ORM_BAD_VALUE', message: expect.stringContaining('Card.name') })
    card.$.set('sal', 5, { encrypted: true })
    await card.save()
    expect([card.name, card.salary]).toEqual(['Bob', 5])
  })

  async function refusal (task: () => unknown, where: string): Promise<string> {
    const { code, message } = await thrownBy(task)
    expect([code, message]).toEqual(['ORM_BAD_VALUE', expect.stringContaining(where)])
    return message
  }
})

test('where the compiler tells the type of a property, another is refused', async () => {
  const cards = (await start()).use(Card)
  expect(await thrownBy(() => cards.create({ name: 7 as unknown as string }))).toMatchObject({ code: 'ORM_BAD_VALUE', message: expect.stringContaining('Card.name is declared as string and was given a number') })
})

test('deleting and assigning undefined are the same; null is a value', async () => {
  const [a, b] = await pair(rig)
  const card = await a.use(Card).create({ name: 'Bob', age: 3, value: 1, note: 'x', salary: 5 })
  delete card.age
  delete card.color
  card.value = null
  card.salary = undefined as unknown as number
  expect(card.$.dirty).toEqual(['age', 'value', 'color', 'salary'])
  expect(await card.save()).toHaveLength(1)
  const seen = await shown(b, card.id, ({ age }) => age === undefined)
  expect([seen.age, seen.value, seen.salary, seen.color, 'age' in seen]).toEqual([undefined, null, undefined, undefined, true])
  expect(seen.$.fields()).toEqual(['name', 'note', 'value'])
  delete card.age
  expect([card.$.dirty, await card.save()]).toEqual([[], []])
})

test('initialisers of the class are defaults of create(), and of nothing else', async () => {
  const cards = (await start()).use(Card)
  expect((await cards.create({ name: 'Default' })).color).toBe('green')
  expect((await cards.create({ name: 'As without', color: undefined })).color).toBe('green')
  const red = await cards.create({ name: 'Given', color: 'red' })
  delete red.color
  await red.save()
  expect((await cards.open(red.id)).color).toBeUndefined()
})

test('a field with another name is stored, and granted, under that', async () => {
  const cards = (await start()).use(Card)
  const chief = await cards.create({ name: 'Chief' })
  const card = await cards.create({ name: 'Bob', salary: 1 }, { authorized: [{ id: chief.id, fields: ['salary'] }] })
  expect([card.$.fields(), card.$.get('sal'), card.$.get('salary')]).toEqual([['color', 'name', 'sal'], 1, undefined])
  const mine = await cards.open(card.id, { as: chief })
  mine.salary = 2
  expect(mine.$.dirty).toEqual(['salary'])
  await mine.save()
  expect(await cards.count({ where: { salary: 2 } })).toBe(1)
})

test('an entity is an ordinary object with data properties, a copy that nothing else moves', async () => {
  const cards = (await start()).use(Card)
  const given = { list: [1] }
  const bytes = Uint8Array.of(1)
  const card = await cards.create({ name: 'Bob', value: given, tags: [bytes] })
  given.list.push(2)
  bytes[0] = 9
  expect(Object.getOwnPropertyDescriptor(card, 'name')).toMatchObject({ value: 'Bob', writable: true, enumerable: true });
  (card.value as typeof given).list.push(3)
  expect(card.$.dirty).toEqual(['value'])
  const other = await cards.open(card.id)
  expect([other.value, other.tags.at(0)]).toEqual([{ list: [1] }, Uint8Array.of(1)]);
  (other.$.get('value') as typeof given).list.push(4);
  (other.tags.at(0) as Uint8Array)[0] = 8
  expect((await cards.open(card.id)).$.get('value')).toEqual({ list: [1] })
  expect((await cards.open(card.id)).tags.at(0)).toEqual(Uint8Array.of(1))
})
