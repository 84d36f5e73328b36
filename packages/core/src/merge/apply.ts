import { bytesToHex } from '../bytes.js'
import type { GrantState, ObjectState } from '../state-types.js'
import type { Epoch, GenesisBody, ChangeBody, Grant, Operation, Update, Wrap } from '../update-types.js'
import type { ObjectId, UpdateId, Verdict } from '../types.js'
import { cellsOf } from '../update/operations.js'
import { refKey } from '../verdict/link.js'
import { EMPTY_FIELD, applyOperation, withoutClear, withoutIncrement } from './fields.js'
import type { Writer } from './fields.js'

/** What the merge asks of the object's chains. */
export interface Chains {
  verdict (id: UpdateId): Verdict | undefined
  isAncestor (ancestor: Writer['candidate'] & { readonly id: UpdateId }, of: Update): boolean
}

export function emptyState (id: ObjectId): ObjectState {
  return { id, geneses: [], removed: null, fields: new Map(), encrypted: new Set(), grants: [], closes: [], epochs: [], wraps: [], awaited: new Map(), endorsed: new Map() }
}

/**
 * The state with one more update that counts. Updates of one chain come in chain order, otherwise the order
 * makes no difference; an update that stops counting is not undone but left out of a new merge of all.
 */
export function applyUpdate (state: ObjectState, update: Update, chains: Chains): ObjectState {
  const { body } = update
  switch (body.kind) {
    case 'genesis': return applyGenesis(state, update, body, chains)
    case 'grant': return withGrants(state, update, [body.grant])
    case 'close': return withEpoch(addClose(state, update, body), update, body.epoch)
    case 'change': return applyChange(state, update, body, chains)
    case 'remove': return withRemove(state, update)
    case 'keys': return withNames(withWraps(withEpoch(state, update, body.epoch), body.wraps), body.encrypted)
    case 'unknown': return state
  }
}

/** The merge of all updates that count, in any order. */
export function mergeAll (id: ObjectId, counting: Iterable<Update>, chains: Chains): ObjectState {
  const inChainOrder = [...counting].sort((a, b) => a.seq - b.seq)
  return inChainOrder.reduce((state, update) => applyUpdate(state, update, chains), emptyState(id))
}

function applyGenesis (state: ObjectState, update: Update, body: GenesisBody, chains: Chains): ObjectState {
  const known = { ...state, geneses: [...state.geneses, update.id].sort() }
  const lawful = withNames(withEpoch(withGrants(known, update, body.grants), update, body.epoch), body.encrypted)
  return withOperations(lawful, update, body.operations, chains)
}

function applyChange (state: ObjectState, update: Update, body: ChangeBody, chains: Chains): ObjectState {
  if (body.via === null) return withOperations(state, update, body.operations, chains)
  // Of several endorsements of one proposal only the increments of the least id count.
  const adds = body.operations.flatMap(operation => operation.op === 'add' ? [[operation.field, operation.amount] as const] : [])
  const others = body.operations.filter(operation => operation.op !== 'add')
  const earlier = state.endorsed.get(body.via.id)
  if (earlier !== undefined && earlier.update < update.id) return withOperations(state, update, others, chains)
  const endorsed = new Map(state.endorsed).set(body.via.id, { update: update.id, adds })
  const fields = new Map(state.fields)
  for (const [field, amount] of earlier?.adds ?? []) fields.set(field, withoutIncrement(fields.get(field)!, amount))
  return withOperations({ ...state, fields, endorsed }, update, body.operations, chains)
}

function withOperations (state: ObjectState, update: Update, operations: readonly Operation[], chains: Chains): ObjectState {
  if (operations.length === 0) return state
  const superseded = new Set(update.supersedes)
  const dead = new Set(state.awaited.get(update.id))
  const candidate = { update: update.id, clock: update.clock, author: update.author, root: update.root, seq: update.seq }
  const writer: Writer = {
    candidate,
    encrypted: state.encrypted,
    isDead: cell => dead.has(cell),
    replaces: old => superseded.has(old.update) || chains.isAncestor({ ...old, id: old.update }, update)
  }
  const fields = new Map(state.fields)
  for (const operation of operations) {
    fields.set(operation.field, applyOperation(fields.get(operation.field) ?? EMPTY_FIELD, operation, writer))
  }
  return { ...state, fields, awaited: nowAwaited(state, update, operations, chains) }
}

/** Pointers to what hasn't come to count yet are kept, by cell, so that it is dead when it does. */
function nowAwaited (state: ObjectState, update: Update, operations: readonly Operation[], chains: Chains): ObjectState['awaited'] {
  const targets = update.supersedes.filter(id => chains.verdict(id) !== 'ok')
  if (targets.length === 0 && !state.awaited.has(update.id)) return state.awaited
  const awaited = new Map(state.awaited)
  awaited.delete(update.id)
  const cells = operations.flatMap(cellsOf)
  for (const id of targets) awaited.set(id, [...new Set([...awaited.get(id) ?? [], ...cells])].sort())
  return awaited
}

function withGrants (state: ObjectState, update: Update, grants: readonly Grant[]): ObjectState {
  if (grants.length === 0) return state
  const added = grants.map((grant, index): GrantState => ({ ref: { id: update.id, index }, grant, clock: update.clock }))
  const wraps = grants.flatMap(grant => grant.wrap === null || grant.subject === null ? [] : [{ ...grant.wrap, subject: grant.subject }])
  return withWraps({ ...state, grants: [...state.grants, ...added].sort((a, b) => compare(refKey(a.ref), refKey(b.ref))) }, wraps)
}

function addClose (state: ObjectState, update: Update, body: Extract<Update['body'], { kind: 'close' }>): ObjectState {
  const closes = [...state.closes, { update: update.id, grant: body.grant, heads: body.heads }]
  return { ...state, closes: closes.sort((a, b) => compare(a.update, b.update)) }
}

function withEpoch (state: ObjectState, update: Update, epoch: Epoch | null): ObjectState {
  if (epoch === null) return state
  const { wraps, ...rest } = epoch
  const epochs = [...state.epochs, { ...rest, update: update.id, clock: update.clock }]
  return withWraps({ ...state, epochs: epochs.sort((a, b) => compare(a.id + a.update, b.id + b.update)) }, wraps)
}

function withWraps (state: ObjectState, added: readonly Wrap[]): ObjectState {
  if (added.length === 0) return state
  const byKey = new Map([...state.wraps, ...added].map(wrap => [`${wrap.epoch} ${wrap.subject} ${bytesToHex(wrap.boxed)}`, wrap]))
  return { ...state, wraps: [...byKey.keys()].sort().map(key => byKey.get(key)!) }
}

function withNames (state: ObjectState, names: readonly string[]): ObjectState {
  const added = names.filter(name => !state.encrypted.has(name))
  if (added.length === 0) return state
  const fields = new Map(state.fields)
  for (const name of added) {
    const field = fields.get(name)
    if (field !== undefined) fields.set(name, withoutClear(field))
  }
  return { ...state, fields, encrypted: new Set([...state.encrypted, ...added].sort()) }
}

function withRemove (state: ObjectState, update: Update): ObjectState {
  const final = update.author === null
  const removed = { update: update.id, final }
  if (state.removed === null || (final && !state.removed.final)) return { ...state, removed }
  return final === state.removed.final && update.id < state.removed.update ? { ...state, removed } : state
}

const compare = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0
