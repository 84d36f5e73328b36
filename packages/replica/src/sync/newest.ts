import { BoundedCache } from '@dinemic/core'
import type { ObjectId, SetKey, Store, UpdatesPart } from '@dinemic/core'
import { setKeyOf } from '../reconcile/set-key.js'

const REMEMBERED = 10_000
/** Bytes of updates that are looked through at once. */
const PIECE = 256 * 1024

/** Null: it has changed since. While somebody looks the others wait: of one object there may be many updates, and as many who ask. */
interface Known { key: Promise<SetKey> | null }

/** Which update of an object has the latest clock. Remembered: who sends whole objects asks once for each update. */
export class Newest {
  readonly #store: Pick<Store, 'updatesFrom'>
  readonly #known = new BoundedCache<ObjectId, Known>(REMEMBERED)

  constructor (store: Pick<Store, 'updatesFrom'>) {
    this.#store = store
  }

  changed (object: ObjectId): void {
    if (this.#known.get(object) !== undefined) this.#known.set(object, { key: null })
  }

  /** The first of an object's updates, about so many bytes, if this is its newest; otherwise undefined. */
  async firstIf (object: ObjectId, key: SetKey, bytes: number): Promise<UpdatesPart | undefined> {
    const known = this.#known.get(object)?.key ?? null
    if (known !== null && await known !== key) return undefined
    const reading = this.#store.updatesFrom(object, { place: 0, bytes })
    const newest = known ?? this.#remember(object, reading.then(async first => await this.#newestOf(object, first)))
    const first = await reading
    return await newest === key ? first : undefined
  }

  #remember (object: ObjectId, key: Promise<SetKey>): Promise<SetKey> {
    const looking: Known = { key }
    key.catch(() => { looking.key = null })
    this.#known.set(object, looking)
    return key
  }

  async #newestOf (object: ObjectId, first: UpdatesPart): Promise<SetKey> {
    let newest = latest(first, '')
    for (let part = first; part.next !== null;) {
      part = await this.#store.updatesFrom(object, { place: part.next, bytes: PIECE })
      newest = latest(part, newest)
    }
    return newest
  }
}

function latest ({ updates }: UpdatesPart, before: SetKey): SetKey {
  return updates.reduce((last, update) => setKeyOf(update) > last ? setKeyOf(update) : last, before)
}
