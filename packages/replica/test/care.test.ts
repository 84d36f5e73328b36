import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { DinemicError, needsKeys, usableEpoch } from '@dinemic/core'
import type { Commit, ObjectId } from '@dinemic/core'
import { MemoryKeyRing, MemoryStore } from '@dinemic/core/testing'
import { Lan, create, nameOf, newKey, read, set } from './harness.js'
import type { Peer } from './harness.js'

/** Tells how each commit was made; if told to, takes nothing more of objects after one has entered the list of care. */
class WatchedStore extends MemoryStore {
  readonly synced: boolean[] = []
  failing = false
  #failed = false

  override async commit (commit: Commit, options: { sync?: boolean } = {}): Promise<void> {
    if (commit.objects.length > 0) {
      if (this.#failed) throw new DinemicError('STORE_IO', 'the disk is gone')
      this.synced.push(options.sync ?? false)
    }
    await super.commit(commit, options)
    this.#failed ||= this.failing && (commit.settings ?? []).some(({ name, value }) => name.startsWith('care/') && value !== null)
  }

  mend (): void {
    this.failing = this.#failed = false
  }
}

const reading = (subject: ObjectId): { subject: ObjectId, right: 'read' } => ({ subject, right: 'read' })

let lan: Lan
beforeEach(() => { lan = new Lan() })
afterEach(async () => { await lan.stop() })

async function listed (store: MemoryStore): Promise<number> {
  const rows = await Promise.all(Array.from({ length: 16 }, async (_, i) => await store.setting(`care/${i}`)))
  return rows.filter(row => row !== undefined).length
}

/** Two devices of one owner each shut out another reader while apart; `device` hears of it last. */
async function revokedTwice (device: Peer): Promise<{ owner: Peer, bob: ObjectId, kept: ObjectId }> {
  const owner = await lan.peer()
  const [one, two, kept] = await Promise.all([1, 2, 3].map(async () => await newKey(owner.keys, 'Person')))
  const bob = await create(owner, { salary: 1 }, { sealed: ['salary'], grants: [one!, two!, kept!].map(reading) })
  await device.connect(owner)
  await device.replica.adopt(bob, (await owner.keys.get(bob))!)
  await lan.quiet()
  lan.hub.cut(nameOf(owner), nameOf(device))
  await set(owner, bob, {}, { revokes: [{ subject: one!, rights: ['read'] }] })
  await set(device, bob, {}, { revokes: [{ subject: two!, rights: ['read'] }] })
  return { owner, bob, kept: kept! }
}

test('what makes a need for keys and what meets it go with the list of them', async () => {
  const device = await lan.peer()
  const { owner, bob, kept } = await revokedTwice(device)
  expect(await listed(device.store)).toBe(0)
  lan.hub.heal()
  await device.connect(owner)
  await lan.quiet()
  await set(owner, bob, { salary: 2 }, { encrypted: ['salary'] })
  await lan.quiet()
  expect(await read(owner, bob, 'salary', kept)).toBe(2)
  expect([await listed(owner.store), await listed(device.store)]).toEqual([0, 0])
})

test('a process that dies between the two leaves it to the next one, which needs no news to see it', async () => {
  const [store, keys] = [new WatchedStore(), new MemoryKeyRing()]
  const device = await lan.peer({ store, keys })
  const { owner, bob, kept } = await revokedTwice(device)
  store.failing = true
  await lan.tell(device, 'Person', (await owner.store.updates(bob)).at(-1)!.frame)
  expect(needsKeys((await device.replica.state(bob))!)).toBe(true)
  expect(await listed(store)).toBe(1)
  await lan.stop()

  store.mend()
  lan = new Lan()
  const next = await lan.peer({ store, keys })
  const mended = new Promise<void>(resolve => {
    next.replica.onCommit(({ after }) => { if (after !== undefined && !needsKeys(after)) resolve() })
  })
  await mended
  expect(await listed(store)).toBe(0)
  await set(next, bob, { salary: 3 }, { encrypted: ['salary'] })
  const state = (await next.replica.state(bob))!
  expect([...state.wraps.values()].filter(({ subject, epoch }) => subject === kept && epoch === usableEpoch(state)!.id)).toHaveLength(1)
})

test('an object that a caller has removed is seen to as well: its owner may bring it back', async () => {
  const device = await lan.peer()
  const { owner, bob, kept } = await revokedTwice(device)
  lan.hub.heal()
  await set(owner, bob, {}, { grants: [{ subject: kept, right: 'remove' }] })
  await set(owner, bob, {}, { caller: kept, remove: true })
  expect(await owner.replica.state(bob)).toBeUndefined()
  await device.connect(owner)
  await lan.quiet()
  const hidden = (await owner.replica.state(bob, { removed: true }))!
  expect(hidden.epochs.size).toBeGreaterThan(3)
  expect(needsKeys(hidden)).toBe(false)
})

test('a key that comes from another device brings its needs with it', async () => {
  const device = await lan.peer()
  const { owner, bob } = await revokedTwice(device)
  const third = await lan.peer()
  for (const peer of [owner, device]) {
    await lan.tell(third, 'Person', ...(await peer.store.updates(bob)).map(({ frame }) => frame))
  }
  expect(needsKeys((await third.replica.state(bob))!)).toBe(true)
  await third.replica.adopt(bob, (await owner.keys.get(bob))!)
  await lan.quiet()
  expect(needsKeys((await third.replica.state(bob))!)).toBe(false)
  expect(await listed(third.store)).toBe(0)
})

test('what ends a grant or begins an epoch is on the disk before anybody hears of it, other saves when the system likes', async () => {
  const store = new WatchedStore()
  const owner = await lan.peer({ store })
  const reader = await newKey(owner.keys, 'Person')
  const bob = await create(owner, { name: 'Bob' }, { grants: [reading(reader)] })
  await set(owner, bob, { name: 'Robert' })
  expect(store.synced.splice(0)).toEqual([false, false])
  await set(owner, bob, { salary: 1 }, { encrypted: ['salary'] })
  await set(owner, bob, { salary: 2 })
  expect(store.synced.splice(0)).toEqual([true, false])
  await set(owner, bob, {}, { revokes: [{ subject: reader, rights: ['read'] }] })
  expect(store.synced.splice(0)).toEqual([true])
})
