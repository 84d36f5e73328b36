import { BoundedCache } from '@dinemic/core'
import type { ObjectId, SetKey, Store } from '@dinemic/core'
import { setKeyOf } from '../reconcile/set-key.js'

const REMEMBERED = 10_000

/** Which update of an object has the latest clock. Remembered: who sends whole objects asks once for each update. */
export class Newest {
  readonly #store: Store
  /** Null: it has changed since. */
  readonly #known = new BoundedCache<ObjectId, { readonly key: SetKey | null }>(REMEMBERED)

  constructor (store: Store) {
    this.#store = store
  }

  changed (object: ObjectId): void {
    if (this.#known.get(object) !== undefined) this.#known.set(object, { key: null })
  }

  async of (object: ObjectId): Promise<SetKey> {
    const known = this.#known.get(object)?.key
    if (known !== undefined && known !== null) return known
    this.#known.set(object, { key: null })
    const keys = (await this.#store.updates(object)).map(setKeyOf)
    const key = keys.reduce((newest, other) => other > newest ? other : newest, '')
    this.#known.set(object, { key })
    return key
  }
}
