import type { GrantRef, ObjectId, UpdateId } from '../types.js'
import type { Head } from '../update-types.js'
import { chainKey } from './link.js'
import type { Link } from './link.js'

/**
 * A branch that a close names: the walk back from its head, taken to stand at the head's seq, as far as updates are
 * known. It only ever gets longer.
 */
export class Branch {
  /** Key of the chain whose branch this is. */
  readonly chain: string
  readonly grant: GrantRef
  readonly #head: Head
  /** The update at each position that the walk has reached. */
  readonly #steps = new Map<number, UpdateId>()
  #position: number
  #next: UpdateId | null
  /** The position at which the walk left the chain. */
  #leftAt = -1

  constructor (head: Head, author: ObjectId, grant: GrantRef) {
    this.chain = chainKey({ author, root: grant })
    this.grant = grant
    this.#head = head
    this.#position = head.seq
    this.#next = head.id
  }

  /** The update that the walk waits for, or null where it has ended. */
  get awaits (): UpdateId | null {
    return this.#next
  }

  /** Where the update stands that the walk waits for; all above it has been walked. */
  get position (): number {
    return this.#position
  }

  /** Whether the walk came to an update that isn't of the chain. */
  get hasLeft (): boolean {
    return this.#leftAt >= 0
  }

  /** Walks on while updates are known, one update at a step. Gives the ids that it comes by, the one that it now waits for included. */
  * extend (links: ReadonlyMap<UpdateId, Link>): Generator<UpdateId> {
    while (this.#next !== null) {
      yield this.#next
      const link = links.get(this.#next)
      if (link === undefined) return
      if (chainKey(link) !== this.chain) {
        this.#leftAt = this.#position
        this.#next = null
        return
      }
      this.#steps.set(this.#position, link.id)
      this.#position--
      this.#next = this.#position > 0 ? link.prev : null
    }
  }

  /** Whether the head objects to an update of its chain. */
  objectsTo (link: Link): boolean {
    if (link.seq > this.#head.seq) return true
    const found = this.#steps.get(link.seq)
    if (found !== undefined) return found !== link.id
    return this.#leftAt >= link.seq
  }
}
