import { equalBytes } from './bytes.js'
import { currentEpochs, isReachable } from './epoch-choice.js'
import type { CryptoProvider } from './keys/provider.js'
import { epochId, epochSeed } from './seal/epoch.js'
import { openSeed, sealSeed, unwrapSeed, wrapSeed } from './seal/wrap.js'
import type { SortedMap } from './sorted-map.js'
import type { EpochState, ObjectState } from './state-types.js'
import type { ObjectId } from './types.js'
import type { Epoch, Wrap } from './update-types.js'

export interface KeyHolder { readonly id: ObjectId, readonly seed: Uint8Array }

/**
 * The seeds of all epochs that a key opens: the owner's from the owner's secret, a reader's from its wraps and what these
 * replace. Remembered as long as the state's epochs and wraps are: a save and the snapshot after it ask several times.
 */
export function seedsOf (provider: CryptoProvider, state: ObjectState, holder: KeyHolder): ReadonlyMap<string, Uint8Array> {
  const known = remembered.get(state.epochs)?.get(holder.id)
  if (known !== undefined && known.wraps === state.wraps && equalBytes(known.secret, holder.seed)) return known.seeds
  const seeds = holder.id === state.id ? ownersSeeds(provider, state, holder) : readersSeeds(provider, state, holder)
  const holders = remembered.get(state.epochs) ?? new Map<ObjectId, Remembered>()
  remembered.set(state.epochs, holders.set(holder.id, { wraps: state.wraps, secret: holder.seed, seeds }))
  return seeds
}

interface Remembered { readonly wraps: SortedMap<Wrap>, readonly secret: Uint8Array, readonly seeds: ReadonlyMap<string, Uint8Array> }

/** By the epochs, which every state has that it stayed the same for. */
const remembered = new WeakMap<SortedMap<EpochState>, Map<ObjectId, Remembered>>()

function ownersSeeds (provider: CryptoProvider, state: ObjectState, owner: KeyHolder): Map<string, Uint8Array> {
  const seeds = new Map<string, Uint8Array>()
  for (const epoch of state.epochs.values()) {
    const seed = epochSeed(provider, owner.seed, state.id, epoch.nonce)
    if (epochId(provider, seed) === epoch.id) seeds.set(epoch.id, seed)
  }
  return seeds
}

function readersSeeds (provider: CryptoProvider, state: ObjectState, reader: KeyHolder): Map<string, Uint8Array> {
  const seeds = new Map<string, Uint8Array>()
  const queue = [...state.wraps.values()].filter(wrap => wrap.subject === reader.id).flatMap(({ epoch, boxed }) => {
    const seed = unwrapSeed(provider, { readerSeed: reader.seed, reader: reader.id, object: state.id, epoch, boxed })
    return seed === undefined ? [] : [{ id: epoch, seed }]
  })
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (seeds.has(next.id)) continue
    seeds.set(next.id, next.seed)
    for (const epoch of epochsOf(state, next.id)) {
      for (const old of epoch.replaces) {
        const seed = openSeed(provider, { newSeed: next.seed, object: state.id, epoch: old.id, boxed: old.boxed })
        if (seed !== undefined) queue.push({ id: old.id, seed })
      }
    }
  }
  return seeds
}

/** Of one id: more than one where updates repeat it. */
function epochsOf ({ epochs }: ObjectState, id: string): EpochState[] {
  const found: EpochState[] = []
  for (const epoch of epochs.values(epochs.rank(id))) {
    if (epoch.id !== id) break
    found.push(epoch)
  }
  return found
}

/** In the place of a seed that nobody has. Opens with no key. */
const UNKNOWN = new Uint8Array(48)

/** A new epoch for these readers, with the seeds of all that it replaces sealed under it. */
export function newEpoch (provider: CryptoProvider, owner: KeyHolder, state: ObjectState, readers: readonly ObjectId[], nonce: Uint8Array): { epoch: Epoch, seed: Uint8Array } {
  const seed = epochSeed(provider, owner.seed, state.id, nonce)
  const id = epochId(provider, seed)
  const seeds = seedsOf(provider, state, owner)
  const replaces = currentEpochs(state).map(old => {
    const oldSeed = seeds.get(old.id)
    // A false one, of which nobody has the seed, is replaced as well: else the new one would never be the only one.
    return { id: old.id, boxed: oldSeed === undefined ? UNKNOWN : sealSeed(provider, { newSeed: seed, object: state.id, epoch: old.id, seed: oldSeed }) }
  })
  return { epoch: { id, nonce, replaces, wraps: readers.filter(isReachable).map(reader => wrapFor(provider, owner, reader, id, seed)) }, seed }
}

/** An epoch's seed for one reader's key. */
export function wrapFor (provider: CryptoProvider, owner: KeyHolder, reader: ObjectId, epoch: string, seed: Uint8Array): Wrap {
  return { epoch, subject: reader, boxed: wrapSeed(provider, { ownerSeed: owner.seed, object: owner.id, reader, epoch, seed }) }
}
