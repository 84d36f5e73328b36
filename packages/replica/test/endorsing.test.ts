import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Sealed, bindNetwork, clockOf, sealValue, signUpdate, usableEpoch } from '@dinemic/core'
import type { ObjectId, Operation } from '@dinemic/core'
import { MemoryStore } from '@dinemic/core/testing'
import { decodeAnswer, encodeRequest } from '../src/sync/messages.js'
import { Lan, create, nameOf, newKey, provider, read, set } from './harness.js'
import type { Peer } from './harness.js'

const binding = bindNetwork(provider, 'test')
const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))
const reading = (subject: ObjectId): { subject: ObjectId, right: 'read' } => ({ subject, right: 'read' })

let lan: Lan
let owner: Peer
let bob: ObjectId
let [shutOut, kept, stranger]: ObjectId[] = []
let oldEpoch: string

/** An object of which somebody could read, and may no more. */
beforeEach(async () => {
  lan = new Lan()
  owner = await lan.peer()
  ;[shutOut, kept, stranger] = await Promise.all([1, 2, 3].map(async () => await newKey(owner.keys, 'Person')))
  bob = await create(owner, { salary: 1 }, { sealed: ['salary'], grants: [shutOut!, kept!].map(reading) })
  oldEpoch = usableEpoch((await owner.replica.state(bob))!)!.id
  await set(owner, bob, {}, { revokes: [{ subject: shutOut!, rights: ['read'] }] })
  owner.hooks.onBefore = async change => { await change.accept?.() }
})

afterEach(async () => { await lan.stop() })

function sealed (field: string, value: string, { epoch = oldEpoch, sealedFor = field } = {}): Operation {
  return { op: 'set', field, value: sealValue(provider, { epoch, place: { object: bob, field: sealedFor, slot: 'register' }, value, random }) }
}

/** Has a stranger propose these to a peer, and gives the answer. */
async function propose (peer: Peer, ...operations: Operation[]): Promise<{ answer: string, reason?: string }> {
  const { frame } = signUpdate(binding, (await owner.keys.get(stranger!))!, {
    object: bob, author: stranger!, root: null, seq: 0, prev: null, clock: clockOf(Date.now()), supersedes: [], body: { kind: 'change', operations, via: null }
  })
  return decodeAnswer(await lan.ask(peer, encodeRequest({ ask: 'propose', frame })))
}

async function shownAt (peer: Peer, field: string): Promise<unknown> {
  return (await peer.replica.state(bob))!.fields.get(field)?.register[0]?.value
}

describe('what a proposal brings encrypted', () => {
  test('is sealed anew, out of reach for whom the proposer didn\'t know to be shut out', async () => {
    expect(await propose(owner, sealed('salary', 'more'))).toEqual({ answer: 'accepted' })
    expect(await read(owner, bob, 'salary', kept)).toBe('more')
    await expect(read(owner, bob, 'salary', shutOut)).rejects.toThrow(expect.objectContaining({ code: 'ORM_FIELD_SEALED' }))
  })

  test('or in the clear, in a field that the class of who accepts encrypts, is encrypted from then on', async () => {
    owner.hooks.onBefore = async change => { await change.accept?.(['notes']) }
    expect(await propose(owner, { op: 'set', field: 'notes', value: 'mine' }, { op: 'set', field: 'name', value: 'Bob' })).toEqual({ answer: 'accepted' })
    expect([await shownAt(owner, 'notes'), await shownAt(owner, 'name')]).toEqual([expect.any(Sealed), 'Bob'])
    expect(await read(owner, bob, 'notes', kept)).toBe('mine')
    expect((await owner.replica.state(bob))!.encrypted.has('notes')).toBe(true)
  })

  test('stays encrypted where the object does not ask for it', async () => {
    expect(await propose(owner, sealed('notes', 'mine'))).toEqual({ answer: 'accepted' })
    expect(await shownAt(owner, 'notes')).toBeInstanceOf(Sealed)
    expect(await read(owner, bob, 'notes', kept)).toBe('mine')
    expect([...(await owner.replica.state(bob))!.encrypted.keys()]).toEqual(['salary'])
  })

  test('is encrypted where the object asks for it and the proposer did not', async () => {
    expect(await propose(owner, { op: 'set', field: 'salary', value: 'clear' })).toEqual({ answer: 'accepted' })
    expect(await shownAt(owner, 'salary')).toBeInstanceOf(Sealed)
  })

  test('is refused where it was made for another place', async () => {
    expect(await propose(owner, sealed('salary', 'moved', { sealedFor: 'diary' }))).toEqual({ answer: 'refused', reason: expect.stringContaining('Person.salary') })
    expect(await read(owner, bob, 'salary', kept)).toBe(1)
  })

  test('is refused under an epoch that nobody knows', async () => {
    expect(await propose(owner, sealed('salary', 'lost', { epoch: 'ab'.repeat(32) }))).toMatchObject({ answer: 'refused', reason: expect.stringContaining('encrypted') })
  })
})

test('who may write and not read endorses what is sealed with the newest key, and nothing else', async () => {
  const clerk = await lan.peer()
  const writer = await newKey(clerk.keys, 'Person')
  await set(owner, bob, {}, { grants: [{ subject: writer, right: 'update' }] })
  await clerk.connect(owner)
  await clerk.replica.wait(bob)
  await lan.quiet()
  clerk.hooks.onBefore = async change => { await change.accept?.() }
  expect(await propose(clerk, sealed('salary', 'old key'))).toEqual({ answer: 'refused', reason: expect.stringContaining(writer) })

  const epoch = usableEpoch((await clerk.replica.state(bob))!)!.id
  expect(await propose(clerk, sealed('salary', 'new key', { epoch }))).toEqual({ answer: 'accepted' })
  await lan.quiet()
  expect(await read(owner, bob, 'salary', kept)).toBe('new key')
})

test.each([['asks its peers for the chain that it continues, after a crash', false], ['asks nobody after a stop', true]])('who accepts %s', async (_, stoppedWell) => {
  const [behind, full] = [new MemoryStore(), await lan.peer()]
  await full.connect(owner)
  await lan.quiet()
  const stale = await lan.peer({ store: behind })
  await lan.tell(stale, 'Person', ...(await owner.store.updates(bob)).map(({ frame }) => frame))
  await set(owner, bob, { name: 'lost here with the machine' })
  await lan.quiet()
  await owner.stop()
  await stale.stop()
  if (!stoppedWell) await behind.commit({ objects: [], settings: [{ name: 'running', value: Uint8Array.of(1) }] })
  const back = await lan.peer({ store: behind, keys: owner.keys })
  back.hooks.onBefore = async change => { await change.accept?.() }
  // It knows of nobody's sets yet: only what it asks for comes before it writes.
  await back.connect(full)
  expect(await propose(back, { op: 'set', field: 'nick', value: 'B' })).toEqual({ answer: 'accepted' })
  await lan.quiet()
  expect(back.asked.filter(({ to, request }) => to === nameOf(full) && request.ask === 'object')).toHaveLength(stoppedWell ? 0 : 1)
  if (!stoppedWell) expect(await back.replica.forks(bob)).toEqual([])
})

test('where nothing is encrypted a caller is told that the owner has to begin', async () => {
  const open = await create(owner, { name: 'Bob' }, { grants: [{ subject: kept!, right: 'update' }] })
  await expect(set(owner, open, { notes: 'mine' }, { caller: kept!, encrypted: ['notes'] }))
    .rejects.toMatchObject({ code: 'ORM_EPOCH_PENDING', message: expect.stringContaining('nothing of it is encrypted') })
})
