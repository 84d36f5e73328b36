import type { UpdateId } from '../types.js'
import type { Head } from '../update-types.js'
import { chainKey } from './link.js'
import type { Link } from './link.js'

/**
 * A branch that a close names: the walk back from its head, taken to stand at the head's seq, as far as updates are
 * known. It only ever gets longer.
 */
export class Branch {
  readonly head: Head
  /** The update at each position that the walk has reached. */
  readonly #steps = new Map<number, UpdateId>()
  readonly #ids = new Set<UpdateId>()
  #position: number
  #next: UpdateId | null
  /** Author and root of the chain whose branch this is, and where the walk left it. */
  readonly #chain: string
  #leftAt = -1

  constructor (head: Head, chain: string) {
    this.head = head
    this.#chain = chain
    this.#position = head.seq
    this.#next = head.id
  }

  /** The update that the walk waits for, or null where it has ended. */
  get awaits (): UpdateId | null {
    return this.#next
  }

  /** Walks on while updates are known. True if it got any further. */
  extend (links: ReadonlyMap<UpdateId, Link>): boolean {
    const before = this.#next
    while (this.#next !== null) {
      const link = links.get(this.#next)
      if (link === undefined) break
      if (chainKey(link) !== this.#chain) {
        this.#leftAt = this.#position
        this.#next = null
        break
      }
      this.#steps.set(this.#position, link.id)
      this.#ids.add(link.id)
      this.#position--
      this.#next = this.#position > 0 ? link.prev : null
    }
    return this.#next !== before
  }

  /** Whether the head objects to an update of its chain. */
  objectsTo (link: Link): boolean {
    if (link.seq > this.head.seq) return true
    const found = this.#steps.get(link.seq)
    if (found !== undefined) return found !== link.id
    return this.#leftAt >= link.seq
  }

  has (id: UpdateId): boolean {
    return this.#ids.has(id)
  }
}
