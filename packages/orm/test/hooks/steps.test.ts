import { describe, expect, test } from '@jest/globals'
import type { FieldChange, ObjectChange } from '@dinemic/replica'
import { Entity } from '../../src/entity.js'
import { defineHooks, define } from '../../src/schema/define.js'
import { AFTER_HOOKS, BEFORE_HOOKS } from '../../src/schema/types.js'
import type { HookName, HookSchema } from '../../src/schema/types.js'
import { changeOf, hookRig, setField } from './hook-rig.js'

const log: string[] = []
const ALL: readonly HookName[] = [...BEFORE_HOOKS, ...AFTER_HOOKS]

class Person extends Entity {}
class Audit {}

/** A method for each of the 23 hooks, which writes down that it was called. */
function hear (target: typeof Person | typeof Audit, who: string): HookSchema[] {
  for (const hook of ALL) {
    Object.defineProperty(target.prototype, hook, { value: () => { log.push(who + hook) } })
  }
  return ALL.map((hook) => ({ hook, method: hook }))
}

const fields = { name: {}, tags: { kind: 'list' }, phones: { kind: 'dict' }, visits: { kind: 'counter' } } as const
define(Person, 'Person', fields, { hooks: hear(Person, '') as never })
defineHooks(Audit, hear(Audit, 'audit:'))

const name = setField('name', 'Bob')
const deleted: FieldChange = { type: 'delete', field: 'name', slot: 'register', before: 'Bob', after: undefined }
const element: FieldChange = { type: 'set', field: 'tags', slot: 'list', key: 'e1', index: 0, before: undefined, after: 'lead' }
const dropped: FieldChange = { type: 'delete', field: 'phones', slot: 'dict', key: 'home', before: '1', after: undefined }
const counted: FieldChange = { type: 'set', field: 'visits', slot: 'counter', before: 1n, after: 2n }

const CREATION = { created: true, fields: [name] }
const REMOVAL = { removed: true }

/** What api.md says, written out: who reads this table reads the contract. */
const table: [string, Partial<ObjectChange>, before: HookName[], after: HookName[]][] = [
  ['a creation elsewhere', CREATION,
    ['OnCreate', 'OnAuthorizedUpdate', 'OnUpdate'],
    ['OnCreated', 'OnAuthorizedUpdated', 'OnUpdated']],
  ['a creation here', { ...CREATION, owned: true },
    ['OnCreate', 'OnAuthorizedUpdate', 'OnOwnedUpdate', 'OnUpdate'],
    ['OnCreated', 'OnOwnedCreated', 'OnAuthorizedUpdated', 'OnOwnedUpdated', 'OnUpdated']],
  ['a creation without values', { created: true, owned: true }, ['OnCreate'], ['OnCreated', 'OnOwnedCreated']],

  ['an authorised set', { fields: [name] }, ['OnAuthorizedUpdate', 'OnUpdate'], ['OnAuthorizedUpdated', 'OnUpdated']],
  ['an authorised set of an own object', { owned: true, fields: [name] },
    ['OnAuthorizedUpdate', 'OnOwnedUpdate', 'OnUpdate'], ['OnAuthorizedUpdated', 'OnOwnedUpdated', 'OnUpdated']],
  ['an unauthorised set', { authorized: false, fields: [name] }, ['OnUnauthorizedUpdate', 'OnUpdate'], ['OnUnauthorizedUpdated', 'OnUpdated']],
  ['an unauthorised set of an own object', { authorized: false, owned: true, fields: [name] },
    ['OnUnauthorizedUpdate', 'OnOwnedUpdate', 'OnUpdate'], ['OnUnauthorizedUpdated', 'OnOwnedUpdated', 'OnUpdated']],

  ['an authorised delete', { fields: [deleted] }, ['OnAuthorizedDelete', 'OnDelete'], ['OnAuthorizedDeleted', 'OnDeleted']],
  ['an authorised delete of an own object', { owned: true, fields: [deleted] },
    ['OnAuthorizedDelete', 'OnOwnedDelete', 'OnDelete'], ['OnAuthorizedDeleted', 'OnOwnedDeleted', 'OnDeleted']],
  ['an unauthorised delete', { authorized: false, fields: [deleted] }, ['OnUnauthorizedDelete', 'OnDelete'], ['OnUnauthorizedDeleted', 'OnDeleted']],
  ['an unauthorised delete of an own object', { authorized: false, owned: true, fields: [deleted] },
    ['OnUnauthorizedDelete', 'OnOwnedDelete', 'OnDelete'], ['OnUnauthorizedDeleted', 'OnOwnedDeleted', 'OnDeleted']],

  ['a list element set', { fields: [element] }, ['OnAuthorizedUpdate', 'OnUpdate'], ['OnAuthorizedUpdated', 'OnUpdated']],
  ['a dict key deleted', { fields: [dropped] }, ['OnAuthorizedDelete', 'OnDelete'], ['OnAuthorizedDeleted', 'OnDeleted']],
  ['a counter added to', { fields: [counted] }, ['OnAuthorizedUpdate', 'OnUpdate'], ['OnAuthorizedUpdated', 'OnUpdated']],
  ['several fields, one after another', { fields: [name, dropped] },
    ['OnAuthorizedUpdate', 'OnUpdate', 'OnAuthorizedDelete', 'OnDelete'], ['OnAuthorizedUpdated', 'OnUpdated', 'OnAuthorizedDeleted', 'OnDeleted']],

  ['an authorised removal', REMOVAL, ['OnAuthorizedRemove', 'OnRemove'], []],
  ['an authorised removal of an own object', { ...REMOVAL, owned: true }, ['OnAuthorizedRemove', 'OnOwnedRemove', 'OnRemove'], []],
  ['an unauthorised removal', { ...REMOVAL, authorized: false }, ['OnUnauthorizedRemove', 'OnRemove'], []],
  ['an unauthorised removal of an own object', { ...REMOVAL, authorized: false, owned: true }, ['OnUnauthorizedRemove', 'OnOwnedRemove', 'OnRemove'], []],

  ['an update that changes nothing visible', {}, [], []]
]

describe.each(table)('%s', (_title, parts, before, after) => {
  test('calls its hooks and no others, on the model and then on the listener', async () => {
    const { hooks, reported } = hookRig([Person])
    const audit = new Audit()
    hooks.apply(audit, 'Person:[id]')
    hooks.apply(audit, 'Person:[id]:[field]')
    log.length = 0

    await hooks.before(changeOf(parts))
    expect(log).toEqual(before.flatMap((hook) => [hook, `audit:${hook}`]))

    log.length = 0
    await hooks.after(changeOf(parts))
    expect(log).toEqual(after.flatMap((hook) => [hook, `audit:${hook}`]))
    expect(reported).toEqual([])
  })
})

test('between them the changes above reach each of the 23 hooks', () => {
  const reached = new Set(table.flatMap(([, , before, after]) => [...before, ...after]))
  expect([...reached].sort()).toEqual([...ALL].sort())
  expect(reached.size).toBe(23)
})
