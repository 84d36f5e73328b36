import { describe, expect, test } from '@jest/globals'
import { Sealed, isDinemicError } from '@dinemic/core'
import { Ref } from '../../src/collections/ref.js'
import { Entity } from '../../src/entity.js'
import { define, defineHooks } from '../../src/schema/define.js'
import type { HookSchema } from '../../src/schema/types.js'
import { CALLER, PERSON, changeOf, hookRig, seal, setField } from './hook-rig.js'
import type { Heard } from './hook-rig.js'

const ANY = 'Person:[id]:[field]'

class Company extends Entity {}
define(Company, 'Company', {})

const seen: [self: unknown, change: Heard][] = []

class Person extends Entity {
  onName (change: Heard) { seen.push([this, change]) }
}
define(Person, 'Person', {
  name: { name: 'n' }, salary: true, age: {}, employer: { kind: 'ref', target: () => Company },
  tags: { kind: 'list' }, phones: { kind: 'dict' }, visits: { kind: 'counter' }
}, { hooks: [{ hook: 'OnUpdate', method: 'onName', field: 'name' }, { hook: 'OnUpdated', method: 'onName', field: 'name' }] as never })

/** A listener made of one function. */
function listener (hook: HookSchema['hook'], hear: (change: Heard) => unknown, field?: string): object {
  class Hears { hear (change: Heard) { return hear(change) } }
  defineHooks(Hears, [{ hook, method: 'hear', ...(field === undefined ? {} : { field }) }])
  return new Hears()
}

function rigWith (hook: HookSchema['hook'], hear: (change: Heard) => unknown, filter = ANY) {
  const rig = hookRig([Person, Company])
  const heard = listener(hook, hear)
  rig.hooks.apply(heard, filter)
  return { ...rig, heard }
}

const NAMED = changeOf({ fields: [setField('n', 'Bob', 'Al')] })

describe('what a hook receives', () => {
  test('the change in the names of the class, on the entity itself', async () => {
    const { hooks, hydrated } = hookRig([Person])
    seen.length = 0
    await hooks.before(changeOf({ fields: [setField('n', 'Bob', 'Al'), setField('age', 5)], local: true, cause: 'local', owned: true }))
    expect(seen).toHaveLength(1)
    const [self, change] = seen[0]!
    expect(self).toBeInstanceOf(Person)
    expect(self).toBe(change.object)
    expect(change).toMatchObject({
      field: 'name', key: undefined, index: undefined, before: 'Al', after: 'Bob', caller: CALLER, authorized: true, owned: true,
      local: true, cause: 'local', creation: false, via: undefined, proposal: false, update: NAMED.update
    })
    expect(hydrated.map(({ id }) => id)).toEqual([PERSON])
  })

  test('elements with key and index, refs as Ref, counters as numbers, undeclared fields under their stored name', async () => {
    const changes: Heard[] = []
    const { hooks } = rigWith('OnUpdated', (change) => changes.push(change))
    await hooks.after(changeOf({
      fields: [
        { type: 'set', field: 'tags', slot: 'list', key: 'e1', index: 2, before: 'a', after: 'b' },
        { type: 'set', field: 'phones', slot: 'dict', key: 'home', before: undefined, after: '123' },
        setField('employer', CALLER),
        { type: 'set', field: 'visits', slot: 'counter', before: 1n, after: 2n ** 70n },
        setField('nick', 'B')
      ]
    }))
    expect(changes.map(({ field, key, index, before, after }) => [field, key, index, before, after])).toEqual([
      ['tags', 'e1', 2, 'a', 'b'],
      ['phones', 'home', undefined, undefined, '123'],
      ['employer', undefined, undefined, undefined, expect.any(Ref)],
      ['visits', undefined, undefined, 1, Number.MAX_SAFE_INTEGER],
      ['nick', undefined, undefined, undefined, 'B']
    ])
    expect((changes[2]!.after as Ref).id).toBe(CALLER)
  })

  test('a value in the clear where a key is here, Sealed where none is or it is damaged', async () => {
    const values: unknown[] = []
    const { hooks } = rigWith('OnUpdate', ({ before, after }) => values.push(before, after))
    await hooks.before(changeOf({
      fields: [
        setField('salary', seal('new'), seal('?')),
        { type: 'set', field: 'phones', slot: 'dict', key: 'home', before: seal('!'), after: seal('number') }
      ]
    }))
    expect(values).toEqual([expect.any(Sealed), 'new at salary/register/', expect.any(Sealed), 'number at phones/dict/home'])
  })

  test('at a creation the public key, and creation: true with each first value', async () => {
    const created: Heard[] = []
    const rig = hookRig([Person])
    rig.hooks.apply(listener('OnCreate', (change) => created.push(change)), 'Person:[id]')
    rig.hooks.apply(listener('OnUpdate', (change) => created.push(change)), ANY)
    await rig.hooks.before(changeOf({ created: true, fields: [setField('age', 5)] }))
    expect(created.map(({ field, key, before, after, creation }) => ({ field, key, before, after, creation }))).toEqual([
      { field: undefined, key: PERSON.slice('Person:'.length), before: undefined, after: undefined, creation: true },
      { field: 'age', key: undefined, before: undefined, after: 5, creation: true }
    ])
  })
})

