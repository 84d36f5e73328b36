import { afterEach, expect, test } from '@jest/globals'
import type { CreateOptions, Handle } from '../../src/index.js'
import { Rig } from '../support/rig.js'
import { Card, MODELS, thrownBy } from './models.js'

const rig = new Rig()
afterEach(rig.end)

/** In the eyes of JavaScript, which sees no types. */
const untyped = (given: unknown): never => given as never

test('an option that is misspelt is refused: nobody gets more than was meant', async () => {
  const cards = (await rig.start(MODELS)).use(Card)
  const chief = await cards.create({ name: 'Chief' })
  const card = await cards.create({ name: 'Bob', salary: 1 })
  const { id } = chief
  const attempts: [() => unknown, string][] = [
    [() => cards.create({}, untyped({ authorised: [chief] })), "Card.create() has no option 'authorised'. Did you mean 'authorized'?"],
    [() => cards.create({}, untyped({ authorized: chief })), 'Card.create(): authorized takes a list and was given an object.'],
    [() => cards.create({}, { authorized: [untyped({ id, fileds: ['name'] })] }), "has no option 'fileds'. Did you mean 'fields'?"],
    [() => cards.create({}, { authorized: [untyped({ id, fields: 'name' })] }), 'fields takes a list and was given a string.'],
    [() => cards.create({}, { authorized: [untyped({ id, remove: 'no' })] }), 'remove takes a boolean and was given a string.'],
    [() => cards.create({}, { writers: [untyped({ id, read: true })] }), "has no option 'read'"],
    [() => cards.create({}, untyped('x')), 'Card.create() takes its options as an object and was given a string.'],
    [() => { card.$.authorize(chief, untyped({ reed: true })) }, "$.authorize() has no option 'reed'. Did you mean 'read'?"],
    [() => { card.$.authorize(chief, untyped({ limit: '5' })) }, '$.authorize(): limit takes a number and was given a string.'],
    [() => { card.$.revoke(chief, untyped({ reed: true })) }, "$.revoke() has no option 'reed'. Did you mean 'read'?"],
    [() => card.save(untyped({ ifunchanged: true })), "save() has no option 'ifunchanged'. Did you mean 'ifUnchanged'?"],
    [() => card.remove(untyped({ proposed: true })), "remove() has no option 'proposed'. Did you mean 'propose'?"],
    [() => cards.open(card.id, untyped({ ass: chief })), "Card.open() has no option 'ass'. Did you mean 'as'?"],
    [() => cards.get(card.id, untyped({ timeout: 5 })), "Card.get() has no option 'timeout'."],
    [() => { card.$.set('plan', 1, untyped({ encrypt: true })) }, "$.set() has no option 'encrypt'."]
  ]
  for (const [attempt, text] of attempts) expect(await thrownBy(attempt)).toMatchObject({ code: 'ORM_BAD_VALUE', message: expect.stringContaining(text) })
  expect([await card.save(), await cards.count(), card.$.readers()]).toEqual([[], 2, []])
})

test('what can\'t be a grant or a field is refused when it is staged, not when it is saved', async () => {
  const cards = (await rig.start(MODELS)).use(Card)
  const chief = await cards.create({ name: 'Chief' })
  const card = await cards.create({ name: 'Bob' })
  const options: CreateOptions = { authorized: [{ id: chief.id, fields: [] }] }
  for (const attempt of [() => { card.$.authorize(chief, { fields: [] }) }, () => cards.create({}, options)]) {
    expect(await thrownBy(attempt)).toMatchObject({ code: 'ORM_BAD_VALUE', message: expect.stringContaining('fields is empty') })
  }
  const handle: Handle = card.$
  for (const name of ['', 'x'.repeat(129), 'é'.repeat(65), '\ud800', untyped(5), untyped(undefined)]) {
    for (const attempt of [() => { handle.set(name, 1) }, () => { handle.delete(name) }, () => { handle.authorize(chief, { fields: [name] }) }]) {
      expect(await thrownBy(attempt)).toMatchObject({ code: 'ORM_BAD_FIELD_NAME', message: expect.stringContaining('1 to 128 bytes') })
    }
  }
  expect(await card.save()).toEqual([])
})

test('arguments of another type are told, not stumbled over', async () => {
  const node = await rig.start(MODELS)
  const cards = node.use(Card)
  const card = await cards.create({ name: 'Bob' })
  for (const values of [undefined, null, 'Bob', ['Bob']]) {
    expect(await thrownBy(() => cards.create(untyped(values)))).toMatchObject({ code: 'ORM_BAD_VALUE', message: expect.stringContaining('Give the first values as an object') })
  }
  expect(await thrownBy(() => node.connect(untyped(undefined)))).toMatchObject({ code: 'NET_BAD_ADDRESS' })
  expect(await thrownBy(() => node.transaction(untyped(undefined)))).toMatchObject({ code: 'ORM_BAD_VALUE', message: expect.stringContaining('takes a function') })
  expect(await thrownBy(() => card.$.can(untyped('write')))).toMatchObject({ code: 'ORM_BAD_VALUE', message: expect.stringContaining('read, update, remove') })
  for (const attempt of [() => card.$.seal(untyped('abc')), () => card.$.unseal(untyped('abc'))]) {
    expect(await thrownBy(attempt)).toMatchObject({ code: 'ORM_BAD_VALUE', message: expect.stringContaining('takes a Uint8Array and was given a string') })
  }
  for (const timeout of [NaN, -1, Infinity, 2 ** 31, untyped('5')]) {
    for (const attempt of [() => node.idle({ timeout }), () => node.stop({ timeout })]) {
      expect(await thrownBy(attempt)).toMatchObject({ code: 'NODE_BAD_OPTIONS', message: expect.stringContaining('timeout') })
    }
  }
  expect(node.status.running).toBe(true)
})
