import type { GrantRef, UpdateId } from '../types.js'
import { IdSets } from './id-sets.js'
import { chainKey, isGoodLink, refKey } from './link.js'
import type { Link } from './link.js'

/** What is asked of an update to find its way back: also of one that isn't admitted yet. */
export type ChainLink = Pick<Link, 'id' | 'author' | 'root' | 'seq' | 'prev'>

/** How an object's admitted updates hang together, whatever is thought of them: which follows which, on which chain, and what is missing. */
export class ChainIndex {
  readonly #links = new Map<UpdateId, Link>()
  readonly #children = new IdSets()
  /** By update: one further back on its chain, so that a walk over many takes few steps. */
  readonly #jumps = new Map<UpdateId, Link>()
  readonly #underGrant = new IdSets()
  readonly #positions = new IdSets()
  readonly #forked = new Set<string>()
  /** Updates of the owner whose link to what they follow isn't good, or not yet: what follows them may count all the same. */
  readonly #loose = new Set<UpdateId>()
  readonly #gaps = new Set<UpdateId>()

  get links (): ReadonlyMap<UpdateId, Link> {
    return this.#links
  }

  /** Previous updates that aren't here. */
  get gaps (): ReadonlySet<UpdateId> {
    return this.#gaps
  }

  /** Adds an update, in steps: gives one after the other what has come before it and points to it. */
  * adding (link: Link): Generator<Link> {
    const { id, prev, root, seq } = link
    this.#links.set(id, link)
    this.#gaps.delete(id)
    if (prev !== null) {
      this.#children.add(prev, id)
      if (!this.#links.has(prev)) this.#gaps.add(prev)
      if (root === null && this.precedes(link) === undefined) this.#loose.add(id)
    }
    this.#jump(link)
    for (const childId of this.children(id)) {
      const child = this.#links.get(childId)!
      if (isGoodLink(link, child)) this.#loose.delete(childId)
      this.#jump(child)
      yield child
    }
    if (root !== null) this.#underGrant.add(refKey(root), id)
    if (this.#positions.add(positionKey(chainKey(link), seq), id) > 1) this.#forked.add(chainKey(link))
  }

  drop (link: Link): void {
    const { id, prev, root, seq } = link
    this.#links.delete(id)
    this.#jumps.delete(id)
    this.#loose.delete(id)
    this.#positions.delete(positionKey(chainKey(link), seq), id)
    if (root !== null) this.#underGrant.delete(refKey(root), id)
    if (prev === null) return
    this.#children.delete(prev, id)
    if (!this.#children.has(prev)) this.#gaps.delete(prev)
  }

  /** What points to an update as the previous one, by a good link or not. */
  children (id: UpdateId): Iterable<UpdateId> {
    return this.#children.get(id)
  }

  /** All that is here under a grant, or of one of its chains. */
  * under (grant: GrantRef, chain?: string): Generator<Link> {
    for (const id of this.#underGrant.get(refKey(grant))) {
      const link = this.#links.get(id)!
      if (chain === undefined || chainKey(link) === chain) yield link
    }
  }

  /** All that is here at the positions of a chain from one down to another, which isn't among them. */
  * between (chain: string, { from, to }: { readonly from: number, readonly to: number }): Generator<Link> {
    for (let seq = from; seq > to; seq--) for (const id of this.at(chain, seq)) yield this.#links.get(id)!
  }

  /** More than one are a fork. */
  at (chain: string, seq: number): Iterable<UpdateId> {
    return this.#positions.get(positionKey(chain, seq))
  }

  /** The update that this one follows on its chain, if it is here and the link is good. */
  precedes (x: ChainLink): Link | undefined {
    const prev = x.prev === null ? undefined : this.#links.get(x.prev)
    return prev !== undefined && isGoodLink(prev, x) && chainKey(prev) === chainKey(x) ? prev : undefined
  }

  /**
   * Whether `ancestor` is on the way back from `link` along good links of its own chain. Walks only where the chain has
   * forked or the owner's has a gap, and then by jumps.
   */
  isAncestor (ancestor: Omit<ChainLink, 'prev'>, link: ChainLink): boolean {
    const chain = chainKey(link)
    if (chainKey(ancestor) !== chain || ancestor.seq >= link.seq) return false
    if (!this.#forked.has(chain) && (link.root !== null || this.#loose.size === 0)) return true
    let at: ChainLink = link
    while (at.seq > ancestor.seq) {
      const jump = this.#jumps.get(at.id)
      const next = jump !== undefined && jump.seq >= ancestor.seq ? jump : this.precedes(at)
      if (next === undefined) return false
      at = next
    }
    return at.id === ancestor.id
  }

  /** Myers, "An applicative random-access stack" (1983): of two jumps of equal length behind it an update makes one, so that log n lead anywhere. */
  #jump (link: Link): void {
    const prev = this.precedes(link)
    if (prev === undefined) return
    const near = this.#jumps.get(prev.id)
    const far = near === undefined ? undefined : this.#jumps.get(near.id)
    const equal = near !== undefined && far !== undefined && prev.seq - near.seq === near.seq - far.seq
    this.#jumps.set(link.id, equal ? far : prev)
  }
}

const positionKey = (chain: string, seq: number): string => `${chain} ${seq}`
