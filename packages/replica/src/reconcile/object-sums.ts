import { BoundedCache } from '@dinemic/core'
import type { ObjectId, SetKey, Store } from '@dinemic/core'
import { fingerprintOf } from './fingerprint.js'
import type { Fingerprint } from './fingerprint.js'
import type { Part, RangeSums } from './range-sums.js'
import { partsOfKeys, setKeyOf } from './set-key.js'

const REMEMBERED = 10_000

/** The updates of one object as a set to compare. Added up when somebody asks, and remembered until the object is written. */
export class ObjectSums {
  readonly #store: Pick<Store, 'updates'>
  /** Null: it has changed since. While somebody adds up the others wait. */
  readonly #known = new BoundedCache<ObjectId, { sum: Promise<Fingerprint> | null }>(REMEMBERED)

  constructor (store: Pick<Store, 'updates'>) {
    this.#store = store
  }

  changed (object: ObjectId): void {
    if (this.#known.get(object) !== undefined) this.#known.set(object, { sum: null })
  }

  async fingerprint (object: ObjectId): Promise<Fingerprint> {
    const known = this.#known.get(object)?.sum ?? null
    if (known !== null) return await known
    // A commit while the store is read puts another entry in its place, and what was read is not remembered.
    const sum = this.#keys(object).then(fingerprintOf)
    const entry: { sum: Promise<Fingerprint> | null } = { sum }
    this.#known.set(object, entry)
    sum.catch(() => { entry.sum = null })
    return await sum
  }

  async of (object: ObjectId): Promise<RangeSums> {
    return new KeySet(await this.#keys(object))
  }

  async #keys (object: ObjectId): Promise<SetKey[]> {
    return (await this.#store.updates(object)).map(setKeyOf).sort()
  }
}

/** Keys in memory. */
class KeySet implements RangeSums {
  readonly #sorted: readonly SetKey[]

  constructor (sorted: readonly SetKey[]) {
    this.#sorted = sorted
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
