import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { clockOf } from '@dinemic/core'
import type { GrantRef, ObjectId, Update } from '@dinemic/core'
import { Lan, allHashes, create, newKey, read, set } from '../harness.js'
import type { Peer } from '../harness.js'
import { Attacker, grantOf, setting, stored, verdicts } from './attacker.js'

/** Eve may, or might once, write `name` and `notes` of Bob, which its owner and another node hold. */
let lan: Lan
let owner: Peer
let other: Peer
let eve: Attacker
let bob: ObjectId
let root: GrantRef

beforeEach(async () => {
  lan = new Lan()
  owner = await lan.peer()
  other = await lan.peer()
  eve = await Attacker.start(lan)
  await other.connect(owner)
  bob = await create(owner, { name: 'Bob', salary: 1 }, { grants: [{ subject: eve.id, right: 'update', fields: ['name', 'notes'], limit: 5 }] })
  await eve.connect(owner, other)
  await other.replica.wait(bob)
  root = await grantOf(owner, bob, eve.id)
})

afterEach(async () => { await lan.stop() })

const both = async (field: string) => [await read(owner, bob, field), await read(other, bob, field)]
const revoke = async (keep?: string[]) => {
  await set(owner, bob, {}, { revokes: [{ subject: eve.id, rights: ['update'], ...keep === undefined ? {} : { keep } }] })
  await lan.quiet()
}
const expectEqual = async () => { expect(new Set(await allHashes(bob, owner, other)).size).toBe(1) }

describe('a revoked writer', () => {
  let first: Update
  beforeEach(async () => {
    first = eve.change({ object: bob, root }, setting('name', 'First'))
    await eve.send(first)
  })

  test('back-dates, goes on and writes beside what stays: nothing of it counts', async () => {
    expect(await both('name')).toEqual(['First', 'First'])
    await revoke()
    const late = [
      eve.change({ object: bob, root, after: first, clock: 0n }, setting('name', 'Back-dated')),
      eve.change({ object: bob, root, clock: 0n }, setting('name', 'Beside')),
      eve.change({ object: bob, root, seq: 4, prev: first.id }, setting('name', 'Beyond'))
    ]
    for (const update of late) await eve.send(update)
    expect(await both('name')).toEqual(['First', 'First'])
    for (const update of late) expect(await verdicts(update, owner, other)).toEqual(['refused', 'refused'])
    await expectEqual()
  })

  test('has withheld a part of its chain: what the close didn\'t name is too late', async () => {
    const second = eve.change({ object: bob, root, after: first }, setting('name', 'Second'))
    const third = eve.change({ object: bob, root, after: second }, setting('name', 'Third'))
    await eve.send(third)
    expect(await verdicts(third, owner, other)).toEqual(['pending', 'pending'])
    await revoke()
    await eve.send(second)
    expect(await both('name')).toEqual(['First', 'First'])
    await expectEqual()
  })

  test('gets a new grant: what it wrote under the old one comes in by no link', async () => {
    const second = eve.change({ object: bob, root, after: first }, setting('name', 'Second'))
    await revoke()
    await set(owner, bob, {}, { grants: [{ subject: eve.id, right: 'update' }] })
    await lan.quiet()
    const fresh = await grantOf(owner, bob, eve.id)
    expect(fresh).not.toEqual(root)
    const laundered = [
      eve.change({ object: bob, root: fresh, seq: 3, prev: second.id }, setting('name', 'Laundered')),
      eve.change({ object: bob, root: fresh, seq: 1, prev: second.id }, setting('name', 'Laundered')),
      eve.change({ object: bob, root: fresh, seq: 2, prev: first.id }, setting('name', 'Laundered'))
    ]
    await eve.send(second)
    for (const update of laundered) await eve.send(update)
    expect(await both('name')).toEqual(['First', 'First'])
    for (const update of laundered) expect(await verdicts(update, owner, other)).toEqual(['pending', 'pending'])
    await eve.send(eve.change({ object: bob, root: fresh, supersedes: [first.id] }, setting('name', 'Granted anew')))
    expect(await both('name')).toEqual(['Granted anew', 'Granted anew'])
  })

  test('shows its grant, but not the end of it, to a newcomer: set right by one honest peer', async () => {
    await revoke()
    const before = (await stored(owner, bob)).filter(({ kind }) => kind !== 'close')
    const victim = await lan.peer()
    await eve.connect(victim)
    const second = eve.change({ object: bob, root, after: first }, setting('name', 'Second'))
    await eve.send(...before, second)
    expect(await read(victim, bob, 'name')).toBe('Second')
    await victim.connect(other)
    await lan.quiet()
    expect(await read(victim, bob, 'name')).toBe('First')
    expect(victim.hooks.afters.at(-1)).toMatchObject({ cause: 'revoked', fields: [{ field: 'name', before: 'Second', after: 'First' }] })
    expect(new Set(await allHashes(bob, owner, other, victim)).size).toBe(1)
  })
})

