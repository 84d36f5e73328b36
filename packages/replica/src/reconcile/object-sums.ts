import { BoundedCache } from '@dinemic/core'
import type { ObjectId, SetKey, Store, UpdatesPart } from '@dinemic/core'
import { WeighedCache } from '../weighed-cache.js'
import { fingerprintOf } from './fingerprint.js'
import type { Fingerprint } from './fingerprint.js'
import type { Part, RangeSums } from './range-sums.js'
import { partsOfKeys, setKeyOf } from './set-key.js'

const REMEMBERED = 10_000
/** Bytes of the sets that are kept in memory; what each of them takes, and each of its keys. */
const KEPT = 4 * 1024 * 1024
const SET = 512
const PER_KEY = 128
/** Bytes of updates that are read at once. */
const PIECE = 256 * 1024

/** The updates of one object as a set to compare. Added up when somebody asks, and remembered until the object is written. */
export class ObjectSums {
  readonly #store: Pick<Store, 'updatesFrom'>
  /** Null: it has changed since. While somebody adds up the others wait. */
  readonly #known = new BoundedCache<ObjectId, { sum: Promise<Fingerprint> | null }>(REMEMBERED)
  /** Who goes into a large one asks of it many times. */
  readonly #sets = new WeighedCache<ObjectId, KeySet>(KEPT, ({ size }) => SET + size * PER_KEY)
  /** Those that are being read and haven't been written since: for all who ask meanwhile. */
  readonly #reading = new Map<ObjectId, Promise<KeySet>>()

  constructor (store: Pick<Store, 'updatesFrom'>) {
    this.#store = store
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
    const keys: SetKey[] = []
    for (let place: number | null = 0; place !== null;) {
      const { updates, next }: UpdatesPart = await this.#store.updatesFrom(object, { place, bytes: PIECE })
      for (const update of updates) keys.push(setKeyOf(update))
      place = next
    }
    return new KeySet(keys.sort())
  }
}

/** Keys in memory. */
class KeySet implements RangeSums {
  readonly #sorted: readonly SetKey[]

  constructor (sorted: readonly SetKey[]) {
    this.#sorted = sorted
  }

  get size (): number {
    return this.#sorted.length
  }

  async fingerprint (prefix: string): Promise<Fingerprint> {
    return fingerprintOf(this.#under(prefix))
  }

  async parts (prefix: string): Promise<Part[]> {
    return [...partsOfKeys(this.#under(prefix))].map(([part, keys]) => ({ prefix: part, fingerprint: fingerprintOf(keys) }))
  }

  async keys (prefix: string, limit: number): Promise<SetKey[]> {
    return this.#under(prefix).slice(0, limit)
  }

  #under (prefix: string): readonly SetKey[] {
    return prefix === '' ? this.#sorted : this.#sorted.slice(this.#placeOf(prefix), this.#placeOf(`${prefix}g`))
  }

  /** Of the first key that isn't less. */
  #placeOf (key: string): number {
    let [low, high] = [0, this.#sorted.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#sorted[middle]! < key) low = middle + 1
      else high = middle
    }
    return low
  }
}
