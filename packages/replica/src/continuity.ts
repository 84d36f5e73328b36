import { BoundedCache, DinemicError, decode, encode } from '@dinemic/core'
import type { ObjectId, Platform, Store } from '@dinemic/core'
import type { Asked } from './sync/peers.js'

const ROW = 'running'
const ADOPTED = 'adopted'
const ASKED = 10_000
/** Objects that are asked for side by side. */
const AT_ONCE = 100
/** How long after the start a doubtful write waits for the first peer, in ms: one on the LAN is found within some tenths of a second. */
const MEETING = 2000

export interface ContinuityParts {
  readonly platform: Platform
  readonly ask: (object: ObjectId) => Promise<Asked>
  readonly isHere: (object: ObjectId) => Promise<boolean>
}

/** What the row says: a node uses the store, or has used it and went down; one has stopped that couldn't ask what an earlier crash has taken. */
const RUNNING = Uint8Array.of(1)
const DOUBTFUL = Uint8Array.of(2)

/** Whether no node uses the store, and the last one stopped of its own accord. */
export async function stoppedWell (store: Store): Promise<boolean> {
  return (await store.setting(ROW))?.[0] !== RUNNING[0]
}

/**
 * A chain that is continued without its end forks. Others may hold a longer one of ours where the key came from another
 * device, or where this machine went down and took commits with it that peers had heard of. Then peers are asked for the
 * object before it is written the first time: what those know who answer is here then. Who is silent is waited for once, and not for
 * long, as is the first of them after the start; where nobody is there or answers, the next write asks again.
 */
export class Continuity {
  readonly #store: Store
  readonly #parts: ContinuityParts
  readonly #adopted = new Set<ObjectId>()
  readonly #asked = new BoundedCache<ObjectId, true>(ASKED)
  /** No crash has taken anything, as far as is known. */
  #isComplete = true
  #hasCompared = false
  #stopping = false
  #meeting: Promise<void> | undefined
  #endMeeting = (): void => {}

  constructor (store: Store, parts: ContinuityParts) {
    this.#store = store
    this.#parts = parts
  }

  /** Objects whose keys came from another device, and of whose chains nobody has told yet. */
  get adopted (): Iterable<ObjectId> {
    return this.#adopted
  }

  async start (): Promise<void> {
    this.#isComplete = await this.#store.setting(ROW) === undefined
    const adopted = await this.#store.setting(ADOPTED)
    for (const object of adopted === undefined ? [] : decode(adopted) as ObjectId[]) this.#adopted.add(object)
    if (!this.#isComplete || this.#adopted.size > 0) this.#meeting = this.#meet()
    await this.#store.commit({ objects: [], settings: [{ name: ROW, value: RUNNING }] }, { sync: true })
  }

  /** Somebody is there to be asked. */
  met (): void {
    this.#endMeeting()
  }

  /** All that some peer has is here: what went with a crash has come again, as far as anybody can tell. */
  compared (): void {
    this.#hasCompared = true
  }

  /** From now on nobody answers: who still asks gets no leave to write. */
  stopping (): void {
    this.#stopping = true
    this.met()
  }

  /** The doubt outlasts a run in which nobody could be asked. */
  async stop (): Promise<void> {
    const value = this.#isComplete || this.#hasCompared ? null : DOUBTFUL
    await this.#store.commit({ objects: [], settings: [{ name: ROW, value }] })
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
    if (doubtful.length > 0) await this.#meeting
    for (let at = 0; at < doubtful.length; at += AT_ONCE) {
      await Promise.all(doubtful.slice(at, at + AT_ONCE).map(async object => {
        const { asked, failed } = await this.#parts.ask(object)
        if (this.#stopping) throw new DinemicError('REPLICA_STOPPED', `This node is stopping before its peers have said what they know of ${object}: it is not written.`, { details: { object } })
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

  #meet (): Promise<void> {
    return new Promise(resolve => {
      const cancel = this.#parts.platform.schedule(MEETING, resolve)
      this.#endMeeting = () => {
        cancel()
        resolve()
      }
    })
  }

  #isDoubtful (object: ObjectId): boolean {
    return this.#adopted.has(object) || (!this.#isComplete && this.#asked.get(object) === undefined)
  }
}
