import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { clockOf, concatBytes, encode } from '@dinemic/core'
import type { GrantRef, ObjectId, Sealed } from '@dinemic/core'
import { Lan, allHashes, create, newKey, read, set } from '../harness.js'
import type { Peer } from '../harness.js'
import { decodeAnswer, encodeRequest } from '../../src/sync/messages.js'
import { Attacker, grantOf, malleated, setting, stored, verdicts } from './attacker.js'

const MODELS = ['Person', 'Company']

/** Eve may write `notes`, `salary` and `phone` of Bob, but not read. Behind the other node is a third, which Eve can't reach. */
let lan: Lan
let owner: Peer
let other: Peer
let behind: Peer
let eve: Attacker
let bob: ObjectId
let root: GrantRef

beforeEach(async () => {
  lan = new Lan()
  owner = await lan.peer({ models: MODELS })
  other = await lan.peer({ models: MODELS })
  behind = await lan.peer()
  eve = await Attacker.start(lan)
  await other.connect(owner)
  await behind.connect(other)
  bob = await create(owner, { name: 'Bob', salary: 1234 }, { sealed: ['salary', 'notes'], grants: [{ subject: eve.id, right: 'update', fields: ['notes', 'salary', 'phone'] }] })
  await eve.connect(owner, other)
  await behind.replica.wait(bob)
  root = await grantOf(owner, bob, eve.id)
})

afterEach(async () => { await lan.stop() })

const salary = async (): Promise<Sealed> => (await owner.replica.state(bob))!.fields.get('salary')!.register[0]!.value as Sealed
const expectEqual = async () => { expect(new Set(await allHashes(bob, owner, other, behind)).size).toBe(1) }

describe('what is sealed', () => {
  test('and moved to another field doesn\'t open there', async () => {
    await eve.send(eve.change({ object: bob, root }, { op: 'set', field: 'notes', value: await salary() }))
    await expect(read(owner, bob, 'notes')).rejects.toMatchObject({ code: 'ORM_FIELD_CORRUPT' })
    expect(await read(owner, bob, 'salary')).toBe(1234)
    await expectEqual()
  })

  test('is not replaced by a value in the clear, which is ignored and told', async () => {
    await eve.send(eve.change({ object: bob, root, clock: clockOf(Date.now() + 60_000) }, setting('salary', 'in the clear')))
    expect(await read(owner, bob, 'salary')).toBe(1234)
    expect(other.reports).toContainEqual(['conflict', expect.objectContaining({ object: bob, field: 'salary' })])
    await expectEqual()
  })
})

describe('bytes', () => {
  test('of the same signature in another form, or with damage, are nobody\'s; the good ones come in after them', async () => {
    const good = eve.change({ object: bob, root }, setting('phone', '555-1'))
    const damaged = good.frame.slice()
    damaged[damaged.length - 3]! ^= 1
    for (const bad of [malleated(good), damaged, concatBytes(good.frame, new Uint8Array(1)), good.frame.subarray(0, 100)]) await eve.send(bad)
    expect(await verdicts(good, owner, other)).toEqual(['unknown', 'unknown'])
    const friend = await Attacker.start(lan)
    await friend.connect(owner, other)
    await friend.send(good)
    expect(await verdicts(good, owner, other, behind)).toEqual(['ok', 'ok', 'ok'])
    expect((await stored(owner, bob)).find(({ id }) => id === good.id)!.frame).toEqual(good.frame)
  })

  test('that were signed for another network are nothing here', async () => {
    const draft = { object: bob, author: eve.id, root, seq: 1, prev: root.id, clock: clockOf(Date.now()), supersedes: [], body: { kind: 'change' as const, operations: [setting('phone', '555-1')], via: null } }
    const foreign = eve.sign(draft, 'another network')
    const count = (await stored(other, bob)).length
    await eve.send(foreign)
    expect(await verdicts(foreign, owner, other)).toEqual(['unknown', 'unknown'])
    expect(await stored(other, bob)).toHaveLength(count)
  })

  test('sent again, in any order, change nothing', async () => {
    await set(owner, bob, { name: 'Robert' })
    await lan.quiet()
    const before = await allHashes(bob, owner, other, behind)
    const frames = await stored(owner, bob)
    for (const frame of [...frames].reverse()) await eve.send(frame)
    await eve.send(...frames, ...frames)
    expect(await allHashes(bob, owner, other, behind)).toEqual(before)
    expect(await stored(other, bob)).toHaveLength(frames.length)
  })

  test('of what its owner removed bring nothing back', async () => {
    const frames = await stored(owner, bob)
    await set(owner, bob, {}, { remove: true })
    await lan.quiet()
    await eve.send(...frames, eve.change({ object: bob, root }, setting('phone', '555-1')))
    for (const peer of [owner, other, behind]) {
      expect(await peer.replica.state(bob)).toBeUndefined()
      expect((await stored(peer, bob)).map(({ kind }) => kind)).toEqual(['remove'])
    }
  })
})

