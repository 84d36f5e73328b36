import { BoundedCache } from '@dinemic/core'
import type { ObjectId, SetKey, Store, StoredUpdate } from '@dinemic/core'
import { setKeyOf } from '../reconcile/set-key.js'

const REMEMBERED = 10_000

/** Null: it has changed since. While somebody looks the others wait: of one object there may be many updates, and as many who ask. */
interface Known { key: Promise<SetKey> | null }

/** Which update of an object has the latest clock. Remembered: who sends whole objects asks once for each update. */
export class Newest {
  readonly #store: Pick<Store, 'updates'>
  readonly #known = new BoundedCache<ObjectId, Known>(REMEMBERED)

  constructor (store: Pick<Store, 'updates'>) {
    this.#store = store
  }

  changed (object: ObjectId): void {
    if (this.#known.get(object) !== undefined) this.#known.set(object, { key: null })
  }

  /** All updates of an object, if this is its newest; otherwise none. */
  async updatesIf (object: ObjectId, key: SetKey): Promise<StoredUpdate[]> {
    const known = this.#known.get(object)?.key ?? null
    if (known !== null && await known !== key) return []
    const reading = this.#store.updates(object)
    if (known === null) this.#remember(object, reading)
    const updates = await reading
    return newestOf(updates) === key ? updates : []
  }

  #remember (object: ObjectId, reading: Promise<StoredUpdate[]>): void {
    const looking: Known = { key: reading.then(newestOf) }
    looking.key?.catch(() => { looking.key = null })
    this.#known.set(object, looking)
  }
}

function newestOf (updates: readonly StoredUpdate[]): SetKey {
  return updates.reduce((last, update) => setKeyOf(update) > last ? setKeyOf(update) : last, '')
}
