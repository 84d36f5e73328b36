import type { GrantRef, ObjectId, UpdateId, Verdict } from '../types.js'
import type { Head } from '../update-types.js'
import { Branch } from './branch.js'
import { chainKey, countsAtOnce, isAnchor, isGoodLink, isRootOf, refKey, speaksOf } from './link.js'
import type { Link, VerdictChange } from './link.js'

/** A close at work: its branches by chain. A chain of the grant that has no branch here keeps nothing. */
interface Close { readonly heads: readonly Head[], readonly branches: Map<string, Branch[]> }

/**
 * The verdicts of one object's admitted updates, kept up to date as updates come. One more update costs the same however
 * long the history is, but for a close, an update that a named branch waits for, or a missing link: these are
 * as dear as what they touch. Says the same as `verdictOf`, the definition.
 */
export class Verdicts {
  readonly #links = new Map<UpdateId, Link>()
  readonly #verdicts = new Map<UpdateId, Verdict>()
  readonly #children = new Map<UpdateId, UpdateId[]>()
  readonly #closes = new Map<string, Close[]>()
  readonly #underGrant = new Map<string, Set<UpdateId>>()
  readonly #positions = new Map<string, UpdateId[]>()
  readonly #forked = new Set<string>()
  /** The updates that count and that none that counts follows, by chain. */
  readonly #tips = new Map<string, Set<UpdateId>>()
  /** Previous updates that aren't here. */
  readonly #gaps = new Set<UpdateId>()
  /** Updates that branches wait for, with the grants whose closes name these branches. */
  readonly #awaited = new Map<UpdateId, Set<string>>()

  get links (): ReadonlyMap<UpdateId, Link> {
    return this.#links
  }

  verdict (id: UpdateId): Verdict | undefined {
    return this.#verdicts.get(id)
  }

