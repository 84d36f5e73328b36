import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { clockOf } from '@dinemic/core'
import type { GrantRef, ObjectId } from '@dinemic/core'
import { Lan, allHashes, create, read, set } from '../harness.js'
import type { Peer } from '../harness.js'
import { Attacker, setting, stored, verdicts } from './attacker.js'

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
  root = (await owner.replica.state(book))!.grants[0]!.ref
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
