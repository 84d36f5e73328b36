import fc from 'fast-check'
import { utf8, bytesToHex } from '../../src/bytes.js'
import { clockOf } from '../../src/clock.js'
import { formatId } from '../../src/ids.js'
import { nativeProvider } from '../../src/keys/native.js'
import type { GrantRef, ObjectId, UpdateId } from '../../src/types.js'
import { KINDS, Sealed } from '../../src/update-types.js'
import type { Body, Epoch, Grant, Head, Operation, Update, Wrap } from '../../src/update-types.js'
import { cellsOf } from '../../src/update/operations.js'
import { chainKey, refKey } from '../../src/verdict/link.js'

/**
 * Random histories of one object, with everything that a hostile or unlucky writer can bring about: forks, bad links, wrong
 * seqs, links to nothing, closes with any heads, unknown kinds, later versions, several geneses, removals. Unsigned: what is at stake here is
 * what the rules make of them.
 */
export const idOf = (model: string, number: number): ObjectId => formatId(model, nativeProvider.publicKey(new Uint8Array(32).fill(number)))
export const hashOf = (text: string): UpdateId => bytesToHex(nativeProvider.sha256(utf8(text)))

export const OBJECT = idOf('Person', 1)
export const CALLERS = [idOf('Person', 2), idOf('Node', 3)] as const
export const STRANGERS = [idOf('Node', 4), idOf('Node', 5), idOf('Person', 6)] as const
/** What the first genesis grants: twice to one caller, to another, to anyone, and once to remove. */
const FIRST_GRANTS: readonly Grant[] = [grantTo(CALLERS[0]), grantTo(CALLERS[1]), grantTo(null), grantTo(CALLERS[0]), grantTo(CALLERS[1], 'remove'), grantTo(null)]

export interface Step { readonly what: number, readonly who: number, readonly pick: number, readonly twist: number, readonly heads: readonly { readonly pick: number, readonly twist: number }[], readonly operations: readonly number[], readonly supersedes: readonly number[] }

const number = fc.nat({ max: 4095 })

export const anyStep: fc.Arbitrary<Step> = fc.record({
  what: number,
  who: number,
  pick: number,
  twist: number,
  heads: fc.array(fc.record({ pick: number, twist: number }), { maxLength: 3 }),
  operations: fc.array(number, { maxLength: 4 }),
  supersedes: fc.array(number, { maxLength: 3 })
})

export const anySteps = fc.array(anyStep, { minLength: 4, maxLength: 45, size: 'max' })
/** Keys to sort by: an order of arrival. */
export const anyOrder = fc.noShrink(fc.array(number, { minLength: 64, maxLength: 64 }))

export function inOrder<T> (items: readonly T[], order: readonly number[]): T[] {
  return items.map((item, i) => ({ item, key: order[i % order.length]! * 64 + i % 64 })).sort((a, b) => a.key - b.key).map(({ item }) => item)
}

export function grantTo (subject: ObjectId | null, right: Grant['right'] = 'update'): Grant {
  return { subject, right, fields: null, limit: null, wrap: null }
}

/** The history that the steps make, in the order in which it was made: nothing follows what comes after it. */
export function history (steps: readonly Step[]): Update[] {
  const updates: Update[] = [makeGenesis(0, steps[0]!, FIRST_GRANTS)]
  for (const [i, step] of steps.entries()) updates.push(makeUpdate(updates, i + 1, step))
  return updates
}

function makeUpdate (earlier: readonly Update[], number: number, step: Step): Update {
  const what = step.what % 24
  if (what === 0) return makeGenesis(number, step, [grantTo(null), grantTo(CALLERS[1])])
  const owner = what < 10
  const grant = owner ? null : someGrant(earlier, step)
  // Mostly the same stranger: chains of one update don't fork.
  const author = grant === null ? null : grant.subject ?? STRANGERS[Math.max(0, (step.who >> 4) % 6 - 3)]!
  const place = placeOf(earlier, step, { author, root: grant?.ref ?? null })
  const body = owner ? ownersBody(earlier, what, step) : callersBody(what, step)
  return finish(number, step, { ...place, author, root: grant?.ref ?? null, body })
}

