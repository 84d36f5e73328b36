import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { clockOf, formatId, signUpdate } from '@dinemic/core'
import type { GrantRef, ObjectId } from '@dinemic/core'
import type { Reports } from '../../src/report.js'
import { Lan, allHashes, create, provider, read, set } from '../harness.js'
import type { Peer } from '../harness.js'
import { Attacker, binding, setting, stored, verdicts } from './attacker.js'

/** Anybody may write `lines` of the book, three times. Eve and Mallory do. */
let lan: Lan
let owner: Peer
let other: Peer
let eve: Attacker
let mallory: Attacker
let book: ObjectId
let root: GrantRef

beforeEach(async () => {
  lan = new Lan()
  owner = await lan.peer()
  other = await lan.peer()
  eve = await Attacker.start(lan)
  mallory = await Attacker.start(lan)
  await other.connect(owner)
  book = await create(owner, { title: 'Hut' }, { grants: [{ subject: null, right: 'update', fields: ['lines'], limit: 3 }] })
  await other.replica.wait(book)
  for (const attacker of [eve, mallory]) await attacker.connect(owner, other)
  root = (await owner.replica.state(book))!.grants.at(0)![1].ref
})

afterEach(async () => { await lan.stop() })

test('an author writes as often as the law says, and only what it says', async () => {
  const chain = [eve.change({ object: book, root }, setting('lines', 'line 1'))]
  for (let i = 2; i <= 4; i++) chain.push(eve.change({ object: book, root, after: chain.at(-1) }, setting('lines', `line ${i}`)))
  for (const update of chain) await eve.send(update)
  const title = mallory.change({ object: book, root }, setting('title', 'Mine'))
  await mallory.send(title)
  expect(await read(other, book, 'lines')).toBe('line 3')
  expect(await verdicts(chain[3]!, owner, other)).toEqual(['refused', 'refused'])
  expect(await verdicts(title, owner, other)).toEqual(['refused', 'refused'])
})

test('nobody goes on where another left off', async () => {
  const first = eve.change({ object: book, root }, setting('lines', 'by Eve'))
  await eve.send(first)
  const parasite = mallory.change({ object: book, root, after: first }, setting('lines', 'by Mallory'))
  await mallory.send(parasite)
  expect(await verdicts(parasite, owner, other)).toEqual(['pending', 'pending'])
  expect(await read(other, book, 'lines')).toBe('by Eve')
})

test('once it is closed, what counted stays, what comes late counts nowhere, and who had not written has nothing', async () => {
  const first = eve.change({ object: book, root }, setting('lines', 'in time'))
  await eve.send(first)
  await set(owner, book, {}, { revokes: [{ subject: null, rights: ['update'] }] })
  await lan.quiet()
  const late = eve.change({ object: book, root, after: first, clock: 0n }, setting('lines', 'late'))
  const never = mallory.change({ object: book, root, clock: clockOf(1) }, setting('lines', 'never'))
  await eve.send(late)
  await mallory.send(never)
  expect(await read(other, book, 'lines')).toBe('in time')
  for (const update of [late, never]) expect(await verdicts(update, owner, other)).toEqual(['refused', 'refused'])
  expect((await stored(other, book)).map(({ kind }) => kind)).toEqual(['genesis', 'change', 'close'])
  expect(new Set(await allHashes(book, owner, other)).size).toBe(1)
})

test('the close of an object in which more have written than it can name keeps as many, and tells of the others', async () => {
  const updates = Array.from({ length: 1026 }, (_, i) => {
    const seed = crypto.getRandomValues(new Uint8Array(32))
    return signUpdate(binding, seed, {
      object: book, author: formatId('Person', provider.publicKey(seed)), root, seq: 1, prev: root.id, clock: clockOf(1, i), supersedes: [], body: { kind: 'change', operations: [{ op: 'add', field: 'lines', amount: 1 }], via: null }
    })
  })
  await lan.tell(owner, 'Person', ...updates.map(({ frame }) => frame))
  expect((await owner.replica.state(book))!.fields.get('lines')!.counter).toBe(1026n)

  await set(owner, book, {}, { revokes: [{ subject: null, rights: ['update'] }] })
  await lan.quiet()
  const rejected = owner.reports.flatMap(([event, payload]) => event === 'rejected' ? [payload as Reports['rejected']] : [])
  // The other peer may pass the same two on before it hears of the close: they are refused then, which is told as well.
  const told = rejected.filter(({ code }) => code === 'REPLICA_NOT_KEPT').map(({ update }) => update)
  expect(told.length).toBe(2)
  expect(new Set(rejected.map(({ update }) => update))).toEqual(new Set(told))
  for (const update of told) expect((await owner.replica.explain(update)).is).not.toBe('ok')
  expect((await owner.replica.state(book))!.fields.get('lines')!.counter).toBe(1024n)
  expect(new Set(await allHashes(book, owner, other)).size).toBe(1)
}, 30_000)
