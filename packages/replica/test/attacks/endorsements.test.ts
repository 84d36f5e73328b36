import { afterEach, expect, test } from '@jest/globals'
import { clockOf } from '@dinemic/core'
import type { Update } from '@dinemic/core'
import { decodeAnswer, encodeRequest } from '../../src/sync/messages.js'
import { Lan, allHashes, create, read } from '../harness.js'
import { Attacker, grantOf, setting, stored } from './attacker.js'

const lan = new Lan()
afterEach(async () => { await lan.stop() })

test('who names an accepted proposal in an update of its own takes nothing from counters that it may not write', async () => {
  const [owner, other] = [await lan.peer(), await lan.peer()]
  await other.connect(owner)
  const [eve, ann] = [await Attacker.start(lan), await Attacker.start(lan)]
  const bob = await create(owner, { name: 'Bob' }, { grants: [{ subject: eve.id, right: 'update', fields: ['notes'] }] })
  await eve.connect(owner, other)
  await other.replica.wait(bob)
  owner.hooks.onBefore = async change => { await change.accept?.() }

  const proposal = ann.sign({
    object: bob, author: ann.id, root: null, seq: 0, prev: null, clock: clockOf(Date.now()), supersedes: [],
    body: { kind: 'change', operations: [{ op: 'add', field: 'visits', amount: 5 }], via: null }
  })
  expect(decodeAnswer(await lan.ask(owner, encodeRequest({ ask: 'propose', frame: proposal.frame }))).answer).toBe('accepted')
  const endorsement = (await stored(owner, bob)).find(({ body }) => body.kind === 'change' && body.via !== null)!
  const visits = async () => await Promise.all([owner, other].map(async ({ replica }) => (await replica.state(bob))!.fields.get('visits')?.counter))
  await lan.quiet()
  expect(await visits()).toEqual([5n, 5n])

  const root = await grantOf(owner, bob, eve.id)
  const parasite = (i: number): Update => eve.sign({
    object: bob, author: eve.id, root, seq: 1, prev: root.id, clock: clockOf(i), supersedes: [],
    body: { kind: 'change', operations: [setting('notes', 'mine')], via: { id: proposal.id, author: ann.id } }
  })
  let lesser = parasite(0)
  for (let i = 1; lesser.id > endorsement.id; i++) lesser = parasite(i)
  await eve.send(lesser)
  expect(await read(other, bob, 'notes')).toBe('mine')
  expect(await visits()).toEqual([5n, 5n])
  expect(new Set(await allHashes(bob, owner, other)).size).toBe(1)
})
