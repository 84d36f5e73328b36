import { BoundedCache, decode, encode } from '@dinemic/core'
import type { ObjectId, Store } from '@dinemic/core'
import type { Asked } from './sync/peers.js'

const ROW = 'running'
const ADOPTED = 'adopted'
const ASKED = 10_000
/** Objects that are asked for side by side. */
const AT_ONCE = 100

/** Whether no node uses the store, and the last one stopped of its own accord. */
export async function stoppedWell (store: Store): Promise<boolean> {
  return await store.setting(ROW) === undefined
}

/**
 * A chain that is continued without its end forks. Others may hold a longer one of ours where the key came from another
 * device, or where this machine went down and took commits with it that peers had heard of. Then peers are asked for the
 * object before it is written the first time: what those know who answer is here then. Who is silent is waited for once, and not for
 * long; where nobody is there or answers, the next write asks again.
 */
export class Continuity {
  readonly #store: Store
  readonly #ask: (object: ObjectId) => Promise<Asked>
  readonly #adopted = new Set<ObjectId>()
  readonly #asked = new BoundedCache<ObjectId, true>(ASKED)
  #stoppedWell = true

  constructor (store: Store, ask: (object: ObjectId) => Promise<Asked>) {
    this.#store = store
    this.#ask = ask
  }

  async start (): Promise<void> {
    this.#stoppedWell = await stoppedWell(this.#store)
    const adopted = await this.#store.setting(ADOPTED)
    for (const object of adopted === undefined ? [] : decode(adopted) as ObjectId[]) this.#adopted.add(object)
    await this.#store.commit({ objects: [], settings: [{ name: ROW, value: Uint8Array.of(1) }] }, { sync: true })
  }

  async stop (): Promise<void> {
    await this.#store.commit({ objects: [], settings: [{ name: ROW, value: null }] })
  }

  /** The object's key has come from another device. Kept: there may be nobody to ask before the node stops. */
  async adopted (object: ObjectId): Promise<void> {
    this.#adopted.add(object)
    await this.#keepAdopted()
  }

  async beforeWriting (objects: readonly ObjectId[]): Promise<void> {
    const doubtful = [...new Set(objects)].filter(object => this.#isDoubtful(object))
    const answered: ObjectId[] = []
    for (let at = 0; at < doubtful.length; at += AT_ONCE) {
      await Promise.all(doubtful.slice(at, at + AT_ONCE).map(async object => {
        const { asked, failed } = await this.#ask(object)
        if (asked.length > failed.length) answered.push(object)
      }))
    }
    for (const object of answered) this.#asked.set(object, true)
    if (answered.filter(object => this.#adopted.delete(object)).length > 0) await this.#keepAdopted()
  }

  async #keepAdopted (): Promise<void> {
    await this.#store.commit({ objects: [], settings: [{ name: ADOPTED, value: this.#adopted.size === 0 ? null : encode([...this.#adopted]) }] })
  }

  #isDoubtful (object: ObjectId): boolean {
    return this.#adopted.has(object) || (!this.#stoppedWell && this.#asked.get(object) === undefined)
  }
}