describe('a message', () => {
  test('with one bad update among nine good ones brings the nine, everywhere, and the bad one nowhere', async () => {
    const strangers = await Promise.all(Array.from({ length: 9 }, async () => await Attacker.start(lan)))
    const good = strangers.map(stranger => stranger.create())
    const bad = eve.change({ object: bob, root }, setting('name', 'not covered'))
    await eve.send(...good.slice(0, 5), bad, ...good.slice(5))
    for (const update of good) expect(await verdicts(update, owner, other, behind)).toEqual(['ok', 'ok', 'ok'])
    expect(await verdicts(bad, owner, other, behind)).toEqual(['refused', 'refused', 'unknown'])
  })

  test('with one update of another model among nine good ones brings the nine, everywhere, and is passed on by nobody', async () => {
    const strangers = await Promise.all(Array.from({ length: 9 }, async () => await Attacker.start(lan)))
    const good = strangers.map(stranger => stranger.create())
    const foreign = (await stored(owner, await create(owner, { name: 'Acme' }, { model: 'Company' })))[0]!
    await lan.quiet()
    const before = other.reports.length
    await eve.send(...good.slice(0, 5), foreign, ...good.slice(5))
    for (const update of good) expect(await verdicts(update, owner, other, behind)).toEqual(['ok', 'ok', 'ok'])
    expect(other.reports.slice(before)).toContainEqual(['rejected', expect.objectContaining({ code: 'REPLICA_BAD_MESSAGE', reason: expect.stringContaining('another model') })])
    expect(behind.reports.filter(([event]) => event === 'rejected')).toEqual([])
  })

  test.each([['an integer', 7], ['a text', 'frame'], ['a list', [1, [2]]], ['no bytes at all', new Uint8Array(0)]])('with %s among nine good ones brings the nine, and is passed on by nobody', async (_what, item) => {
    const strangers = await Promise.all(Array.from({ length: 9 }, async () => await Attacker.start(lan)))
    const good = strangers.map(stranger => stranger.create())
    const frames = good.map(({ frame }) => frame)
    await eve.sendData('Person', encode([...frames.slice(0, 5), item, ...frames.slice(5)]))
    for (const update of good) expect(await verdicts(update, owner, other, behind)).toEqual(['ok', 'ok', 'ok'])
    expect(other.reports.filter(([event]) => event === 'rejected')).toHaveLength(1)
    expect(behind.reports.filter(([event]) => event === 'rejected')).toEqual([])
  })

  test('under another model\'s topic reaches nobody, and keeps nobody from the same one under its own', async () => {
    const update = eve.change({ object: bob, root }, setting('phone', '555-1'))
    await eve.sendUnder('Company', update)
    expect(await verdicts(update, owner, other)).toEqual(['unknown', 'unknown'])
    await eve.send(update)
    expect(await verdicts(update, owner, other)).toEqual(['ok', 'ok'])
  })
})

describe('an owner', () => {
  test('who gives two closes of one grant keeps what both keep; of two that grant, both stand', async () => {
    const first = eve.change({ object: bob, root }, setting('phone', '555-1'))
    const second = eve.change({ object: bob, root, after: first }, setting('phone', '555-2'))
    await eve.send(first, second)
    await other.replica.adopt(bob, (await owner.keys.get(bob))!)
    lan.hub.cut(nameOf(owner), nameOf(other))
    const [here, there] = [await newKey(owner.keys, 'Person'), await newKey(other.keys, 'Person')]
    await set(owner, bob, {}, { revokes: [{ subject: eve.id, rights: ['update'], keep: [first.id] }], grants: [{ subject: here, right: 'update' }] })
    await set(other, bob, {}, { revokes: [{ subject: eve.id, rights: ['update'], keep: [second.id] }], grants: [{ subject: there, right: 'update' }] })
    lan.hub.heal(nameOf(owner), nameOf(other))
    await lan.quiet()
    expect(await verdicts(first, owner, other, behind)).toEqual(['ok', 'ok', 'ok'])
    expect(await verdicts(second, owner, other, behind)).toEqual(['revoked', 'revoked', 'revoked'])
    await set(owner, bob, { name: 'By one' }, { caller: here })
    await lan.quiet()
    await set(other, bob, { name: 'By the other' }, { caller: there })
    await lan.quiet()
    expect(await read(behind, bob, 'name')).toBe('By the other')
    await expectEqual()
  })
})

describe('proposals', () => {
  test('of one peer are looked at so far and no further, and are stored by nobody', async () => {
    const count = (await stored(owner, bob)).length
    const ofOwner = await Promise.all(Array.from({ length: 60 }, async (_, i) => decodeAnswer(await eve.ask(owner, encodeRequest({ ask: 'propose', frame: eve.proposal(bob, setting('name', `Bob ${i}`)).frame })))))
    expect(ofOwner.every(({ answer }) => answer === 'refused')).toBe(true)
    expect(ofOwner.filter(({ reason }) => /too many proposals/.test(reason ?? '')).length).toBeGreaterThan(0)
    expect(await stored(owner, bob)).toHaveLength(count)
    expect(await read(owner, bob, 'name')).toBe('Bob')
  })
})

function nameOf (peer: Peer): string {
  return peer.address.slice('memory:'.length)
}
