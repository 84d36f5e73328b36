import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Change } from '../../src/change.js'
import { Counter, Dict, Field, List } from '../../src/decorators/fields.js'
import { Model } from '../../src/decorators/model.js'
import { OnAuthorizedUpdate, OnUnauthorizedUpdate, OnUpdate, OnUpdated } from '../../src/decorators/hooks.js'
import { Entity } from '../../src/entity.js'
import { Listener } from '../../src/hooks/listener.js'
import { defineHooks } from '../../src/schema/define.js'
import { AFTER_HOOKS, BEFORE_HOOKS } from '../../src/schema/types.js'
import type { HookName } from '../../src/schema/types.js'
import { TestNetwork } from '../support/test-node.js'
import type { TestNode } from '../support/test-node.js'

@Model('Person')
class Person extends Entity {
  @Field() name!: string
  @Field(true) salary!: number
  @Field({ writable: 'anyone' }) note!: string
  @Field() nick!: string
  @List() tags!: List<string>
  @Dict() phones!: Dict<string>
  @Counter() visits!: Counter

  @OnAuthorizedUpdate('salary')
  check ({ after, reject }: Change<Person, 'salary'>) {
    if (after! < 0) reject('a salary is not negative')
  }
}

/** Writes down every hook that it hears. */
class Audit extends Listener {
  readonly log: string[] = []
}
const ALL: readonly HookName[] = [...BEFORE_HOOKS, ...AFTER_HOOKS]
for (const hook of ALL) {
  Object.defineProperty(Audit.prototype, hook, {
    value (this: Audit, { field, key }: Change) { this.log.push([hook, ...(field === undefined ? [] : [key === undefined ? field : `${field}.${key}`])].join(' ')) }
  })
}
defineHooks(Audit, ALL.map((hook) => ({ hook, method: hook })))

let network: TestNetwork
let a: TestNode
let b: TestNode

beforeEach(async () => {
  network = new TestNetwork()
  a = await network.start([Person])
  b = await network.start([Person])
})
afterEach(() => network.stop())

function auditOn (node: TestNode): Audit {
  const audit = new Audit()
  audit.apply('Person:[id]', node)
  audit.apply('Person:[id]:[field]', node)
  return audit
}

/** What both have heard since the last time. */
async function heard (...audits: Audit[]): Promise<string[][]> {
  await network.quiet()
  return audits.map(({ log }) => log.splice(0))
}

describe('where the object is owned, and elsewhere', () => {
  test('creation, updates, elements, deletions and removal reach exactly their hooks', async () => {
    const [own, other] = [auditOn(a), auditOn(b)]
    const bob = await a.orm.use(Person).create({ name: 'Bob' })
    expect(await heard(own, other)).toEqual([
      ['OnCreate', 'OnAuthorizedUpdate name', 'OnOwnedUpdate name', 'OnUpdate name', 'OnCreated', 'OnOwnedCreated', 'OnAuthorizedUpdated name', 'OnOwnedUpdated name', 'OnUpdated name'],
      ['OnCreate', 'OnAuthorizedUpdate name', 'OnUpdate name', 'OnCreated', 'OnAuthorizedUpdated name', 'OnUpdated name']
    ])

    bob.name = 'Robert'
    await bob.save()
    expect(await heard(other)).toEqual([['OnAuthorizedUpdate name', 'OnUpdate name', 'OnAuthorizedUpdated name', 'OnUpdated name']])

    bob.phones.set('home', '1')
    await bob.save()
    expect(await heard(other)).toEqual([['OnAuthorizedUpdate phones.home', 'OnUpdate phones.home', 'OnAuthorizedUpdated phones.home', 'OnUpdated phones.home']])

    bob.phones.delete('home')
    await bob.save()
    expect(await heard(other)).toEqual([['OnAuthorizedDelete phones.home', 'OnDelete phones.home', 'OnAuthorizedDeleted phones.home', 'OnDeleted phones.home']])

    bob.visits.add()
    await bob.save()
    expect(await heard(other)).toEqual([['OnAuthorizedUpdate visits', 'OnUpdate visits', 'OnAuthorizedUpdated visits', 'OnUpdated visits']])

    delete (bob as Partial<Person>).name
    await bob.save()
    expect(await heard(other)).toEqual([['OnAuthorizedDelete name', 'OnDelete name', 'OnAuthorizedDeleted name', 'OnDeleted name']])

    own.log.length = 0
    await bob.remove()
    expect(await heard(own, other)).toEqual([['OnAuthorizedRemove', 'OnOwnedRemove', 'OnRemove'], ['OnAuthorizedRemove', 'OnRemove']])
  })

  test('what is open to anyone reaches the Unauthorized ones', async () => {
    const bob = await a.orm.use(Person).create({ name: 'Bob' })
    await network.quiet()
    const [own, other] = [auditOn(a), auditOn(b)]
    const seen = await b.orm.use(Person).open(bob.id)
    seen.note = 'hello'
    await seen.save()
    expect(await heard(own, other)).toEqual([
      ['OnUnauthorizedUpdate note', 'OnOwnedUpdate note', 'OnUpdate note', 'OnUnauthorizedUpdated note', 'OnOwnedUpdated note', 'OnUpdated note'],
      ['OnUnauthorizedUpdate note', 'OnUpdate note', 'OnUnauthorizedUpdated note', 'OnUpdated note']
    ])
  })

  test('a listener that is revoked hears nothing', async () => {
    const audit = auditOn(a)
    audit.revoke('Person:[id]:[field]', a)
    await a.orm.use(Person).create({ name: 'Bob' })
    expect(await heard(audit)).toEqual([['OnCreate', 'OnCreated', 'OnOwnedCreated']])
    audit.revoke('Person:[id]', a)
    await a.orm.use(Person).create({ name: 'Al' })
    expect(await heard(audit)).toEqual([[]])
  })
})

