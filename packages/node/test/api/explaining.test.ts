import { afterEach, expect, test } from '@jest/globals'
import { Rig } from '../support/rig.js'
import { Card, MODELS, meet, pair, part, shown, thrownBy } from './models.js'

const rig = new Rig()
afterEach(rig.end)

test('what a close dropped at its writer is explained as revoked, and elsewhere as refused', async () => {
  const [a, b] = await pair(rig)
  const chief = await b.use(Card).create({ name: 'Chief' })
  const card = await a.use(Card).create({ name: 'Bob' }, { authorized: [chief] })
  const mine = await b.use(Card).open(card.id, { as: chief })
  await part(a, b)
  mine.name = 'Robert'
  const [update] = await mine.save()
  expect(await b.explain(update!)).toMatchObject({ is: 'ok' })
  card.$.revoke(chief)
  await card.save()
  const fallen = shown(b, card.id, ({ name }) => name === 'Bob')
  await meet(a, b)
  await fallen
  expect(await b.explain(update!)).toMatchObject({ is: 'revoked', why: expect.stringContaining('closed') })
})

test('of what an owner removed only the removal is explained', async () => {
  const [a] = await pair(rig)
  const card = await a.use(Card).create({ name: 'Bob' })
  card.name = 'Rob'
  const [update] = await card.save()
  const [removal] = await card.remove()
  expect(await a.explain(update!)).toMatchObject({ is: 'refused', why: expect.stringContaining('removed') })
  expect(await a.explain(removal!)).toMatchObject({ is: 'ok' })
})

test('what is no id of an update is told so', async () => {
  const node = await rig.start(MODELS)
  const card = await node.use(Card).create({ name: 'Bob' })
  for (const id of [card.id, 'nonsense', '']) {
    expect(await node.explain(id)).toMatchObject({ is: 'unknown', why: expect.stringContaining('64 hex digits') })
    expect(await node.unmask(id)).toBe(false)
  }
  for (const verb of ['explain', 'unmask'] as const) for (const id of [undefined, null, 7, {}] as unknown[]) {
    expect(await thrownBy(() => node[verb](id as string))).toMatchObject({ code: 'CORE_BAD_ID', message: expect.stringContaining(`node.${verb}()`) })
  }
})
