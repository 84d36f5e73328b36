import { afterEach, expect, test } from '@jest/globals'
import { clockOf } from '@dinemic/core'
import type { Draft, Update } from '@dinemic/core'
import { Attacker, setting } from './attacks/attacker.js'
import { Lan, read } from './harness.js'

const lan = new Lan()
afterEach(async () => { await lan.stop() })

/** An owner's grant counts whatever is missing before it, and so does what follows it. */
test('what closes a gap in the owner\'s chain is heard of as it shows in the end, and not as it looks on the way', async () => {
  const peer = await lan.peer()
  const owner = await Attacker.start(lan)
  await owner.connect(peer)
  const now = Date.now()
  const genesis = owner.create([setting('name', 'first')])
  const next = (prev: Update, clock: bigint, body: Draft['body']): Update =>
    owner.sign({ object: owner.id, author: null, root: null, seq: prev.seq + 1, prev: prev.id, clock, supersedes: [], body })
  const changing = (...operations: ReturnType<typeof setting>[]): Draft['body'] => ({ kind: 'change', operations, via: null })

  const missing = next(genesis, clockOf(now + 3000), changing(setting('name', 'second'), setting('note', 'late')))
  const grant = next(missing, clockOf(now + 1000), { kind: 'grant', grant: { subject: owner.id.replace('Person', 'Reader'), right: 'remove', fields: null, limit: null, wrap: null } })
  const last = next(grant, clockOf(now + 2000), changing(setting('name', 'third')))
  await owner.send(genesis, grant, last)
  expect(await read(peer, owner.id, 'name')).toBe('third')

  const before = peer.hooks.afters.length
  const reports = peer.reports.length
  await owner.send(missing)
  expect(await read(peer, owner.id, 'name')).toBe('third')
  // By its clock the older name comes first, until the merge has found that the newer one follows it.
  const heard = peer.hooks.afters.slice(before).flatMap(({ fields }) => fields.map(({ field, after }) => [field, after]))
  expect(heard).toEqual([['note', 'late']])
  expect(peer.reports.slice(reports).filter(([event]) => event === 'conflict')).toEqual([])
})