/** Rather one under which there is something already. */
function someGrant (earlier: readonly Update[], { who, twist }: Step): { ref: GrantRef, subject: ObjectId | null } {
  const all = grantsOf(earlier)
  const used = new Set(earlier.flatMap(({ root }) => root === null ? [] : [refKey(root)]))
  const inUse = all.filter(({ ref }) => used.has(refKey(ref)))
  return pick(inUse.length > 0 && (twist >> 6) % 3 > 0 ? inUse : all, who)
}

function makeGenesis (number: number, step: Step, grants: readonly Grant[]): Update {
  const encrypted = step.twist % 3 === 0 ? ['secret'] : []
  const place = { author: null, root: null, seq: 0, prev: null }
  // Not the first: what grants nothing brings no callers.
  if (number > 0 && step.twist % 5 === 0) return finish(number, step, { ...place, body: { kind: 'unknown' } })
  return finish(number, step, { ...place, body: { kind: 'genesis', operations: operationsOf(step), grants, encrypted, epoch: null } })
}

function finish (number: number, step: Step, made: Pick<Update, 'author' | 'root' | 'seq' | 'prev' | 'body'>): Update {
  // Few clocks, so that many are equal; pointers to anything, the unknown and what is still to come included.
  const supersedes = [...new Set(step.supersedes.map(at => at % 8 === 0 ? hashOf(`unknown ${at}`) : hashOf(`update ${at % (number + 3)}`)))].sort()
  const id = hashOf(`update ${number}`)
  return {
    ...made,
    id,
    object: OBJECT,
    ...made.body.kind === 'unknown' ? foreign(made, step) : { kind: made.body.kind, version: 1 },
    clock: clockOf(step.pick % 5),
    supersedes: supersedes.filter(target => target !== id),
    frame: new Uint8Array()
  }
}

/** Of a kind that nobody knows yet, or a kind that is known in a version that isn't. */
function foreign ({ seq, author }: Pick<Update, 'seq' | 'author'>, { twist, pick: at }: Step): Pick<Update, 'kind' | 'version'> {
  if (seq === 0) return { kind: 'genesis', version: 2 }
  if (twist % 2 === 0) return { kind: undefined, version: 1 }
  const kinds = KINDS.filter(kind => kind !== 'genesis' && (kind !== 'remove' || author !== null))
  return { kind: kinds[at % kinds.length], version: 2 }
}

function ownersBody (earlier: readonly Update[], what: number, step: Step): Body {
  switch (what) {
    case 1: case 2: case 3: return closeBody(earlier, step)
    case 4: return { kind: 'grant', grant: step.twist % 4 === 0 ? readGrantOf(step) : grantTo([...CALLERS, null][step.pick % 3]!) }
    case 5: return { kind: 'keys', epoch: epochOf(step), wraps: step.heads.map(({ pick: at }) => wrapOf(at)), encrypted: step.twist % 2 === 0 ? ['sealed', 'secret'] : [] }
    case 6: return { kind: 'unknown' }
    default: return { kind: 'change', operations: operationsOf(step), via: viaOf(step) }
  }
}

function callersBody (what: number, step: Step): Body {
  if (what === 10) return { kind: 'unknown' }
  if (what === 11) return { kind: 'remove', via: viaOf(step) }
  return { kind: 'change', operations: operationsOf(step), via: viaOf(step) }
}

function viaOf (step: Step): { id: UpdateId, author: ObjectId } | null {
  return step.twist % 6 === 0 ? { id: hashOf(`proposal ${step.pick % 3}`), author: STRANGERS[0] } : null
}

function closeBody (earlier: readonly Update[], step: Step): Body {
  const grant = someGrant(earlier, step)
  const ref = step.twist % 16 === 0 ? { id: hashOf('no grant'), index: 0 } : grant.ref
  const under = earlier.filter(update => update.root !== null && update.root.id === grant.ref.id && update.root.index === grant.ref.index)
  // Heads with an author where the grant isn't to anyone, and the reverse, are well formed all the same.
  const named = grant.subject === null ? step.twist % 10 !== 1 : step.twist % 10 === 1
  const heads = step.heads.map(({ pick: at, twist }): Head => {
    const choice = twist % 12
    const update = pick(choice < 2 || under.length === 0 ? earlier : under, at)
    return {
      id: choice === 3 ? hashOf(`lost ${at % 4}`) : update.id,
      seq: Math.max(1, update.seq + (choice === 4 ? 1 : choice === 5 ? -1 : 0)),
      author: named ? update.author ?? STRANGERS[0] : null
    }
  })
  const byId = new Map(heads.map(head => [head.id, head]))
  return { kind: 'close', grant: ref, heads: [...byId.keys()].sort().map(id => byId.get(id)!), epoch: epochOf(step) }
}

