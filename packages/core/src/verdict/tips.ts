import type { GrantRef, ObjectId, UpdateId, Verdict } from '../types.js'
import type { ChainIndex } from './chain-index.js'
import { chainKey } from './link.js'
import type { Link } from './link.js'

/** Of each chain the updates that count and that none that counts follows. */
export class Tips {
  readonly #index: ChainIndex
  readonly #counts: (id: UpdateId) => boolean
  readonly #tips = new Map<string, Set<UpdateId>>()
  /** By update: how many that count follow it on its chain. */
  readonly #followers = new Map<UpdateId, number>()

  constructor (index: ChainIndex, counts: (id: UpdateId) => boolean) {
    this.#index = index
    this.#counts = counts
  }

  /** The greatest seq first. */
  of (author: ObjectId | null, root: GrantRef | null): Link[] {
    const tips = [...this.#tips.get(chainKey({ author, root })) ?? []].map(id => this.#index.links.get(id)!)
    return tips.sort((a, b) => b.seq - a.seq || (a.id < b.id ? -1 : 1))
  }

  /** Whether an update that counts follows this one on its chain. */
  isFollowed (link: Link): boolean {
    return (this.#followers.get(link.id) ?? 0) > 0
  }

  /** What an update points to has come after it. */
  join (link: Link): void {
    const prev = this.#index.precedes(link)
    if (prev !== undefined && this.#counts(link.id)) this.#follow(prev, 1)
  }

  /** Its verdict has come or moved. */
  move (link: Link, verdict: Verdict, before: Verdict | undefined): void {
    const chain = chainKey(link)
    const tips = this.#tips.get(chain) ?? new Set()
    this.#tips.set(chain, tips)
    const prev = this.#index.precedes(link)
    if (verdict === 'ok') {
      if (!this.isFollowed(link)) tips.add(link.id)
      if (prev === undefined) return
      this.#follow(prev, 1)
      tips.delete(prev.id)
    } else {
      tips.delete(link.id)
      if (prev !== undefined && before === 'ok') this.#follow(prev, -1)
      if (prev !== undefined && this.#counts(prev.id) && !this.isFollowed(prev)) tips.add(prev.id)
    }
  }

  drop (link: Link): void {
    this.#followers.delete(link.id)
    this.#tips.get(chainKey(link))?.delete(link.id)
  }

  #follow (link: Link, change: 1 | -1): void {
    this.#followers.set(link.id, (this.#followers.get(link.id) ?? 0) + change)
  }
}
