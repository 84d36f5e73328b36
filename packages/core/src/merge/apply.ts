import { SortedMap } from '../sorted-map.js'
import type { Endorsement, ObjectState } from '../state-types.js'
import { finish, sortInSteps } from '../steps.js'
import type { Steps } from '../steps.js'
import type { Epoch, GenesisBody, ChangeBody, Grant, Operation, Update, Wrap } from '../update-types.js'
import type { GrantRef, ObjectId, UpdateId, Verdict } from '../types.js'
import { refKey } from '../verdict/link.js'
import { NOTHING_AWAITED, deadCells, withPointers, withoutTarget } from './awaited.js'
import { EMPTY_FIELD, applyOperation, withoutClear, withoutIncrement } from './fields.js'
import type { Writer } from './fields.js'
import { endorsementKey, epochKey, wrapKey } from './state-keys.js'

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
  return { id, genesis: null, removed: null, fields: SortedMap.empty(), encrypted: SortedMap.empty(), grants: SortedMap.empty(), closes: SortedMap.empty(), epochs: SortedMap.empty(), wraps: SortedMap.empty(), awaited: NOTHING_AWAITED, endorsed: SortedMap.empty() }
}

/**
 * The state with one more update that counts, of whatever kind. Updates of one chain come in chain order, otherwise the
 * order makes no difference. What can't be applied is left to a new merge of all: see `VerdictChange.remerge`.
 */
export function applyUpdate (state: ObjectState, update: Update, chains: Chains): ObjectState {
  return finish(applyingUpdate(state, update, chains))
}

/** The same in steps: an update may write a thousand cells, each with what thousands have written, or name a field that holds any number of values. */
export function * applyingUpdate (state: ObjectState, update: Update, chains: Chains): Steps<ObjectState> {
  yield
  const dead = deadCells(state.awaited, update.id, operationsOf(update))
  const awaited = withoutTarget(state.awaited, update.id)
  return yield * applyBody(awaited === state.awaited ? state : { ...state, awaited }, { update, chains, dead })
}

/** The merge of all updates that count, given in any order. */
export function mergeAll (id: ObjectId, counting: Iterable<Update>, chains: Chains): ObjectState {
  return finish(mergingAll(id, counting, chains))
}

/** The same in steps. */
export function * mergingAll (id: ObjectId, counting: Iterable<Update>, chains: Chains): Steps<ObjectState> {
  const updates: Update[] = []
  for (const update of counting) {
    updates.push(update)
    yield
  }
  const applied = new Set<UpdateId>()
  const asApplied: Chains = {
    verdict: target => applied.has(target) ? 'ok' : 'pending',
    isAncestor: (ancestor, of) => chains.isAncestor(ancestor, of)
  }
  let state = emptyState(id)
  for (const update of yield * sortInSteps(updates, (a, b) => a.seq - b.seq)) {
    state = yield * applyingUpdate(state, update, asApplied)
    applied.add(update.id)
  }
  return state
}

/** An update on its way into the state, and the cells in which its values are superseded already. */
interface Arrival { readonly update: Update, readonly chains: Chains, readonly dead: ReadonlySet<string> }

function * applyBody (state: ObjectState, arrival: Arrival): Steps<ObjectState> {
  const { update } = arrival
  const { body } = update
  switch (body.kind) {
    case 'genesis': return yield * applyGenesis(state, arrival, body)
    case 'grant': return withGrants(state, update, [body.grant])
    case 'close': return withEpoch(withClose(state, update, body.grant), update, body.epoch)
    case 'change': return yield * applyChange(state, arrival, body)
    case 'remove': return withRemove(state, update)
    case 'keys': return yield * withNames(withWraps(withEpoch(state, update, body.epoch), body.wraps), body.encrypted)
    case 'unknown': return state
  }
}

function * applyGenesis (state: ObjectState, arrival: Arrival, body: GenesisBody): Steps<ObjectState> {
  const { update } = arrival
  const known = { ...state, genesis: state.genesis === null || update.id < state.genesis ? update.id : state.genesis }
  const lawful = yield * withNames(withEpoch(withGrants(known, update, body.grants), update, body.epoch), body.encrypted)
  return yield * withOperations(lawful, arrival, body.operations)
}

/**
 * Of several endorsements of one proposal the increment of the least id counts, counter by counter: who may write other
 * fields only takes nothing from a counter by naming the proposal, too.
 */
