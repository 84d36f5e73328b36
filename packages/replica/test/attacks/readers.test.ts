import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Sealed, clockOf, signUpdate, usableEpoch } from '@dinemic/core'
import type { GrantRef, ObjectId, Operation, WireValue } from '@dinemic/core'
import { Lan, allHashes, create, newKey, read, set } from '../harness.js'
import type { Peer } from '../harness.js'
import { Attacker, binding, grantOf, stored } from './attacker.js'

const reading = (subject: ObjectId): { subject: ObjectId, right: 'read' } => ({ subject, right: 'read' })
const ended = (subject: ObjectId): { subject: ObjectId, rights: ['read'] } => ({ subject, rights: ['read'] })
const sealedAway = expect.objectContaining({ code: 'ORM_FIELD_SEALED' })

let lan: Lan
let owner: Peer
let other: Peer
let reader: ObjectId
let bob: ObjectId

/** Bob's salary and codes are encrypted, for a reader whose key is on the other node. */
beforeEach(async () => {
  lan = new Lan()
  ;[owner, other] = [await lan.peer(), await lan.peer()]
  await other.connect(owner)
  reader = await newKey(other.keys, 'Person')
  bob = await create(owner, { salary: 1234 }, { sealed: ['salary', 'codes', 'list'], grants: [reading(reader)] })
  await other.replica.wait(bob)
})

afterEach(async () => { await lan.stop() })

async function write (object: ObjectId, ...operations: Operation[]): Promise<void> {
  await owner.replica.write([{ object, caller: object, base: (await owner.replica.state(object))!, operations, encrypted: [] }])
  await lan.quiet()
}

async function salaryOf (object: ObjectId): Promise<Sealed> {
  return (await owner.replica.state(object))!.fields.get('salary')!.register[0]!.value as Sealed
}

/** What the reader gets of a place. */
async function opened (place: { field: string, slot: 'register' | 'dict' | 'list', element?: string }, valueOf: (state: NonNullable<Awaited<ReturnType<Peer['replica']['state']>>>) => WireValue | undefined): Promise<unknown> {
  const state = (await other.replica.state(bob))!
  return (await other.replica.reader(state, reader)).open(place, valueOf(state)!)
}

describe('a ciphertext that somebody with a right to write moves', () => {
  let eve: Attacker
  let root: GrantRef

  beforeEach(async () => {
    eve = await Attacker.start(lan)
    await set(owner, bob, {}, { grants: [{ subject: eve.id, right: 'update' }] })
    await eve.connect(owner, other)
    root = await grantOf(owner, bob, eve.id)
  })

  test('to the key of a dict, from one key to another, or to an element opens nowhere, and the rest still does', async () => {
    await write(bob, { op: 'put', field: 'codes', key: 'home', value: '1111' })
    const home = (await owner.replica.state(bob))!.fields.get('codes')!.dict.get('home')![0]!.value as Sealed
    await eve.send(eve.change({ object: bob, root },
      { op: 'put', field: 'codes', key: 'work', value: home }, { op: 'put', field: 'codes', key: 'salary', value: await salaryOf(bob) },
      { op: 'insert', field: 'list', element: 'e1', position: 'A.B', value: home }))
    for (const key of ['work', 'salary']) {
      await expect(opened({ field: 'codes', slot: 'dict', element: key }, ({ fields }) => fields.get('codes')!.dict.get(key)![0]!.value)).rejects.toMatchObject({ code: 'ORM_FIELD_CORRUPT' })
    }
    await expect(opened({ field: 'list', slot: 'list', element: 'e1' }, ({ fields }) => fields.get('list')!.list.get('e1')!.value[0]!.value)).rejects.toMatchObject({ code: 'ORM_FIELD_CORRUPT' })
    expect(await opened({ field: 'codes', slot: 'dict', element: 'home' }, ({ fields }) => fields.get('codes')!.dict.get('home')![0]!.value)).toBe('1111')
    expect(await read(other, bob, 'salary', reader)).toBe(1234)
  })

  test('from another object of the same owner and reader stays closed', async () => {
    const ann = await create(owner, { salary: 99 }, { sealed: ['salary'], grants: [reading(reader)] })
    await lan.quiet()
    await eve.send(eve.change({ object: bob, root }, { op: 'set', field: 'salary', value: await salaryOf(ann) }))
    await expect(read(other, bob, 'salary', reader)).rejects.toThrow(sealedAway)
    expect(await read(other, ann, 'salary', reader)).toBe(99)
  })

  test('under another epoch\'s name, or to an epoch that is none, opens nowhere and stops nobody from writing it again', async () => {
    const { nonce, boxed } = await salaryOf(bob)
    const second = await newKey(owner.keys, 'Person')
    await set(owner, bob, {}, { grants: [reading(second)] })
    await set(owner, bob, {}, { revokes: [ended(second)] })
    const { id } = usableEpoch((await owner.replica.state(bob))!)!
    for (const epoch of [id, 'ab'.repeat(32)]) {
      await eve.send(eve.change({ object: bob, root, clock: clockOf(Date.now() + 1000) }, { op: 'set', field: 'salary', value: new Sealed({ epoch, nonce: nonce.map(byte => byte ^ 1), boxed }) }))
    }
    await expect(read(other, bob, 'salary', reader)).rejects.toThrow(expect.objectContaining({ code: expect.stringMatching(/^ORM_FIELD_(SEALED|CORRUPT)$/) }))
    await set(owner, bob, { salary: 5 })
    await lan.quiet()
    expect(await read(other, bob, 'salary', reader)).toBe(5)
    expect(new Set(await allHashes(bob, owner, other)).size).toBe(1)
  })
})

describe('a former reader', () => {
  test('who comes back by a new grant reads what was written meanwhile, and after that one\'s end nothing newer', async () => {
    await set(owner, bob, { salary: 2 }, { revokes: [ended(reader)] })
    await lan.quiet()
    await expect(read(other, bob, 'salary', reader)).rejects.toThrow(sealedAway)
    await set(owner, bob, {}, { grants: [reading(reader)] })
    await lan.quiet()
    expect(await read(other, bob, 'salary', reader)).toBe(2)
    await set(owner, bob, { salary: 3 }, { revokes: [ended(reader)] })
    await lan.quiet()
    await expect(read(other, bob, 'salary', reader)).rejects.toThrow(sealedAway)
  })

  test('gets nothing by a wrap that he makes for himself: only the owner\'s count', async () => {
    await set(owner, bob, { salary: 2 }, { revokes: [ended(reader)] })
    await lan.quiet()
    const updates = await stored(owner, bob)
    const mine = updates.flatMap(({ body }) => 'grants' in body ? body.grants.flatMap(({ wrap }) => wrap ?? []) : [])[0]!
    const forged = signUpdate(binding, (await other.keys.get(reader))!, {
      object: bob, author: null, root: null, seq: updates.at(-1)!.seq + 1, prev: updates.at(-1)!.id, clock: clockOf(Date.now()), supersedes: [],
      body: { kind: 'keys', epoch: null, wraps: [{ epoch: usableEpoch((await owner.replica.state(bob))!)!.id, subject: reader, boxed: mine.boxed }], encrypted: [] }
    })
    await lan.tell(owner, 'Person', forged.frame)
    expect(owner.reports).toContainEqual(['rejected', expect.objectContaining({ code: 'REPLICA_BAD_SIGNATURE' })])
    expect([...(await owner.replica.state(bob))!.wraps.values()].filter(({ subject }) => subject === reader)).toHaveLength(1)
    await expect(read(other, bob, 'salary', reader)).rejects.toThrow(sealedAway)
  })
})