  /** Adds an admitted update and returns the verdicts that came or changed, each update after the one that it follows. */
  add (link: Link): VerdictChange[] {
    if (this.#links.has(link.id)) return []
    this.#index(link)
    const changes: VerdictChange[] = []
    if (link.close !== null) this.#close(link.close, changes)
    for (const grant of this.#awaited.get(link.id) ?? []) this.#walkOn(grant, changes)
    this.#awaited.delete(link.id)
    this.#settle(link, changes)
    return changes
  }

  /** Whether a close in S already revokes the update: then it is not admitted, unless it is on a branch that a close names. */
  refuses (link: Link): boolean {
    return this.#isObjected(link) && !this.isNamed(link)
  }

  /** On a branch that any close names: such an update stays, whatever its verdict. */
  isNamed (link: Link): boolean {
    return this.#closesOf(link).some(close => this.#branches(close, link).some(branch => branch.has(link.id) || branch.awaits === link.id))
  }

  /** Takes out what closes revoke and no branch names: with its close in S it would not have been admitted. */
  drop (id: UpdateId): void {
    const link = this.#links.get(id)
    if (link === undefined) return
    this.#links.delete(id)
    this.#verdicts.delete(id)
    this.#tips.get(chainKey(link))?.delete(id)
    remove(this.#children, link.prev ?? '', id)
    remove(this.#positions, positionKey(link), id)
    if (link.root !== null) this.#underGrant.get(refKey(link.root))?.delete(id)
  }

  /** The other updates at this one's author, root and seq. */
  forksOf (link: Link): readonly UpdateId[] {
    return (this.#positions.get(positionKey(link)) ?? []).filter(id => id !== link.id)
  }

  /** Whether `ancestor` is on the way back from `link` along its own chain. Walks only where the chain has forked. */
  isAncestor (ancestor: Pick<Link, 'author' | 'root' | 'seq' | 'id'>, link: Link): boolean {
    const chain = chainKey(link)
    if (chainKey(ancestor) !== chain || ancestor.seq >= link.seq) return false
    if (!this.#forked.has(chain)) return true
    let at: Link | undefined = link
    while (at !== undefined && at.seq > ancestor.seq) at = at.prev === null ? undefined : this.#links.get(at.prev)
    return at?.id === ancestor.id
  }

  /** Heads of a chain that count here, the greatest seq first: where the author's next update belongs. */
  heads (author: ObjectId | null, root: GrantRef | null): Link[] {
    const tips = [...this.#tips.get(chainKey({ author, root })) ?? []].map(id => this.#links.get(id)!)
    return tips.sort((a, b) => b.seq - a.seq || (a.id < b.id ? -1 : 1))
  }

  /** Ids that are pointed to and not here: previous updates and branches that closes name. */
  missing (): UpdateId[] {
    return [...new Set([...this.#gaps, ...this.#awaited.keys()])]
  }

  #index (link: Link): void {
    this.#links.set(link.id, link)
    this.#gaps.delete(link.id)
    if (link.prev !== null) {
      append(this.#children, link.prev, link.id)
      if (!this.#links.has(link.prev)) this.#gaps.add(link.prev)
    }
    if (link.root !== null) {
      const under = this.#underGrant.get(refKey(link.root)) ?? new Set()
      this.#underGrant.set(refKey(link.root), under.add(link.id))
    }
    if (append(this.#positions, positionKey(link), link.id) > 1) this.#forked.add(chainKey(link))
  }

  #close ({ grant, heads }: { readonly grant: GrantRef, readonly heads: readonly Head[] }, changes: VerdictChange[]): void {
    append(this.#closes, refKey(grant), { heads, branches: new Map() })
    this.#judgeGrant(refKey(grant), changes)
  }

  #walkOn (grant: string, changes: VerdictChange[]): void {
    for (const close of this.#closes.get(grant) ?? []) {
      for (const branches of close.branches.values()) for (const branch of branches) this.#extend(branch, grant)
    }
    this.#judgeGrant(grant, changes)
  }

  #judgeGrant (grant: string, changes: VerdictChange[]): void {
    const links = [...this.#underGrant.get(grant) ?? []].map(id => this.#links.get(id)!)
    for (const link of links.sort((a, b) => a.seq - b.seq)) this.#settle(link, changes)
  }

  /** Judges an update, and what follows it if that moved. A loop: chains are long. */
  #settle (link: Link, changes: VerdictChange[]): void {
    const queue = [link]
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const verdict = this.#judge(next)
      if (verdict === this.#verdicts.get(next.id)) continue
      this.#verdicts.set(next.id, verdict)
      this.#moveTip(next, verdict)
      changes.push({ id: next.id, verdict })
      if (verdict === 'pending') continue
      for (const id of this.#children.get(next.id) ?? []) queue.push(this.#links.get(id)!)
    }
  }

  #moveTip (link: Link, verdict: Verdict): void {
    const chain = chainKey(link)
    const tips = this.#tips.get(chain) ?? new Set()
    this.#tips.set(chain, tips)
    const prev = link.prev === null ? undefined : this.#links.get(link.prev)
    const follows = prev !== undefined && chainKey(prev) === chain
    if (verdict === 'ok') {
      tips.add(link.id)
      if (follows) tips.delete(prev.id)
    } else {
      tips.delete(link.id)
      if (follows && this.#verdicts.get(prev.id) === 'ok' && !this.#isFollowed(prev)) tips.add(prev.id)
    }
  }

  #isFollowed (link: Link): boolean {
    return (this.#children.get(link.id) ?? []).some(id => this.#verdicts.get(id) === 'ok' && chainKey(this.#links.get(id)!) === chainKey(link))
  }

  #judge (x: Link): Verdict {
    if (countsAtOnce(x)) return 'ok'
    if (this.#isObjected(x)) return 'revoked'
    const prev = x.prev === null ? undefined : this.#links.get(x.prev)
    if (prev === undefined || !isGoodLink(prev, x)) return 'pending'
    if ((x.seq === 1 && isRootOf(prev, x)) || isAnchor(prev)) return 'ok'
    return this.#verdicts.get(prev.id) ?? 'pending'
  }

  #isObjected (x: Link): boolean {
    return this.#closesOf(x).some(close => this.#branches(close, x).every(branch => branch.objectsTo(x)))
  }

  #closesOf (x: Link): readonly Close[] {
    return x.root === null ? [] : this.#closes.get(refKey(x.root)) ?? []
  }

  #branches (close: Close, x: Link): readonly Branch[] {
    const chain = chainKey(x)
    const known = close.branches.get(chain)
    if (known !== undefined) return known
    const toAnyone = this.#links.get(x.root!.id)?.subjects[x.root!.index] === null
    const branches = close.heads.filter(head => speaksOf(head, x.author, toAnyone)).map(head => new Branch(head, chain))
    close.branches.set(chain, branches)
    for (const branch of branches) this.#extend(branch, refKey(x.root!))
    return branches
  }

  #extend (branch: Branch, grant: string): void {
    branch.extend(this.#links)
    if (branch.awaits === null) return
    const waiting = this.#awaited.get(branch.awaits) ?? new Set()
    this.#awaited.set(branch.awaits, waiting.add(grant))
  }
}

const positionKey = (link: Pick<Link, 'author' | 'root' | 'seq'>): string => `${chainKey(link)} ${link.seq}`

function append<T> (lists: Map<string, T[]>, key: string, item: T): number {
  const list = lists.get(key)
  if (list !== undefined) return list.push(item)
  lists.set(key, [item])
  return 1
}

function remove (lists: Map<string, UpdateId[]>, key: string, id: UpdateId): void {
  const list = lists.get(key)?.filter(other => other !== id) ?? []
  if (list.length === 0) lists.delete(key)
  else lists.set(key, list)
}
