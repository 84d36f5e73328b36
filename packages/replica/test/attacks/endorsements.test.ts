import { afterEach, expect, test } from '@jest/globals'
import { clockOf } from '@dinemic/core'
import type { GrantRef, ObjectId, Operation, Update } from '@dinemic/core'
import { decodeAnswer, encodeRequest } from '../../src/sync/messages.js'
import { Lan, allHashes, create, read } from '../harness.js'
import type { Peer } from '../harness.js'
import { Attacker, grantOf, setting, stored } from './attacker.js'

let lan = new Lan()
afterEach(async () => {
  await lan.stop()
  lan = new Lan()
})

/** Two peers with an object of which Eve may write `notes`; the owner accepts all that is proposed. */
async function setUp (): Promise<{ owner: Peer, other: Peer, eve: Attacker, ann: Attacker, bob: ObjectId, root: GrantRef }> {
  const [owner, other] = [await lan.peer(), await lan.peer()]
  await other.connect(owner)
  const [eve, ann] = [await Attacker.start(lan), await Attacker.start(lan)]
  const bob = await create(owner, { name: 'Bob' }, { grants: [{ subject: eve.id, right: 'update', fields: ['notes'] }] })
  await eve.connect(owner, other)
  await other.replica.wait(bob)
  owner.hooks.onBefore = async change => { await change.accept?.() }
  return { owner, other, eve, ann, bob, root: await grantOf(owner, bob, eve.id) }
}

function proposing (who: Attacker, object: ObjectId, operation: Operation): Update {
  return who.sign({ object, author: who.id, root: null, seq: 0, prev: null, clock: clockOf(Date.now()), supersedes: [], body: { kind: 'change', operations: [operation], via: null } })
}

/** What Eve may write, in an update that names somebody's proposal. */
function parasiteOf (eve: Attacker, proposal: Update, root: GrantRef, clock: number): Update {
  return eve.sign({
    object: proposal.object, author: eve.id, root, seq: 1, prev: root.id, clock: clockOf(clock), supersedes: [],
    body: { kind: 'change', operations: [setting('notes', 'mine')], via: { id: proposal.id, author: proposal.author! } }
  })
}

async function answerOf (peer: Peer, { frame }: Update): Promise<string> {
  return decodeAnswer(await lan.ask(peer, encodeRequest({ ask: 'propose', frame }))).answer
}

test('who names an accepted proposal in an update of its own takes nothing from counters that it may not write', async () => {
  const { owner, other, eve, ann, bob, root } = await setUp()
  const proposal = proposing(ann, bob, { op: 'add', field: 'visits', amount: 5 })
  expect(await answerOf(owner, proposal)).toBe('accepted')
  const endorsement = (await stored(owner, bob)).find(({ body }) => body.kind === 'change' && body.via !== null)!
  const visits = async () => await Promise.all([owner, other].map(async ({ replica }) => (await replica.state(bob))!.fields.get('visits')?.counter))
  await lan.quiet()
  expect(await visits()).toEqual([5n, 5n])

  let lesser = parasiteOf(eve, proposal, root, 0)
  for (let i = 1; lesser.id > endorsement.id; i++) lesser = parasiteOf(eve, proposal, root, i)
  await eve.send(lesser)
  expect(await read(other, bob, 'notes')).toBe('mine')
  expect(await visits()).toEqual([5n, 5n])
  expect(new Set(await allHashes(bob, owner, other)).size).toBe(1)
})

test('who names a proposal before it is decided can\'t have it called accepted', async () => {
  const { owner, other, eve, ann, bob, root } = await setUp()
  const proposal = proposing(ann, bob, setting('name', 'Robert'))
  await eve.send(parasiteOf(eve, proposal, root, 1))
  expect(await read(owner, bob, 'notes')).toBe('mine')
  expect(await answerOf(owner, proposal)).toBe('accepted')
  await lan.quiet()
  expect(await read(other, bob, 'name')).toBe('Robert')

  const refused = proposing(ann, bob, setting('name', 'Bobby'))
  const second = eve.sign({ object: bob, author: eve.id, root, seq: 2, prev: (await stored(owner, bob)).find(({ author }) => author === eve.id)!.id, clock: clockOf(2), supersedes: [], body: { kind: 'change', operations: [setting('notes', 'again')], via: { id: refused.id, author: ann.id } } })
  await eve.send(second)
  owner.hooks.onBefore = () => {}
  expect(await answerOf(owner, refused)).toBe('refused')
})