function * applyChange (state: ObjectState, arrival: Arrival, { operations, via }: ChangeBody): Steps<ObjectState> {
  if (via === null) return yield * withOperations(state, arrival, operations)
  const { id: update } = arrival.update
  let { fields, endorsed } = state
  if (!isLess(endorsed.get(via.id), update)) endorsed = endorsed.set(via.id, { update, amount: 0 })
  const made = new Set<string>()
  for (const operation of operations) {
    if (operation.op !== 'add') continue
    const { field, amount } = operation
    const key = endorsementKey(via.id, field)
    const other = endorsed.get(key)
    if (isLess(other, update)) {
      made.add(field)
      continue
    }
    if (other !== undefined) fields = fields.set(field, withoutIncrement(fields.get(field)!, other.amount))
    endorsed = endorsed.set(key, { update, amount })
  }
  return yield * withOperations({ ...state, fields, endorsed }, arrival, operations, made)
}

function isLess (other: Endorsement | undefined, update: UpdateId): boolean {
  return other !== undefined && other.update < update
}

const NONE: ReadonlySet<string> = new Set()
/** Values that a step looks at, whether the update replaces them. */
const ASKED = 16

/** A field that a counting update names stands in the map, whatever is left of it: else the order would show there. */
function * withOperations (state: ObjectState, { update, chains, dead }: Arrival, operations: readonly Operation[], made: ReadonlySet<string> = NONE): Steps<ObjectState> {
  if (operations.length === 0) return state
  let asked = 0
  const superseded = new Set(update.supersedes)
  const candidate = { update: update.id, clock: update.clock, author: update.author, root: update.root, seq: update.seq }
  const writer: Writer = {
    candidate,
    encrypted: state.encrypted,
    made,
    isDead: cell => dead.has(cell),
    replaces: old => {
      asked++
      // The cheapest first: thousands may stand in one register.
      return superseded.has(old.update) || (old.seq < update.seq && old.author === update.author && chains.isAncestor({ id: old.update, ...old }, update))
    }
  }
  let { fields } = state
  for (const operation of operations) {
    fields = fields.set(operation.field, applyOperation(fields.get(operation.field) ?? EMPTY_FIELD, operation, writer))
    for (; asked >= 0; asked -= ASKED) yield
    asked = 0
  }
  return { ...state, fields, awaited: withPointers(state.awaited, update, operations, id => chains.verdict(id) === 'ok') }
}

function withGrants (state: ObjectState, update: Update, added: readonly Grant[]): ObjectState {
  let { grants } = state
  for (const [index, grant] of added.entries()) {
    const ref = { id: update.id, index }
    grants = grants.set(refKey(ref), { ref, grant, clock: update.clock })
  }
  const wraps = added.flatMap(grant => grant.wrap === null || grant.subject === null ? [] : [{ epoch: grant.wrap.epoch, subject: grant.subject, boxed: grant.wrap.boxed }])
  return withWraps(grants === state.grants ? state : { ...state, grants }, wraps)
}

function withClose (state: ObjectState, { id: update }: Update, grant: GrantRef): ObjectState {
  return { ...state, closes: state.closes.set(update, { update, grant }) }
}

function withEpoch (state: ObjectState, { id: update, clock }: Update, epoch: Epoch | null): ObjectState {
  if (epoch === null) return state
  const { id, nonce, replaces, wraps } = epoch
  const added = { id, update, clock, nonce, replaces }
  return withWraps({ ...state, epochs: state.epochs.set(epochKey(added), added) }, wraps)
}

/** What says the same stands once, and stays the one that was there. */
function withWraps (state: ObjectState, added: readonly Wrap[]): ObjectState {
  let { wraps } = state
  for (const wrap of added) {
    const key = wrapKey(wrap)
    if (!wraps.has(key)) wraps = wraps.set(key, wrap)
  }
  return wraps === state.wraps ? state : { ...state, wraps }
}

function * withNames (state: ObjectState, names: readonly string[]): Steps<ObjectState> {
  let { encrypted, fields } = state
  for (const name of names) {
    if (encrypted.has(name)) continue
    encrypted = encrypted.set(name, true)
    const field = fields.get(name)
    if (field !== undefined) fields = fields.set(name, yield * withoutClear(field))
  }
  return encrypted === state.encrypted ? state : { ...state, fields, encrypted }
}

function withRemove (state: ObjectState, update: Update): ObjectState {
  const final = update.author === null
  const removed = { update: update.id, final }
  if (state.removed === null || (final && !state.removed.final)) return { ...state, removed }
  return final === state.removed.final && update.id < state.removed.update ? { ...state, removed } : state
}

function operationsOf ({ body }: Update): readonly Operation[] {
  return body.kind === 'genesis' || body.kind === 'change' ? body.operations : []
}
