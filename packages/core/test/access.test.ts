import { describe, expect, test } from '@jest/globals'
import { admissionOf, can, coversField, grantsTo, openGrants, readersOf } from '../src/access.js'
import { emptyState } from '../src/merge/apply.js'
import { SortedMap } from '../src/sorted-map.js'
import type { ObjectState } from '../src/state-types.js'
import type { GrantRef, ObjectId } from '../src/types.js'
import type { Body, Grant, Operation, Update } from '../src/update-types.js'
import { refKey } from '../src/verdict/link.js'
import { CALLERS, OBJECT, STRANGERS, grantTo, hashOf } from './verdict/world.js'

const [caller, other] = CALLERS
const [stranger] = STRANGERS
const root: GrantRef = { id: hashOf('genesis'), index: 2 }
const all = grantTo(caller)
const named = { ...all, fields: ['name', 'tags'] }
const open = { ...named, subject: null, limit: 2 }

const change = (...operations: Operation[]): Body => ({ kind: 'change', operations, via: null })
const set = (field: string): Operation => ({ op: 'set', field, value: 1 })
const EVERY_OPERATION: Operation[] = [
  set('age'), { op: 'delete', field: 'age' }, { op: 'put', field: 'age', key: 'a', value: 1 }, { op: 'drop', field: 'age', key: 'a' },
  { op: 'insert', field: 'age', element: 'e', position: 'a.B', value: 1 }, { op: 'replace', field: 'age', element: 'e', value: 1 },
  { op: 'move', field: 'age', element: 'e', position: 'a.B' }, { op: 'remove', field: 'age', element: 'e' }, { op: 'add', field: 'age', amount: 1 }
]

function updateOf (body: Body, { author = caller as ObjectId | null, seq = 1 } = {}): Update {
  return {
    id: hashOf('x'), object: OBJECT, version: 1, kind: body.kind === 'unknown' ? undefined : body.kind, author,
    root: author === null ? null : root, seq, prev: root.id, clock: 1n, supersedes: [], frame: new Uint8Array(), body
  }
}

const admitted = (update: Update, grant: Grant | null | undefined): string => admissionOf(update, ref => ref === update.root ? grant : undefined).is

describe('admission', () => {
  const TABLE: [string, Update, Grant, 'admitted' | 'refused'][] = [
    ['a change under a grant to update', updateOf(change(set('name'))), all, 'admitted'],
    ['a change under one to read', updateOf(change(set('name'))), { ...all, right: 'read' }, 'refused'],
    ['a change under one to remove', updateOf(change(set('name'))), { ...all, right: 'remove' }, 'refused'],
    ['a remove under one to remove', updateOf({ kind: 'remove', via: null }), { ...all, right: 'remove' }, 'admitted'],
    ['a remove under one to update', updateOf({ kind: 'remove', via: null }), all, 'refused'],
    ['a remove under one to read', updateOf({ kind: 'remove', via: null }), { ...all, right: 'read' }, 'refused'],
    ['fields that it names', updateOf(change(set('name'), set('tags'))), named, 'admitted'],
    ['one field outside', updateOf(change(set('name'), set('age'))), named, 'refused'],
    ['another\'s grant', updateOf(change(set('name')), { author: other }), all, 'refused'],
    ['a grant to anyone', updateOf(change(set('name')), { author: stranger }), open, 'admitted'],
    ['a grant to anyone, up to its limit', updateOf(change(set('name')), { author: stranger, seq: 2 }), open, 'admitted'],
    ['a grant to anyone, beyond it', updateOf(change(set('name')), { author: stranger, seq: 3 }), open, 'refused'],
    ['a remove under a grant to anyone', updateOf({ kind: 'remove', via: null }, { author: stranger }), open, 'refused'],
    ['an unknown kind, whatever the right', updateOf({ kind: 'unknown' }), { ...all, right: 'read' }, 'admitted'],
    ['an unknown kind under another\'s grant', updateOf({ kind: 'unknown' }, { author: other }), all, 'refused'],
    ['an unknown kind beyond the limit', updateOf({ kind: 'unknown' }, { seq: 3 }), { ...all, limit: 2 }, 'refused'],
    ['what only the owner writes', updateOf({ kind: 'grant', grant: all }), all, 'refused'],
    ['a close', updateOf({ kind: 'close', grant: root, heads: [], epoch: null }), all, 'refused'],
    ['keys', updateOf({ kind: 'keys', epoch: null, wraps: [], encrypted: [] }), all, 'refused']
  ]

  test.each(TABLE)('%s', (_, update, grant, expected) => {
    expect(admitted(update, grant)).toBe(expected)
  })

  test.each(EVERY_OPERATION)('$op writes its field', operation => {
    expect(admitted(updateOf(change(operation)), named)).toBe('refused')
    expect(admitted(updateOf(change(operation)), { ...named, fields: ['age'] })).toBe('admitted')
  })

  test('the owner cites no grant and never waits', () => {
    expect(admitted(updateOf(change(set('name')), { author: null }), undefined)).toBe('admitted')
    expect(admitted(updateOf({ kind: 'close', grant: root, heads: [], epoch: null }, { author: null }), undefined)).toBe('admitted')
  })

  test('a caller waits for the update with its grant; where that has none there, it is refused', () => {
    expect(admissionOf(updateOf(change()), () => undefined)).toEqual({ is: 'waits', for: root.id })
    expect(admitted(updateOf(change()), null)).toBe('refused')
  })

  test('a proposal is never admitted', () => {
    expect(admissionOf({ ...updateOf(change(set('name'))), root: null, seq: 0, prev: null }, () => all).is).toBe('refused')
  })
})

