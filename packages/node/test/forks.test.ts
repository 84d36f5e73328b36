import { afterEach, expect, test } from '@jest/globals'
import { bindNetwork, portableProvider, verifyFork } from '@dinemic/core'
import type { Node } from '../src/index.js'
import { Rig } from './support/rig.js'
import { Card, MODELS, meet, part, shown } from './api/models.js'

const rig = new Rig()
afterEach(rig.end)

test('two devices of a caller wrote apart: the owner keeps one branch and grants anew; the proof stays, also on the disk', async () => {
  const path = await rig.directory()
  const [a, b, c] = [await rig.start({ ...MODELS, path }), await rig.start(MODELS), await rig.start(MODELS)]
  for (const device of [b, c]) await meet(a, device)
  const chief = await b.use(Card).create({ name: 'Chief' })
  await c.keys.import(await b.keys.export(chief.id, 'password'), 'password')
  const card = await a.use(Card).create({ name: 'Bob' }, { writers: [chief] })
  const [here, there] = await Promise.all([b, c].map(async node => await node.use(Card).open(card.id, { as: chief })))
  await part(a, b)
  await part(a, c)
  here!.name = 'here'
  there!.name = 'there'
  const [[kept], [other]] = await Promise.all([here!.save(), there!.save()]) as [[string], [string]]
  for (const device of [b, c]) await meet(a, device)
  await shown(a, card.id, ({ $ }) => $.conflicts('name').length === 2)
  expect(a.status.counts.fork).toBe(1)

  await card.$.refresh()
  card.$.revoke(chief, { update: true, keep: [kept] })
  card.$.authorize(chief, { read: false, update: true, remove: false })
  await card.save()
  for (const node of [a, b, c]) expect((await shown(node, card.id, ({ name, $ }) => name === 'here' && $.conflicts('name').length === 0)).$.can('update', chief)).toBe(true)
  const again = await b.use(Card).open(card.id, { as: chief })
  again.name = 'under the new grant'
  await again.save()
  await shown(a, card.id, ({ name }) => name === 'under the new grant')

  const proofs = await card.$.forks()
  expect(proofs).toMatchObject([{ author: chief.id, seq: 1, updates: [kept, other].sort() }])
  await a.stop()
  const restarted: Node = await rig.start({ ...MODELS, path })
  const found = await restarted.use(Card).open(card.id)
  expect(await found.$.forks()).toEqual(proofs)
  expect(verifyFork(bindNetwork(portableProvider, rig.network), proofs[0]!.frames)).toEqual(proofs[0])
  const history = await found.$.history()
  expect(history.find(({ id }) => id === kept)).toMatchObject({ verdict: 'ok', fork: [other] })
  expect([history.some(({ id }) => id === other), restarted.status.counts.fork]).toEqual([false, 0])

  await found.remove()
  await expect(found.$.refresh()).rejects.toMatchObject({ code: 'ORM_NOT_FOUND' })
  expect(await found.$.forks()).toEqual([])
}, 30_000)
