import { BoundedCache, decode, encode } from '@dinemic/core'
import type { ObjectId, Store } from '@dinemic/core'
import type { Asked } from './sync/peers.js'

const ROW = 'running'
const ADOPTED = 'adopted'
const ASKED = 10_000
/** Objects that are asked for side by side. */
const AT_ONCE = 100

export interface ContinuityParts {
  readonly ask: (object: ObjectId) => Promise<Asked>
  readonly isHere: (object: ObjectId) => Promise<boolean>
}

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
  readonly #parts: ContinuityParts
  readonly #adopted = new Set<ObjectId>()
  readonly #asked = new BoundedCache<ObjectId, true>(ASKED)
  #stoppedWell = true

  constructor (store: Store, parts: ContinuityParts) {
    this.#store = store
    this.#parts = parts
  }

  /** Objects whose keys came from another device, and of whose chains nobody has told yet. */
  get adopted (): Iterable<ObjectId> {
    return this.#adopted
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
  async adopt (object: ObjectId): Promise<void> {
    this.#adopted.add(object)
    await this.#keepAdopted()
  }

  async beforeWriting (objects: readonly ObjectId[]): Promise<void> {
    const doubtful = [...new Set(objects)].filter(object => this.#isDoubtful(object))
    const answered: ObjectId[] = []
    const heard: ObjectId[] = []
    for (let at = 0; at < doubtful.length; at += AT_ONCE) {
      await Promise.all(doubtful.slice(at, at + AT_ONCE).map(async object => {
        const { asked, failed } = await this.#parts.ask(object)
        if (asked.length > failed.length) answered.push(object)
      }))
    }
    for (const object of answered) this.#asked.set(object, true)
    for (const object of answered) if (this.#adopted.has(object) && await this.#parts.isHere(object)) heard.push(object)
    for (const object of heard) this.#adopted.delete(object)
    if (heard.length > 0) await this.#keepAdopted()
  }

  async #keepAdopted (): Promise<void> {
    await this.#store.commit({ objects: [], settings: [{ name: ADOPTED, value: this.#adopted.size === 0 ? null : encode([...this.#adopted]) }] })
  }

  #isDoubtful (object: ObjectId): boolean {
    return this.#adopted.has(object) || (!this.#stoppedWell && this.#asked.get(object) === undefined)
  }
}