describe('who may', () => {
  const ref = (index: number): GrantRef => ({ id: root.id, index })
  const grants = [all, grantTo(caller, 'read'), grantTo(other, 'read'), { ...grantTo(other), fields: ['name'] }, { ...grantTo(null), fields: ['nickname'] }, grantTo(caller, 'read'), grantTo(other, 'remove')]
  const state: ObjectState = { ...emptyState(OBJECT), grants: SortedMap.from(grants.map((grant, index) => [refKey(ref(index)), { ref: ref(index), grant, clock: 1n }])) }
  const closed = (...indexes: number[]): ObjectState => ({ ...state, closes: SortedMap.from(indexes.map(index => [hashOf(`close ${index}`), { update: hashOf(`close ${index}`), grant: ref(index) }])) })

  test('a grant is open while no close names it', () => {
    expect(openGrants(state)).toHaveLength(7)
    expect(openGrants(closed(0, 3)).map(grant => grant.ref.index)).toEqual([1, 2, 4, 5, 6])
    expect(openGrants(closed(77))).toHaveLength(7)
    expect(grantsTo(closed(1), caller, 'read').map(grant => grant.ref.index)).toEqual([5])
    expect(grantsTo(state, null, 'update').map(grant => grant.ref.index)).toEqual([4])
  })

  test('readers are each named once, until their last grant is closed', () => {
    expect(readersOf(state)).toEqual([caller, other].sort())
    expect(readersOf(closed(1))).toEqual([caller, other].sort())
    expect(readersOf(closed(1, 5))).toEqual([other])
  })

  test.each([
    ['the owner may all', state, OBJECT, 'remove', undefined, true],
    ['a caller every field', state, caller, 'update', 'age', true],
    ['but not what it has no grant for', state, caller, 'remove', undefined, false],
    ['a caller its field', state, other, 'update', 'name', true],
    ['no other field', state, other, 'update', 'age', false],
    ['anyone what is open', state, stranger, 'update', 'nickname', true],
    ['some field', state, stranger, 'update', undefined, true],
    ['no other', state, stranger, 'update', 'name', false],
    ['nor read', state, stranger, 'read', undefined, false],
    ['nobody what was closed', closed(0, 4), caller, 'update', 'nickname', false]
  ] as const)('%s', (_, given, who, right, field, expected) => {
    expect(can(given, who, right, field)).toBe(expected)
  })

  test('a grant without fields covers all', () => {
    expect([coversField(all, 'x'), coversField(named, 'x'), coversField(named, 'tags')]).toEqual([true, false, true])
  })
})
