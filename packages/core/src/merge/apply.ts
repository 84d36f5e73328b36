import { bytesToHex } from '../bytes.js'
import type { GrantState, ObjectState } from '../state-types.js'
import type { Epoch, GenesisBody, ChangeBody, Grant, Operation, Update, Wrap } from '../update-types.js'
import type { ObjectId, UpdateId, Verdict } from '../types.js'
import { refKey } from '../verdict/link.js'
import { deadCells, withPointers, withoutTarget } from './awaited.js'
import { EMPTY_FIELD, applyOperation, withoutClear, withoutIncrement } from './fields.js'
import type { Writer } from './fields.js'

/** What the merge asks of the object's chains. `Verdicts` answers both. */
export interface Chains {
  /**
   * Where several updates come to count at once, those that are still to be applied must not be `ok` yet, and a masked
   * one never: the pointers to them would be lost.
   */
  verdict (id: UpdateId): Verdict | undefined
  isAncestor (ancestor: Writer['candidate'] & { readonly id: UpdateId }, of: Update): boolean
}

export function emptyState (id: ObjectId): ObjectState {
  return { id, geneses: [], removed: null, fields: new Map(), encrypted: new Set(), grants: [], closes: [], epochs: [], wraps: [], awaited: [], endorsed: new Map() }
}

/**
 * The state with one more update that counts, of whatever kind. Updates of one chain come in chain order, otherwise the
 * order makes no difference. What can't be applied is left to a new merge of all: see `VerdictChange.remerge`.
 */
export function applyUpdate (state: ObjectState, update: Update, chains: Chains): ObjectState {
  const dead = deadCells(state.awaited, update.id)
  const awaited = withoutTarget(state.awaited, update.id)
  return applyBody(awaited === state.awaited ? state : { ...state, awaited }, { update, chains, dead })
}

/** The merge of all updates that count, given in any order. */
export function mergeAll (id: ObjectId, counting: Iterable<Update>, chains: Chains): ObjectState {
  const inChainOrder = [...counting].sort((a, b) => a.seq - b.seq)
  const applied = new Set<UpdateId>()
  const asApplied: Chains = {
    verdict: target => applied.has(target) ? 'ok' : 'pending',
    isAncestor: (ancestor, of) => chains.isAncestor(ancestor, of)
  }
  return inChainOrder.reduce((state, update) => {
    const next = applyUpdate(state, update, asApplied)
    applied.add(update.id)
    return next
  }, emptyState(id))
}

/** An update on its way into the state, and the cells in which its values are superseded already. */
interface Arrival { readonly update: Update, readonly chains: Chains, readonly dead: ReadonlySet<string> }

function applyBody (state: ObjectState, arrival: Arrival): ObjectState {
  const { update } = arrival
  const { body } = update
  switch (body.kind) {
    case 'genesis': return applyGenesis(state, arrival, body)
    case 'grant': return withGrants(state, update, [body.grant])
    case 'close': return withEpoch(addClose(state, update, body), update, body.epoch)
    case 'change': return applyChange(state, arrival, body)
    case 'remove': return withRemove(state, update)
    case 'keys': return withNames(withWraps(withEpoch(state, update, body.epoch), body.wraps), body.encrypted)
    case 'unknown': return state
  }
}

function applyGenesis (state: ObjectState, arrival: Arrival, body: GenesisBody): ObjectState {
  const { update } = arrival
  const known = { ...state, geneses: [...state.geneses, update.id].sort() }
  const lawful = withNames(withEpoch(withGrants(known, update, body.grants), update, body.epoch), body.encrypted)
  return withOperations(lawful, arrival, body.operations)
}

/** Of several endorsements of one proposal only the increments of the least id count. */
function applyChange (state: ObjectState, arrival: Arrival, { operations, via }: ChangeBody): ObjectState {
  if (via === null) return withOperations(state, arrival, operations)
  const { id } = arrival.update
  const other = state.endorsed.get(via.id)
  if (other !== undefined && other.update < id) return withOperations(state, arrival, operations, false)
  const adds = operations.flatMap(operation => operation.op === 'add' ? [[operation.field, operation.amount] as const] : [])
  const endorsed = new Map(state.endorsed).set(via.id, { update: id, adds })
  const fields = new Map(state.fields)
  for (const [field, amount] of other?.adds ?? []) fields.set(field, withoutIncrement(fields.get(field)!, amount))
  return withOperations({ ...state, fields, endorsed }, arrival, operations)
}

/** A field that a counting update names stands in the map, whatever is left of it: else the order would show there. */
function withOperations (state: ObjectState, { update, chains, dead }: Arrival, operations: readonly Operation[], increments = true): ObjectState {
  if (operations.length === 0) return state
  const superseded = new Set(update.supersedes)
  const candidate = { update: update.id, clock: update.clock, author: update.author, root: update.root, seq: update.seq }
  const writer: Writer = {
    candidate,
    encrypted: state.encrypted,
    increments,
    isDead: cell => dead.has(cell),
    replaces: old => superseded.has(old.update) || chains.isAncestor({ ...old, id: old.update }, update)
  }
  const fields = new Map(state.fields)
  for (const operation of operations) fields.set(operation.field, applyOperation(fields.get(operation.field) ?? EMPTY_FIELD, operation, writer))
  return { ...state, fields, awaited: withPointers(state.awaited, update, operations, id => chains.verdict(id) === 'ok') }
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
