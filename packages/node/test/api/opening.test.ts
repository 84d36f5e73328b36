import { afterEach, describe, expect, test } from '@jest/globals'
import { Entity, Field, Model } from '../../src/index.js'
import { Rig } from '../support/rig.js'
import { Card, MODELS, Team, meet, pair, thrownBy } from './models.js'

const rig = new Rig()
afterEach(rig.end)

describe('open()', () => {
  test('waits for what comes later; get() doesn\'t', async () => {
    const [a, b] = [await rig.start(MODELS), await rig.start(MODELS)]
    const card = await a.use(Card).create({ name: 'Bob' })
    expect(await b.use(Card).get(card.id)).toBeUndefined()
    const opening = b.use(Card).open(card.id)
    await meet(a, b)
    const seen = await opening
    expect([seen.id, seen.name, seen instanceof Card, (await b.use(Card).get(card.id))?.name]).toEqual([card.id, 'Bob', true, 'Bob'])
  })

  test('ends with ORM_NOT_FOUND that says how long it waited and whom it asked', async () => {
    const [a, b] = await pair(rig)
    const alone = await rig.start(MODELS)
    const { id } = await alone.use(Card).create({ name: 'Far' })
    const error = await thrownBy(() => b.use(Card).open(id, { timeout: 50 }))
    expect(error).toMatchObject({ code: 'ORM_NOT_FOUND', details: { object: id, timeout: 50 } })
    for (const part of [id, '50 ms', 'asked one peer', '{ timeout }']) expect(error.message).toContain(part)
    await a.stop()
    expect((await thrownBy(() => b.use(Card).open(id, { timeout: 0 }))).message).toContain('no peer is connected')
  })

  test('ends with its signal\'s reason', async () => {
    const [node, other] = [await rig.start(MODELS), await rig.start(MODELS)]
    const { id } = await other.use(Card).create({ name: 'Far' })
    const controller = new AbortController()
    const opening = thrownBy(() => node.use(Card).open(id, { signal: controller.signal }))
    const reason = new RangeError('enough')
    controller.abort(reason)
    expect(await opening).toBe(reason)
    expect(await thrownBy(() => node.use(Card).open(id, { signal: controller.signal }))).toBe(reason)
  })

  test('ends with its node', async () => {
    const [node, other] = [await rig.start(MODELS), await rig.start(MODELS)]
    const { id } = await other.use(Card).create({ name: 'Far' })
    const opening = thrownBy(() => node.use(Card).open(id))
    await node.stop()
    expect(await opening).toMatchObject({ code: 'NODE_STOPPED', message: expect.stringContaining(id) })
  })

  test('doesn\'t take a strange timeout for a long one', async () => {
    const [node, other] = [await rig.start(MODELS), await rig.start(MODELS)]
    const { id } = await other.use(Card).create({ name: 'Far' })
    for (const timeout of [NaN, -1, '5' as unknown as number]) {
      expect(await thrownBy(() => node.use(Card).open(id, { timeout }))).toMatchObject({ code: expect.stringMatching(/^ORM_(BAD_VALUE|NOT_FOUND)$/) })
    }
  })

  test('takes ids of its model alone', async () => {
    const node = await rig.start(MODELS)
    const team = await node.use(Team).create({ title: 'A' })
    for (const verb of [() => node.use(Card).open(team.id), () => node.use(Card).get(team.id)]) {
      expect(await thrownBy(verb)).toMatchObject({ code: 'ORM_WRONG_MODEL', message: expect.stringContaining(team.id) })
    }
    for (const id of ['', 'Card', 'Card:', 'Card:0OIl', `${team.id.replace('Team', 'Card')}11111`, undefined as unknown as string, 7 as unknown as string]) {
      expect(await thrownBy(() => node.use(Card).open(id))).toMatchObject({ code: 'CORE_BAD_ID' })
      expect(await thrownBy(() => node.use(Card).get(id))).toMatchObject({ code: 'CORE_BAD_ID' })
    }
  })

  test('of what was removed doesn\'t find it, here and elsewhere', async () => {
    const [a, b] = await pair(rig)
    const card = await a.use(Card).create({ name: 'Bob' })
    await b.use(Card).open(card.id)
    const gone = new Promise<void>(resolve => b.use(Card).live().on('removed', () => { resolve() }))
    for await (const rows of b.use(Card).live()) {
      if (rows.length === 1) break
    }
    await card.remove()
    await gone
    for (const node of [a, b]) {
      expect(await thrownBy(() => node.use(Card).open(card.id, { timeout: 20 }))).toMatchObject({ code: 'ORM_NOT_FOUND' })
      expect([await node.use(Card).get(card.id), await node.use(Card).ids()]).toEqual([undefined, []])
    }
  })
})

test('two opens are two entities', async () => {
  const cards = (await rig.start(MODELS)).use(Card)
  const { id } = await cards.create({ name: 'Bob' })
  const [one, two] = [await cards.open(id), await cards.open(id)]
  one.name = 'Rob'
  expect([one === two, two.name]).toEqual([false, 'Bob'])
  await one.save()
  expect([two.name, (await cards.open(id)).name]).toEqual(['Bob', 'Rob'])
})

describe('a class that can\'t be used', () => {
  test('each way has its code', async () => {
    class Plain extends Entity {}
    @Model('Other') class Other extends Entity { @Field() name?: string }
    class Derived extends Card {}
    const node = await rig.start(MODELS)
    for (const model of [Plain, Derived, Other]) expect(await thrownBy(() => node.use(model))).toMatchObject({ code: 'ORM_NOT_A_MODEL', message: expect.stringContaining(model.name) })
    expect(await thrownBy(() => node.use({} as typeof Card))).toMatchObject({ code: 'ORM_NOT_A_MODEL' })
    expect(await thrownBy(() => new Card())).toMatchObject({ code: 'ORM_USE_CREATE', message: expect.stringContaining('Card.create') })
    expect(await thrownBy(() => { @Model('Node') class Reserved extends Entity {} return Reserved })).toMatchObject({ code: 'ORM_BAD_MODEL_NAME' })
    expect(await thrownBy(() => node.use(Card).create({ nmae: 'Bob' } as object))).toMatchObject({ code: expect.stringMatching(/^ORM_/), message: expect.stringContaining("'name'") })
  })

  test('@Model() takes the class\'s name', async () => {
    @Model() class Note extends Entity { @Field() text!: string }
    const note = await (await rig.start({ models: [Note] })).use(Note).create({ text: 'x' })
    expect([note.id.startsWith('Note:'), note.$.model]).toEqual([true, 'Note'])
  })
})