describe('who is called', () => {
  test('nothing is read where nobody listens', async () => {
    const { hooks, hydrated } = hookRig([Person])
    await hooks.before(changeOf({ fields: [setField('age', 5)] }))
    await hooks.after(changeOf({ fields: [setField('age', 5)] }))
    expect(hydrated).toEqual([])
  })

  test('listeners in the order in which they were applied, each awaited before the next', async () => {
    const log: string[] = []
    const { hooks } = hookRig([Person])
    for (const name of ['first', 'second']) {
      hooks.apply(listener('OnUpdate', async () => {
        log.push(`${name} begins`)
        await Promise.resolve()
        log.push(`${name} ends`)
      }), ANY)
    }
    await hooks.before(NAMED)
    expect(log).toEqual(['first begins', 'first ends', 'second begins', 'second ends'])
  })

  test('once for a change, however many filters match and however often they were applied', async () => {
    let calls = 0
    const { hooks, heard } = rigWith('OnUpdate', () => calls++)
    hooks.apply(heard, ANY)
    hooks.apply(heard, 'Person:[id]:name')
    await hooks.before(NAMED)
    expect(calls).toBe(1)

    hooks.revoke(heard, ANY)
    await hooks.before(NAMED)
    expect(calls).toBe(2)

    hooks.revoke(heard, 'Person:[id]:name')
    hooks.revoke(heard, 'Person:[id]:name')
    await hooks.before(NAMED)
    expect(calls).toBe(2)
  })

  test('a listener once, even if its hook revokes and applies it again', async () => {
    let calls = 0
    const { hooks, heard } = rigWith('OnUpdate', () => {
      if (++calls > 5) return
      hooks.revoke(heard, ANY)
      hooks.apply(heard, ANY)
    })
    await hooks.before(NAMED)
    expect(calls).toBe(1)
  })

  test('nobody that an earlier hook of the same change has revoked', async () => {
    let calls = 0
    const { hooks, heard } = rigWith('OnUpdate', () => calls++)
    const first = listener('OnAuthorizedUpdate', () => hooks.revoke(heard, ANY))
    hooks.apply(first, ANY)
    await hooks.before(NAMED)
    expect(calls).toBe(0)
  })

  test('a method with a field only for that field, by the name of the property', async () => {
    const fields: string[] = []
    const { hooks } = hookRig([Person])
    hooks.apply(listener('OnUpdate', ({ field }) => fields.push(field), 'name'), ANY)
    await hooks.before(changeOf({ fields: [setField('age', 1), setField('n', 'Bob')] }))
    expect(fields).toEqual(['name'])
  })

  test('nobody for a model that this node does not have', async () => {
    let calls = 0
    const { hooks } = rigWith('OnUpdate', () => calls++, '*:[id]:[field]')
    await hooks.before(changeOf({ object: PERSON.replace('Person', 'Stranger'), fields: [setField('n', 'Bob')] }))
    expect(calls).toBe(0)
    expect(hooks.wantsAfter('Stranger')).toBe(false)
  })

  test('wantsAfter is true where a model has an after-hook, or a listener with one has a filter for it', () => {
    const { hooks, heard } = rigWith('OnUpdated', () => {}, 'Comp*:[id]:[field]')
    expect([hooks.wantsAfter('Person'), hooks.wantsAfter('Company')]).toEqual([true, true])
    hooks.revoke(heard, 'Comp*:[id]:[field]')
    hooks.apply(listener('OnUpdate', () => {}), 'Company:[id]:*')
    expect(hooks.wantsAfter('Company')).toBe(false)
  })
})

