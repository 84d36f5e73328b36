import { afterEach, expect, test } from '@jest/globals'
import { Listener, OnAuthorizedUpdated, OnUnauthorizedUpdate, filter } from '../src/index.js'
import type { Change, LiveQuery } from '../src/index.js'
import { Person } from './support/models.js'
import { Rig } from './support/rig.js'

const rig = new Rig()
afterEach(rig.end)

test('what one node creates the other opens by its id', async () => {
  const [a, b] = await rig.pair()
  const bob = await a.use(Person).create({ name: 'Bob', salary: 1234 })
  const seen = await b.use(Person).open(bob.id)
  expect(seen.name).toBe('Bob')
  expect(() => seen.salary).toThrow(expect.objectContaining({ code: 'ORM_FIELD_SEALED' }))
  expect(bob.salary).toBe(1234)
})

test('who is authorised reads and writes what is encrypted, and the owner hears of it', async () => {
  const heard: unknown[] = []
  class Audit extends Listener {
    @OnAuthorizedUpdated('salary') hear ({ before, after, caller, local, cause }: Change<Person, 'salary'>): void {
      heard.push({ before, after, caller, local, cause })
    }
  }
  const [a, b] = await rig.pair()
  const chief = await b.use(Person).create({ name: 'Chief' })
  const worker = await a.use(Person).create({ name: 'Bob', salary: 1234 }, { authorized: [chief.id] })
  new Audit().apply(filter(Person, { id: worker, field: 'salary' }), a)
  const mine = await b.use(Person).open(worker.id, { as: chief })
  expect(mine.salary).toBe(1234)

  mine.salary = 2000
  await mine.save()
  await firstRows(a.use(Person).live({ where: { salary: 2000 } }))
  await a.idle()
  expect(heard).toEqual([{ before: 1234, after: 2000, caller: chief.id, local: false, cause: 'remote' }])
})

test('a proposal is refused unless a hook accepts it', async () => {
  class Desk extends Listener {
    @OnUnauthorizedUpdate('tags') refuse ({ reject }: Change): void { reject('no tags from outside') }
    @OnUnauthorizedUpdate('name') async accept ({ proposal, accept }: Change): Promise<void> { if (proposal) await accept() }
  }
  const [a, b] = await rig.pair({ listeners: [[new Desk(), 'Person:[id]:[field]']] })
  const bob = await a.use(Person).create({ name: 'Bob' })
  const seen = await b.use(Person).open(bob.id)

  seen.tags.push('nice')
  expect(await seen.save({ propose: true })).toEqual([{ peer: a.id, answer: 'refused', reason: 'no tags from outside' }])
  seen.$.discard()
  seen.name = 'Rob'
  expect(await seen.save({ propose: true })).toEqual([{ peer: a.id, answer: 'accepted' }])
  const [changed] = await firstRows(b.use(Person).live({ where: { name: 'Rob' } }))
  const last = (await changed!.$.history()).at(-1)
  expect([last?.kind, last?.author]).toEqual(['change', bob.id])
})

test('what is open to anyone takes anybody\'s change', async () => {
  const [a, b] = await rig.pair()
  const bob = await a.use(Person).create({ name: 'Bob' })
  const seen = await b.use(Person).open(bob.id)
  seen.nickname = 'Bobby'
  await seen.save()
  const [changed] = await firstRows(a.use(Person).live({ where: { nickname: 'Bobby' } }))
  expect(changed?.id).toBe(bob.id)
})

/** Waits until a live query has any. */
async function firstRows<T> (live: LiveQuery<T>): Promise<T[]> {
  for await (const rows of live) {
    if (rows.length > 0) return rows
  }
  return []
}
