import { afterEach, describe, expect, test } from '@jest/globals'
import { Listener, Node, OnUpdated, filter } from '../../src/index.js'
import type { Objects } from '../../src/index.js'
import { Rig } from '../support/rig.js'
import { Card, MODELS, thrownBy } from './models.js'

const rig = new Rig()
afterEach(rig.end)

/** What JavaScript lets pass, and the types don't. */
type Untyped = (...args: unknown[]) => unknown

/** Calls a verb as JavaScript would. */
function call (host: object, verb: string, ...args: unknown[]): unknown {
  return (host as Record<string, Untyped>)[verb]!(...args)
}

class Hears extends Listener { @OnUpdated() hear (): void {} }

describe('mistakes of those who write JavaScript are told, with what was given and what to give', () => {
  test.each<[string, (cards: Objects<Card>, node: Node, card: Card) => unknown, string, string]>([
    ['a query that is a function', cards => call(cards, 'find', () => true), 'ORM_BAD_VALUE', 'it is of type function. Write an object such as { where'],
    ['a query that is text, of first()', cards => call(cards, 'first', 'Bob'), 'ORM_BAD_VALUE', 'it is of type string'],
    ['a query that is null, of count()', cards => call(cards, 'count', null), 'ORM_BAD_VALUE', 'it is null'],
    ['a where that is null', cards => call(cards, 'find', { where: null }), 'ORM_BAD_VALUE', 'is null'],
    ['a condition outside of where', cards => call(cards, 'find', { age: 5 }), 'ORM_BAD_VALUE', '{ where: { age: … } }'],
    ['a misspelt option of ids()', cards => call(cards, 'ids', { ownd: true }), 'ORM_BAD_VALUE', "Did you mean 'owned'?"],
    ['a misspelt option of objects()', (_cards, node) => call(node, 'objects', { modl: 'Card' }), 'ORM_BAD_VALUE', "Did you mean 'model'?"],
    ['a misspelt event of a live query', cards => call(cards.live(), 'on', 'change', () => {}), 'ORM_BAD_VALUE', "Did you mean 'changed'?"],
    ['an event without a listener', cards => call(cards.live(), 'on', 'added'), 'ORM_BAD_VALUE', ".on('added', row =>"],
    ['a controller for a signal', (cards, _node, card) => call(cards, 'open', card.id, { signal: new AbortController() }), 'ORM_BAD_VALUE', 'of an AbortController its signal'],
    ['a negative time-out', (cards, _node, card) => call(cards, 'open', card.id, { timeout: -1 }), 'ORM_BAD_VALUE', 'takes whole ms from 0'],
    ['a misspelt option of idle()', (_cards, node) => call(node, 'idle', { timout: 5 }), 'NODE_BAD_OPTIONS', "Did you mean 'timeout'?"],
    ['a number for the options of idle()', (_cards, node) => call(node, 'idle', 500), 'NODE_BAD_OPTIONS', 'takes its options as an object and was given 500'],
    ['all addresses at once', (_cards, node) => call(node, 'connect', node.addresses), 'NET_BAD_ADDRESS', 'was given a list. Give one of'],
    ['an entity that nobody awaited', (cards) => call(cards, 'create', { name: 'x' }, { authorized: [cards.create({ name: 'Chief' }).then(({ id }) => id)] }), 'CORE_BAD_ID', 'it is a promise: await it'],
    ['nothing to create', cards => call(cards, 'create'), 'ORM_BAD_VALUE', 'was given nothing'],
    ['a right that there isn\'t', (_cards, _node, card) => call(card.$, 'can', 'write'), 'ORM_BAD_VALUE', "'write'. The rights are read, update, remove"],
    ['a misspelt part of a filter', () => call({ filter }, 'filter', Card, { fieldd: 'name' }), 'ORM_BAD_VALUE', "Did you mean 'field'?"],
    ['a promise of a node', (_cards, node) => call(new Hears(), 'apply', 'Card:[id]', Promise.resolve(node)), 'ORM_NO_NODE', 'what await Node.start(…) gave'],
    ['a listener without hooks', (_cards, node) => call(new (class Deaf extends Listener {})(), 'apply', 'Card:[id]', node), 'ORM_BAD_DECORATOR', 'Deaf has no hooks']
  ])('%s', async (_what, mistake, code, text) => {
    const node = await rig.start(MODELS)
    const cards = node.use(Card)
    const card = await cards.create({ name: 'Bob' })
    expect(await thrownBy(() => mistake(cards, node, card))).toMatchObject({ code, message: expect.stringContaining(text) })
  })

  test('a class in the place of a listener', async () => {
    const options = { network: rig.network, models: [], listeners: [[Hears, 'Card:[id]']] }
    expect(await thrownBy(() => call(Node, 'start', options))).toMatchObject({ code: 'NODE_BAD_OPTIONS', message: expect.stringContaining('give new Hears()') })
  })
})

test('after stop() each verb and each entity says so, whether or not what it asks for is in memory', async () => {
  const node = await rig.start(MODELS)
  const cards = node.use(Card)
  const card = await cards.create({ name: 'Bob' })
  await node.stop()
  for (const verb of [
    () => cards.create({ name: 'x' }), () => cards.open(card.id), () => cards.get(card.id), () => cards.find(), () => cards.first(), () => cards.count(), () => cards.ids(), () => cards.live(),
    () => card.save(), () => card.remove(), () => card.$.refresh()
  ]) expect(await thrownBy(verb)).toMatchObject({ code: 'NODE_STOPPED' })
})