describe('a writer with a right', () => {
  test('shows one branch here and another there: all hold both, are told, and a close keeps one', async () => {
    const here = eve.change({ object: bob, root }, setting('name', 'Here'))
    const there = eve.change({ object: bob, root, clock: clockOf(Date.now() + 1000) }, setting('name', 'There'))
    lan.hub.cut(nameOf(owner), nameOf(other))
    await eve.disconnect(other)
    await eve.send(here)
    await eve.disconnect(owner)
    await eve.connect(other)
    await eve.send(there)
    expect(await both('name')).toEqual(['Here', 'There'])
    lan.hub.heal(nameOf(owner), nameOf(other))
    await lan.quiet()
    expect(await both('name')).toEqual(['There', 'There'])
    for (const { reports } of [owner, other]) {
      expect(reports.filter(([event]) => event === 'fork')).toEqual([['fork', expect.objectContaining({ author: eve.id, seq: 1, updates: [here.id, there.id].sort() })]])
    }
    await revoke([here.id])
    expect(await both('name')).toEqual(['Here', 'Here'])
    await expectEqual()
  })

  test('writes what its grant doesn\'t cover: nobody stores it', async () => {
    const stranger = await Attacker.start(lan)
    await stranger.connect(owner, other)
    const count = (await stored(owner, bob)).length
    const foul = [
      eve.change({ object: bob, root }, setting('salary', 'mine')),
      eve.change({ object: bob, root }, setting('name', 'fine'), setting('salary', 'mine')),
      eve.change({ object: bob, root, seq: 6 }, setting('name', 'one too many')),
      eve.change({ object: bob, root: { ...root, index: 7 } }, setting('name', 'no such grant')),
      eve.sign({ object: bob, author: eve.id, root, seq: 1, prev: root.id, clock: clockOf(Date.now()), supersedes: [], body: { kind: 'remove', via: null } }),
      stranger.change({ object: bob, root }, setting('name', 'another\'s grant'))
    ]
    for (const update of foul) await eve.send(update)
    for (const update of foul) expect(await verdicts(update, owner, other)).toEqual(['refused', 'refused'])
    for (const peer of [owner, other]) expect(await stored(peer, bob)).toHaveLength(count)
    expect(await both('name')).toEqual(['Bob', 'Bob'])
  })

  test('says that it replaces everything: it replaces what it writes itself', async () => {
    const known = (await stored(owner, bob)).map(({ id }) => id)
    const invented = 'ab'.repeat(32)
    await eve.send(eve.change({ object: bob, root, supersedes: [...known, invented].sort(), clock: 0n }, setting('notes', 'all gone')))
    expect(await both('name')).toEqual(['Bob', 'Bob'])
    expect(await both('salary')).toEqual([1, 1])
    expect(await both('notes')).toEqual(['all gone', 'all gone'])
  })

  test('dates itself to the end of time: it wins until somebody writes again, and is reported', async () => {
    await eve.send(eve.change({ object: bob, root, clock: 2n ** 64n - 1n }, setting('name', 'For ever')))
    expect(await both('name')).toEqual(['For ever', 'For ever'])
    expect(other.reports.filter(([event]) => event === 'clock')).not.toEqual([])
    await set(owner, bob, { name: 'Robert' })
    await lan.quiet()
    expect(await both('name')).toEqual(['Robert', 'Robert'])
    const [written] = (await stored(owner, bob)).filter(({ seq, author }) => author === null && seq > 0)
    expect(Number(written!.clock >> 16n)).toBeLessThan(Date.now() + 1000)
  })

  test('links to what isn\'t there: it waits, and holds up nobody', async () => {
    const writer = await newKey(other.keys, 'Person')
    await set(owner, bob, {}, { grants: [{ subject: writer, right: 'update' }] })
    await lan.quiet()
    const lost = Array.from({ length: 5 }, (_, i) => eve.change({ object: bob, root, seq: i + 1, prev: 'cd'.repeat(32) }, setting('name', 'Lost')))
    const rootless = Array.from({ length: 50 }, (_, i) => eve.change({ object: bob, root: { id: i.toString(16).padStart(64, '0'), index: 0 } }, setting('name', 'Lost')))
    await eve.send(...lost, ...rootless)
    await set(other, bob, { name: 'Robert' }, { caller: writer })
    await lan.quiet()
    expect(await both('name')).toEqual(['Robert', 'Robert'])
    for (const update of lost) expect(await verdicts(update, owner)).toEqual(['pending'])
    for (const update of rootless) expect(await verdicts(update, owner)).toEqual(['unknown'])
  })
})

function nameOf (peer: Peer): string {
  return peer.address.slice('memory:'.length)
}
