import { readersOf } from './access.js'
import { parseId } from './ids.js'
import { exchangeKeyOf } from './keys/convert.js'
import type { EpochState, ObjectState } from './state-types.js'
import type { ObjectId } from './types.js'
import type { Wrap } from './update-types.js'
import { refKey } from './verdict/link.js'

/** The epochs that no other replaces. */
export function currentEpochs (state: ObjectState): readonly EpochState[] {
  const epochs = [...state.epochs.values()]
  const replaced = new Set(epochs.flatMap(epoch => epoch.replaces.map(old => old.id)))
  return epochs.filter(epoch => !replaced.has(epoch.id))
}

/**
 * The epoch that new values are sealed to: current, wrapped for nobody without an open read grant, made in the knowledge
 * of each end of reading, and of several the greatest (clock, id). None where two devices revoked at once and no owner's
 * node has mended it yet.
 *
 * One that was made without knowing of such an end looks as good here, but a device of the owner that doesn't know of it
 * either may yet wrap it for whom it shuts out.
 */
export function usableEpoch (state: ObjectState): EpochState | undefined {
  const readers = new Set(readersOf(state))
  const strangers = new Set([...state.wraps.values()].filter(wrap => !readers.has(wrap.subject)).map(wrap => wrap.epoch))
  const current = currentEpochs(state)
  // A single one follows all others.
  const ends = current.length > 1 ? endsOfReading(state, readers, current) : []
  return current
    .filter(epoch => !strangers.has(epoch.id) && followsAll(state, epoch, ends))
    .reduce<EpochState | undefined>((best, epoch) => best === undefined || isLater(epoch, best) ? epoch : best, undefined)
}

/** Whether an epoch is known that replaces one that isn't here: with that one, a close has not arrived. */
export function lacksEpochs (state: ObjectState): boolean {
  const epochs = [...state.epochs.values()]
  const known = new Set(epochs.map(({ id }) => id))
  return epochs.some(({ replaces }) => replaces.some(({ id }) => !known.has(id)))
}

/**
 * The open readers to whom an owner may give keys unasked. Where a close is missing, some reader here is one whom it shuts
 * out: then only those to whom the owner of each epoch that comes after it has given that epoch.
 */
export function sureReaders (state: ObjectState): readonly ObjectId[] {
  const readers = readersOf(state).filter(isReachable)
  if (!lacksEpochs(state)) return readers
  const known = new Set([...state.epochs.values()].map(({ id }) => id))
  const doubtful = currentEpochs(state).filter(({ id }) => [...lineOf(state, id)].some(old => !known.has(old)))
  return readers.filter(reader => doubtful.every(({ id }) => isWrapped(state, id, reader)))
}

/** Open readers who have no wrap of an epoch. */
export function unwrappedReaders (state: ObjectState, epoch: string): readonly ObjectId[] {
  const wrapped = new Set(wrapsOf(state, epoch).map(wrap => wrap.subject))
  return readersOf(state).filter(reader => !wrapped.has(reader) && isReachable(reader))
}

/** Whether there is no epoch to seal to, or an open reader without a wrap of one that may be sealed to. */
export function needsKeys (state: ObjectState): boolean {
  if (state.epochs.size === 0) return false
  return usableEpoch(state) === undefined || currentEpochs(state).some(({ id }) => unwrappedReaders(state, id).length > 0)
}

/** A key off the curve is nobody's: nothing can be encrypted for it, and that must not stop the owner. */
export function isReachable (reader: ObjectId): boolean {
  return exchangeKeyOf(parseId(reader).key) !== undefined
}

/**
 * For each grant that ended, and whose subject may not read now, the epochs that came with its closes. Without those that
 * no current one follows: they replace themselves, which only a broken program makes.
 */
function endsOfReading (state: ObjectState, readers: ReadonlySet<ObjectId>, current: readonly EpochState[]): string[][] {
  const followed = new Set(current.flatMap(({ id }) => [...lineOf(state, id)]))
  const epochOf = new Map([...state.epochs.values()].map(({ update, id }) => [update, id]))
  const ends = new Map<string, string[]>()
  for (const close of state.closes.values()) {
    const key = refKey(close.grant)
    const subject = state.grants.get(key)?.grant.subject
    const epoch = epochOf.get(close.update)
    if (epoch === undefined || !followed.has(epoch) || (subject !== undefined && subject !== null && readers.has(subject))) continue
    ends.set(key, [...ends.get(key) ?? [], epoch])
  }
  return [...ends.values()]
}

/** One close of a grant is enough: who doesn't know of the end knows none of them. */
function followsAll (state: ObjectState, epoch: EpochState, ends: readonly (readonly string[])[]): boolean {
  if (ends.length === 0) return true
  const line = lineOf(state, epoch.id)
  return ends.every(epochs => epochs.some(id => line.has(id)))
}

/** An epoch and all that it replaces, directly or not, unknown ones included. */
function lineOf (state: ObjectState, epoch: string): Set<string> {
  const replacedBy = new Map<string, EpochState['replaces'][number][]>()
  for (const { id, replaces } of state.epochs.values()) replacedBy.set(id, [...replacedBy.get(id) ?? [], ...replaces])
  const line = new Set([epoch])
  // A set yields what is added while it is walked.
  for (const id of line) for (const old of replacedBy.get(id) ?? []) line.add(old.id)
  return line
}

function isWrapped (state: ObjectState, epoch: string, reader: ObjectId): boolean {
  return wrapsOf(state, epoch).some(wrap => wrap.subject === reader)
}

/** They stand together, as their keys begin with the epoch's id. */
function wrapsOf ({ wraps }: ObjectState, epoch: string): Wrap[] {
  const found: Wrap[] = []
  for (const wrap of wraps.values(wraps.rank(epoch))) {
    if (wrap.epoch !== epoch) break
    found.push(wrap)
  }
  return found
}

function isLater (a: EpochState, b: EpochState): boolean {
  return a.clock !== b.clock ? a.clock > b.clock : a.id > b.id
}