describe('refusing', () => {
  test('a local save rejects with ORM_VETOED and nothing is written', async () => {
    const bob = await a.orm.use(Person).create({ name: 'Bob', salary: 100 })
    bob.salary = -1
    await expect(bob.save()).rejects.toMatchObject({ code: 'ORM_VETOED', cause: expect.objectContaining({ message: 'a salary is not negative' }) })
    expect(bob.$.dirty).toEqual(['salary'])
    expect((await a.orm.use(Person).get(bob.id))!.salary).toBe(100)
  })

  test('the first values of an object are looked at too, sealed ones included', async () => {
    await expect(a.orm.use(Person).create({ name: 'Bob', salary: -1 })).rejects.toMatchObject({ code: 'ORM_VETOED' })
    expect(await a.orm.use(Person).ids()).toEqual([])
  })

  test('a remote update is hidden here and shows elsewhere', async () => {
    class Guard extends Listener {
      @OnUpdate('name') block ({ after, reject }: Change<Person, 'name'>) { if (after === 'Mallory') reject('not him') }
    }
    new Guard().apply('Person:[id]:name', b)
    const bob = await a.orm.use(Person).create({ name: 'Bob' })
    bob.name = 'Mallory'
    await bob.save()
    await network.quiet()
    expect((await b.orm.use(Person).get(bob.id))!.name).toBe('Bob')
    expect((await a.orm.use(Person).get(bob.id))!.name).toBe('Mallory')
    expect(b.reported.filter(({ event }) => event === 'rejected')).toEqual([{ event: 'rejected', payload: expect.objectContaining({ code: 'ORM_VETOED', reason: 'not him', hook: 'OnUpdate (Guard.block)' }) }])
  })

  test('a before-hook may not save its object, an after-hook may', async () => {
    const codes: unknown[] = []
    class Busy extends Listener {
      @OnUpdate('name') async before ({ object }: Change<Person, 'name'>) {
        const again = await a.orm.use(Person).get(object.id)
        if (again === undefined) return
        again.nick = 'B'
        await again.save().catch(({ code }) => codes.push(code))
      }

      @OnUpdated('name') async after ({ object, after }: Change<Person, 'name'>) {
        const again = (await a.orm.use(Person).get(object.id))!
        again.nick = after![0]!
        await again.save()
      }
    }
    const bob = await a.orm.use(Person).create({ name: 'Bob' })
    new Busy().apply('Person:[id]:name', a)
    bob.name = 'Robert'
    await bob.save()
    await network.quiet()
    expect(codes).toEqual(['ORM_REENTRANT'])
    expect((await a.orm.use(Person).get(bob.id))!.nick).toBe('R')
  })
})

describe('a proposal', () => {
  async function propose (): Promise<{ answers: unknown, id: string }> {
    const bob = await a.orm.use(Person).create({ name: 'Bob' })
    await network.quiet()
    const seen = await b.orm.use(Person).open(bob.id)
    seen.nick = 'Bobby'
    await expect(seen.save()).rejects.toMatchObject({ code: 'ORM_NOT_AUTHORIZED' })
    const answers = (await seen.save({ propose: true })).map(({ answer, reason }) => ({ answer, reason }))
    await network.quiet()
    return { answers, id: bob.id }
  }

  test('that no hook accepts is refused, and has been heard', async () => {
    const audit = auditOn(a)
    const { answers, id } = await propose()
    expect(answers).toEqual([{ answer: 'refused', reason: expect.any(String) }])
    expect(audit.log.filter((line) => line.endsWith(' nick'))).toEqual(['OnUnauthorizedUpdate nick', 'OnOwnedUpdate nick', 'OnUpdate nick'])
    expect((await a.orm.use(Person).get(id))!.nick).toBeUndefined()
  })

  test('that a hook accepts comes back as an authorised update with via', async () => {
    class Door extends Listener {
      @OnUnauthorizedUpdate('nick') async open ({ accept, proposal }: Change<Person, 'nick'>) { if (proposal) await accept() }
    }
    class Witness extends Listener {
      readonly seen: Pick<Change, 'after' | 'authorized' | 'via' | 'proposal'>[] = []
      @OnUpdated('nick') see ({ after, authorized, via, proposal }: Change<Person, 'nick'>) { this.seen.push({ after, authorized, via, proposal }) }
    }
    new Door().apply('Person:[id]:nick', a)
    const witness = new Witness()
    witness.apply('Person:[id]:nick', b)
    const { answers, id } = await propose()
    expect(answers).toEqual([{ answer: 'accepted', reason: undefined }])
    expect((await b.orm.use(Person).get(id))!.nick).toBe('Bobby')
    expect(witness.seen).toEqual([{ after: 'Bobby', authorized: true, proposal: false, via: { id: expect.any(String), author: b.engine.self } }])
  })

  test('one reject beats an accept', async () => {
    class Door extends Listener {
      @OnUnauthorizedUpdate('nick') async open ({ accept }: Change<Person, 'nick'>) { await accept() }
      @OnUpdate('nick') close ({ reject }: Change<Person, 'nick'>) { reject('no nicknames') }
    }
    new Door().apply('Person:[id]:nick', a)
    const { answers, id } = await propose()
    expect(answers).toEqual([{ answer: 'refused', reason: 'no nicknames' }])
    expect((await a.orm.use(Person).get(id))!.nick).toBeUndefined()
  })
})
