import { BoundedCache } from '@dinemic/core'
import type { ObjectId, SetKey, Store, StoredUpdate } from '@dinemic/core'
import { setKeyOf } from '../reconcile/set-key.js'

const REMEMBERED = 10_000

/** Which update of an object has the latest clock. Remembered: who sends whole objects asks once for each update. */
export class Newest {
  readonly #store: Store
  /** Null: it has changed since, or is being looked up. */
  readonly #known = new BoundedCache<ObjectId, { readonly key: SetKey | null }>(REMEMBERED)

  constructor (store: Store) {
    this.#store = store
  }

  changed (object: ObjectId): void {
    if (this.#known.get(object) !== undefined) this.#known.set(object, { key: null })
  }

  /** All updates of an object, if this is its newest; otherwise none. */
  async updatesIf (object: ObjectId, key: SetKey): Promise<StoredUpdate[]> {
    const known = this.#known.get(object)?.key
    if (known !== undefined && known !== null && known !== key) return []
    const looking = { key: null }
    this.#known.set(object, looking)
    const updates = await this.#store.updates(object)
    const newest = updates.reduce((last, update) => setKeyOf(update) > last ? setKeyOf(update) : last, '')
    if (this.#known.get(object) === looking) this.#known.set(object, { key: newest })
    return newest === key ? updates : []
  }
}