function readGrantOf ({ pick: at }: Step): Grant {
  const { epoch, subject, boxed } = wrapOf(at)
  return { ...grantTo(subject, 'read'), wrap: at % 3 === 0 ? null : { epoch, boxed } }
}

function epochOf ({ pick: at, twist, heads }: Step): Epoch | null {
  if (twist % 3 === 0) return null
  const replaces = heads.map(({ pick: old }) => ({ id: hashOf(`epoch ${old % 4}`), boxed: new Uint8Array(48).fill(old) }))
  return { id: hashOf(`epoch ${at % 4}`), nonce: new Uint8Array(16).fill(at), replaces, wraps: heads.map(({ twist: reader }) => wrapOf(reader, at)) }
}

function wrapOf (reader: number, epoch = reader): Wrap {
  return { epoch: hashOf(`epoch ${epoch % 4}`), subject: CALLERS[reader % 2]!, boxed: new Uint8Array(48).fill(epoch) }
}

/** Where an update says that it stands: mostly rightly at the end of its chain. */
function placeOf (earlier: readonly Update[], step: Step, chain: { author: ObjectId | null, root: GrantRef | null }): { seq: number, prev: UpdateId } {
  const own = earlier.filter(update => chainKey(update) === chainKey(chain))
  const start = chain.root?.id ?? earlier[0]!.id
  const last = own.at(-1)
  const right = { seq: (last?.seq ?? 0) + 1, prev: last?.id ?? start }
  const before = own.length === 0 ? undefined : pick(own, step.pick)
  switch (step.twist % 20) {
    case 0: case 1: case 2: return before === undefined ? right : { seq: before.seq + 1, prev: before.id } // a fork
    case 3: return { ...right, seq: right.seq + 1 + step.pick % 2 }
    case 4: return { ...right, seq: Math.max(1, right.seq - 1) }
    case 5: return { ...right, prev: pick(earlier, step.pick).id }
    case 6: return { ...right, prev: hashOf(`lost ${step.pick % 4}`) }
    case 7: return { seq: 1, prev: start }
    case 8: return { seq: 1 + step.pick % 3, prev: pick(grantsOf(earlier), step.pick).ref.id }
    default: return right
  }
}

export function grantsOf (updates: readonly Update[]): { ref: GrantRef, subject: ObjectId | null }[] {
  return updates.flatMap(({ id, body }) => {
    const grants = body.kind === 'genesis' ? body.grants : body.kind === 'grant' ? [body.grant] : []
    return grants.map((grant, index) => ({ ref: { id, index }, subject: grant.subject }))
  })
}

/** Operations on a few cells of each kind, so that writers meet; no two on one cell. */
function operationsOf (step: Step): Operation[] {
  const written = new Set<string>()
  return step.operations.map(operationOf).filter(operation => {
    const cells = cellsOf(operation)
    if (cells.some(cell => written.has(cell))) return false
    for (const cell of cells) written.add(cell)
    return true
  })
}

function operationOf (choice: number): Operation {
  const key = ['a', 'b'][choice & 1]!
  const value = (choice >> 5) % 3 === 0 ? choice : sealed(choice)
  const field = ['name', 'secret', 'sealed'][(choice >> 1) % 3]!
  switch ((choice >> 7) % 12) {
    case 0: case 1: case 2: return { op: 'set', field, value }
    case 3: return { op: 'delete', field }
    case 4: case 5: return { op: 'put', field, key, value }
    case 6: return { op: 'drop', field, key }
    case 7: return { op: 'insert', field, element: key, position: `${key}.B`, value }
    case 8: return { op: 'replace', field, element: key, value }
    case 9: return { op: 'move', field, element: key, position: `${'cd'[choice & 1]}.D` }
    case 10: return { op: 'remove', field, element: key }
    default: return { op: 'add', field, amount: choice % 7 - 3 }
  }
}

function sealed (choice: number): Sealed {
  return new Sealed({ epoch: hashOf('epoch'), nonce: new Uint8Array(24).fill(choice), boxed: new Uint8Array(17).fill(choice) })
}

function pick<T> (items: readonly T[], at: number): T {
  return items[at % items.length]!
}
