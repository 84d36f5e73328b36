import { BoundedCache } from '@dinemic/core'
import type { ObjectId, Platform, SetKey, Store, UpdatesPart } from '@dinemic/core'
import { Breath } from '../breath.js'
import { WeighedCache } from '../weighed-cache.js'
import type { Fingerprint } from './fingerprint.js'
import { KeySet } from './key-set.js'
import type { RangeSums } from './range-sums.js'
import { setKeyOf } from './set-key.js'

const REMEMBERED = 10_000
/** Bytes of the sets that are kept in memory; what each of them takes, and each of its keys. */
const KEPT = 4 * 1024 * 1024
const SET = 512
const PER_KEY = 128
/** Bytes of updates that are read at once. */
const PIECE = 256 * 1024

export interface ObjectSumsParts {
  readonly store: Pick<Store, 'updatesFrom'>
  readonly platform: Platform
}

/** The updates of one object as a set to compare. Added up when somebody asks, and remembered until the object is written. */
export class ObjectSums {
  readonly #parts: ObjectSumsParts
  /** Null: it has changed since. While somebody adds up the others wait. */
  readonly #known = new BoundedCache<ObjectId, { sum: Promise<Fingerprint> | null }>(REMEMBERED)
  /** Who goes into a large one asks of it many times. */
  readonly #sets = new WeighedCache<ObjectId, KeySet>(KEPT, ({ size }) => SET + size * PER_KEY)
  /** Those that are being read and haven't been written since: for all who ask meanwhile. */
  readonly #reading = new Map<ObjectId, Promise<KeySet>>()

  constructor (parts: ObjectSumsParts) {
    this.#parts = parts
  }

  changed (object: ObjectId): void {
    this.#reading.delete(object)
    this.#sets.delete(object)
    if (this.#known.get(object) !== undefined) this.#known.set(object, { sum: null })
  }

  async fingerprint (object: ObjectId): Promise<Fingerprint> {
    const known = this.#known.get(object)?.sum ?? null
    if (known !== null) return await known
    // A commit while the store is read puts another entry in its place, and what was read is not remembered.
    const sum = this.of(object).then(async set => await set.fingerprint(''))
    const entry: { sum: Promise<Fingerprint> | null } = { sum }
    this.#known.set(object, entry)
    sum.catch(() => { entry.sum = null })
    return await sum
  }

  async of (object: ObjectId): Promise<RangeSums> {
    const known = this.#sets.get(object) ?? this.#reading.get(object)
    if (known !== undefined) return await known
    const reading = this.#read(object)
    this.#reading.set(object, reading)
    try {
      const set = await reading
      if (this.#reading.get(object) === reading) this.#sets.set(object, set)
      return set
    } finally {
      if (this.#reading.get(object) === reading) this.#reading.delete(object)
    }
  }

  async #read (object: ObjectId): Promise<KeySet> {
    const { store, platform } = this.#parts
    const pieces: SetKey[][] = []
    for (let place: number | null = 0; place !== null;) {
      const { updates, next }: UpdatesPart = await store.updatesFrom(object, { place, bytes: PIECE })
      pieces.push(updates.map(setKeyOf).sort())
      place = next
    }
    return await new Breath(platform).through(KeySet.from(pieces))
  }
}
