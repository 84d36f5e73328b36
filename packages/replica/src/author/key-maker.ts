import { EPOCH_NONCE, currentEpochs, newEpoch, seedsOf, sureReaders, unwrappedReaders, usableEpoch, wrapFor } from '@dinemic/core'
import type { CryptoProvider, Draft, Epoch, KeyHolder, ObjectId, ObjectState, Platform, Wrap } from '@dinemic/core'
import { chunk } from './split.js'

/** How many wraps go into one update: what else it carries must fit beside them. */
const WRAPS = 1000

export interface KeyMakerParts { readonly provider: CryptoProvider, readonly random: Platform['random'], readonly owner: KeyHolder }

/** Makes epochs and wraps in an owner's name. */
export class KeyMaker {
  readonly #parts: KeyMakerParts

  constructor (parts: KeyMakerParts) {
    this.#parts = parts
  }

  /** A new epoch; of very many readers some get their wraps by mending. */
  epoch (state: ObjectState, readers: readonly ObjectId[]): Epoch {
    const { provider, owner, random } = this.#parts
    return newEpoch(provider, owner, state, readers.slice(0, WRAPS), random(EPOCH_NONCE)).epoch
  }

  /** What makes an epoch usable, wraps it for each reader and names these fields encrypted; nothing where all is well. */
  mending (state: ObjectState, names: readonly string[]): Draft['body'][] {
    if (names.length === 0 && state.epochs.size === 0) return []
    const readers = sureReaders(state)
    if (usableEpoch(state) !== undefined) return this.#wrapping(this.#lackingWraps(state, new Set(readers)), names)
    const { provider, owner, random } = this.#parts
    const { epoch, seed } = newEpoch(provider, owner, state, readers.slice(0, WRAPS), random(EPOCH_NONCE))
    const others = readers.slice(WRAPS).map(reader => wrapFor(provider, owner, reader, epoch.id, seed))
    return [{ kind: 'keys', epoch, wraps: [], encrypted: names }, ...this.#wrapping(others, [])]
  }

  /** Of every epoch that none replaces: two devices may each have begun one, and values are sealed under both. */
  #lackingWraps (state: ObjectState, readers: ReadonlySet<ObjectId>): Wrap[] {
    const { provider, owner } = this.#parts
    const seeds = seedsOf(provider, state, owner)
    return currentEpochs(state).flatMap(({ id }) => {
      const seed = seeds.get(id)
      const lacking = unwrappedReaders(state, id).filter(reader => readers.has(reader))
      return seed === undefined ? [] : lacking.map(reader => wrapFor(provider, owner, reader, id, seed))
    })
  }

  #wrapping (wraps: readonly Wrap[], names: readonly string[]): Draft['body'][] {
    if (wraps.length === 0 && names.length === 0) return []
    const runs = wraps.length === 0 ? [[]] : chunk(wraps, WRAPS)
    return runs.map((run, i) => ({ kind: 'keys', epoch: null, wraps: run, encrypted: i === 0 ? names : [] }))
  }
}