describe('refusing', () => {
  test('by throwing: that is what the engine is told, and no further hook runs', async () => {
    let calls = 0
    const error = new Error('no')
    const { hooks } = rigWith('OnAuthorizedUpdate', () => { throw error })
    hooks.apply(listener('OnUpdate', () => calls++), ANY)
    await expect(hooks.before(NAMED)).rejects.toBe(error)
    expect(calls).toBe(0)
  })

  test('by reject, with the reason as the text', async () => {
    const { hooks } = rigWith('OnUpdate', ({ reject }) => reject('not like this'))
    await expect(hooks.before(NAMED)).rejects.toMatchObject({ code: 'ORM_VETOED', message: 'not like this', details: { hook: 'OnUpdate', object: PERSON } })
  })

  test('by reject, even if the hook catches what it throws', async () => {
    const { hooks } = rigWith('OnUpdate', async ({ reject }) => {
      await Promise.resolve()
      try { reject('hidden') } catch { /* the point of this test */ }
    })
    await expect(hooks.before(NAMED)).rejects.toMatchObject({ message: 'hidden' })
  })

  test('by taking longer than the limit', async () => {
    let release = () => {}
    const { hooks, platform } = rigWith('OnUpdate', () => new Promise<void>((resolve) => {
      release = resolve
      platform.pass(4999)
      queueMicrotask(() => platform.pass(1))
    }))
    await expect(hooks.before(NAMED)).rejects.toMatchObject({ code: 'ORM_HOOK_TIMEOUT' })
    release()
    expect(platform.pending).toBe(0)
  })

  test('no timer outlives a hook that was in time', async () => {
    const { hooks, platform } = rigWith('OnUpdate', () => {})
    await hooks.before(NAMED)
    expect(platform.pending).toBe(0)
  })

  test('reject says so where the change is decided already', async () => {
    const late: Heard[] = []
    const { hooks, reported } = rigWith('OnUpdate', (change) => late.push(change))
    await hooks.before(NAMED)
    expect(() => late[0]!.reject('too late')).toThrow(expect.objectContaining({ code: 'ORM_TOO_LATE' }))
    hooks.apply(listener('OnUpdated', ({ reject }) => reject('too late')), ANY)
    await hooks.after(NAMED)
    expect(reported).toEqual([expect.objectContaining({ code: 'ORM_HOOK_FAILED', cause: expect.objectContaining({ code: 'ORM_TOO_LATE' }) })])
  })

  test('without an attached host every change is refused', async () => {
    const { HookDispatcher } = await import('../../src/hooks/dispatcher.js')
    await expect(new HookDispatcher().before(NAMED)).rejects.toMatchObject({ code: 'ORM_NO_NODE' })
  })
})

describe('accepting a proposal', () => {
  const proposal = (accept: () => Promise<void>) => ({ ...NAMED, authorized: false, accept })

  test('endorses it, once, whoever else accepts it', async () => {
    let endorsed = 0
    const { hooks } = rigWith('OnUnauthorizedUpdate', async ({ accept, proposal }) => {
      expect(proposal).toBe(true)
      await accept()
      await accept()
    })
    hooks.apply(listener('OnUnauthorizedUpdate', ({ accept }) => accept()), ANY)
    await hooks.before(proposal(async () => { endorsed++ }))
    expect(endorsed).toBe(1)
  })

  test('names the fields that the class encrypts, as they are stored', async () => {
    const named: unknown[] = []
    const { hooks } = rigWith('OnUnauthorizedUpdate', ({ accept }) => accept())
    await hooks.before({ ...NAMED, authorized: false, accept: async encrypted => { named.push(encrypted) } })
    expect(named).toEqual([['salary']])
  })

  test('one reject beats it, also a later one', async () => {
    const { hooks } = rigWith('OnUnauthorizedUpdate', ({ accept }) => accept())
    hooks.apply(listener('OnUpdate', ({ reject }) => reject('no')), ANY)
    await expect(hooks.before(proposal(async () => {}))).rejects.toMatchObject({ message: 'no' })
  })

  test('that this node may not sign for refuses it, awaited or not', async () => {
    const denied = new Error('no key')
    const { hooks } = rigWith('OnUnauthorizedUpdate', ({ accept }) => { void accept() })
    await expect(hooks.before(proposal(() => Promise.reject(denied)))).rejects.toBe(denied)
  })

  test.each<[string, HookSchema['hook'], object]>([
    ['of an update', 'OnUnauthorizedUpdate', {}],
    ['in another hook', 'OnUpdate', { accept: async () => {} }]
  ])('%s is ORM_NOT_AUTHORIZED', async (_title, hook, more) => {
    const { hooks } = rigWith(hook, ({ accept }) => accept())
    await expect(hooks.before({ ...NAMED, authorized: false, ...more })).rejects.toMatchObject({ code: 'ORM_NOT_AUTHORIZED' })
  })
})

test('what after-hooks throw is reported with the name of the hook, and stops nobody', async () => {
  let calls = 0
  const error = new Error('broken')
  const { hooks, reported } = rigWith('OnUpdated', () => { throw error })
  hooks.apply(listener('OnUpdated', () => calls++), ANY)
  await hooks.after(NAMED)
  expect(calls).toBe(1)
  expect(reported).toHaveLength(1)
  const [report] = reported
  expect(isDinemicError(report, 'ORM_HOOK_FAILED') && [report.cause, report.details.hook, report.details.method]).toEqual([error, 'OnUpdated', 'Hears.hear'])
})
