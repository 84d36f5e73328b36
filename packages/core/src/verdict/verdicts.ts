import type { GrantRef, ObjectId, UpdateId, Verdict } from '../types.js'
import type { Head } from '../update-types.js'
import { Branch } from './branch.js'
import { chainKey, countsAtOnce, isAnchor, isGoodLink, isRootOf, refKey } from './link.js'
import type { Link, VerdictChange } from './link.js'

/** A close at work. Its branches by chain, once the grant is known; a chain of the grant without a branch keeps nothing. */
interface Close { readonly heads: readonly Head[], readonly branches: Map<string, Branch[]> }

/** What is asked of an update to find its way back: also of one that isn't admitted yet. */
export type ChainLink = Pick<Link, 'id' | 'author' | 'root' | 'seq' | 'prev'>

/**
 * The verdicts of one object's admitted updates, kept up to date as updates come. One more update costs the same however
 * long the history is, but for a close, an update that a named branch waits for, or a missing link: these are
 * as dear as what they touch. Says the same as `verdictOf`, the definition.
 *
 * As admission has it, a caller's update comes after the one that carries its grant; otherwise the order is any.
 */
export class Verdicts {
  readonly #links = new Map<UpdateId, Link>()
  readonly #verdicts = new Map<UpdateId, Verdict>()
  readonly #children = new Map<UpdateId, Set<UpdateId>>()
  /** By update: how many that count follow it on its chain. */
  readonly #followers = new Map<UpdateId, number>()
  /** By update: one further back on its chain, so that a walk over many takes few steps. */
  readonly #jumps = new Map<UpdateId, Link>()
  readonly #closes = new Map<string, Close[]>()
  readonly #underGrant = new Map<string, Set<UpdateId>>()
  readonly #positions = new Map<string, Set<UpdateId>>()
  readonly #forked = new Set<string>()
  /** The updates that count and that none that counts follows, by chain. */
  readonly #tips = new Map<string, Set<UpdateId>>()
  /** Updates of the owner whose link to what they follow isn't good, or not yet: what follows them may count all the same. */
  readonly #loose = new Set<UpdateId>()
  /** Previous updates that aren't here. */
  readonly #gaps = new Set<UpdateId>()
  /** All that walks of branches have come to, here or not: what they found must not go, or others would not find it. */
  readonly #named = new Set<UpdateId>()
  /** Updates that aren't here and that branches wait for. */
  readonly #awaited = new Map<UpdateId, Branch[]>()
  /** What was found to be missing since somebody asked. */
  readonly #lately = new Set<UpdateId>()

  get links (): ReadonlyMap<UpdateId, Link> {
    return this.#links
  }

  verdict (id: UpdateId): Verdict | undefined {
    return this.#verdicts.get(id)
  }

  /** Adds an admitted update and returns the verdicts that came or changed, each update after the one that it follows. */
  add (link: Link): VerdictChange[] {
    const steps = this.adding(link)
    for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value
  }

  /** The same in steps: a close, or a link that has been missing, may move any number of verdicts. Nothing else may be asked in between. */
  * adding (link: Link): Generator<undefined, VerdictChange[]> {
    if (this.#links.has(link.id)) return []
    yield * this.#index(link)
    const changes: VerdictChange[] = []
    if (link.close !== null) yield * this.#close(link.close, changes)
    for (const index of link.subjects.keys()) yield * this.#open({ id: link.id, index })
    const branches = this.#awaited.get(link.id) ?? []
    this.#awaited.delete(link.id)
    // All walk before anything is judged: no verdict moves twice at once.
    const touched: Iterable<Link>[] = []
    for (const branch of branches) touched.push(yield * this.#walk(branch))
    yield * this.#judge(touched, changes)
    yield * this.#settle(link, changes)
    return changes
  }

  /** Whether a close in S already revokes the update: then it is not admitted, unless it is on a branch that a close names. */
  refuses (link: Link): boolean {
    return this.#isObjected(link) && !this.isNamed(link)
  }

  /** On a branch that any close names, of this grant or another: such an update stays, whatever its verdict. */
  isNamed (link: Pick<Link, 'id'>): boolean {
    return this.#named.has(link.id)
  }

  /** Takes out what closes revoke and no branch names: with its close in S it would not have been admitted. */
  drop (id: UpdateId): void {
    const link = this.#links.get(id)
    if (link === undefined) return
    this.#links.delete(id)
    this.#verdicts.delete(id)
    this.#followers.delete(id)
    this.#jumps.delete(id)
    this.#loose.delete(id)
    this.#tips.get(chainKey(link))?.delete(id)
    remove(this.#positions, positionKey(chainKey(link), link.seq), id)
    if (link.root !== null) this.#underGrant.get(refKey(link.root))?.delete(id)
    if (link.prev === null) return
    remove(this.#children, link.prev, id)
    if (!this.#children.has(link.prev)) this.#gaps.delete(link.prev)
  }

  /** The other updates at this one's author, root and seq. */
  forksOf (link: Pick<Link, 'id' | 'author' | 'root' | 'seq'>): readonly UpdateId[] {
    return [...this.#positions.get(positionKey(chainKey(link), link.seq)) ?? []].filter(id => id !== link.id)
  }

  /**
   * Of two updates that count, or of one and the draft of the next: whether `ancestor` is on the way back from `link` along
   * good links of its own chain. Walks only where the chain has forked or the owner's has a gap, and then by jumps.
   */
  isAncestor (ancestor: Pick<Link, 'author' | 'root' | 'seq' | 'id'>, link: ChainLink): boolean {
    const chain = chainKey(link)
    if (chainKey(ancestor) !== chain || ancestor.seq >= link.seq) return false
    if (!this.#forked.has(chain) && (link.root !== null || this.#loose.size === 0)) return true
    let at: ChainLink = link
    while (at.seq > ancestor.seq) {
      const jump = this.#jumps.get(at.id)
      const next = jump !== undefined && jump.seq >= ancestor.seq ? jump : this.#precedes(at)
      if (next === undefined) return false
      at = next
    }
    return at.id === ancestor.id
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

  /** Those that came to be missing since this was called last, and still are. */
  takeMissing (): UpdateId[] {
    const ids = [...this.#lately].filter(id => !this.#links.has(id))
    this.#lately.clear()
    return ids
  }

  /** All that is here under a grant, or of one of its chains. */
  * linksUnder (grant: GrantRef, chain?: string): Generator<Link> {
    for (const id of this.#underGrant.get(refKey(grant)) ?? []) {
      const link = this.#links.get(id)!
      if (chain === undefined || chainKey(link) === chain) yield link
    }
  }

  * #index (link: Link): Generator<undefined> {
    this.#links.set(link.id, link)
    this.#gaps.delete(link.id)
    if (link.prev !== null) {
      include(this.#children, link.prev, link.id)
      if (!this.#links.has(link.prev)) {
        this.#gaps.add(link.prev)
        this.#lately.add(link.prev)
      }
      if (link.root === null && this.#precedes(link) === undefined) this.#loose.add(link.id)
    }
    this.#jump(link)
    for (const id of this.#children.get(link.id) ?? []) {
      this.#join(this.#links.get(id)!)
      yield
    }
    if (link.root !== null) {
      const under = this.#underGrant.get(refKey(link.root)) ?? new Set()
      this.#underGrant.set(refKey(link.root), under.add(link.id))
    }
    if (include(this.#positions, positionKey(chainKey(link), link.seq), link.id) > 1) this.#forked.add(chainKey(link))
  }

  /** What an update follows has come after it. */
  #join (link: Link): void {
    const prev = this.#links.get(link.prev!)!
    if (isGoodLink(prev, link)) this.#loose.delete(link.id)
    if (this.#verdicts.get(link.id) === 'ok' && this.#precedes(link) === prev) this.#count(prev, 1)
    this.#jump(link)
  }

  /** Myers, "An applicative random-access stack" (1983): of two jumps of equal length behind it an update makes one, so that log n lead anywhere. */
  #jump (link: Link): void {
    const prev = this.#precedes(link)
    if (prev === undefined) return
    const near = this.#jumps.get(prev.id)
    const far = near === undefined ? undefined : this.#jumps.get(near.id)
    const equal = near !== undefined && far !== undefined && prev.seq - near.seq === near.seq - far.seq
    this.#jumps.set(link.id, equal ? far : prev)
  }

  * #close ({ grant, heads }: { readonly grant: GrantRef, readonly heads: readonly Head[] }, changes: VerdictChange[]): Generator<undefined> {
    const close: Close = { heads, branches: new Map() }
    append(this.#closes, refKey(grant), close)
    for (const { id } of heads) {
      this.#named.add(id)
      if (this.#links.has(id)) continue
      this.#lately.add(id)
      if (!this.#awaited.has(id)) this.#awaited.set(id, [])
    }
    yield * this.#begin(close, grant)
    yield * this.#judge([this.linksUnder(grant)], changes)
  }

  /** A grant has come: the closes that were here before it can begin their walks. */
  * #open (grant: GrantRef): Generator<undefined> {
    for (const close of this.#closes.get(refKey(grant)) ?? []) yield * this.#begin(close, grant)
  }

  * #begin ({ heads, branches }: Close, grant: GrantRef): Generator<undefined> {
    const subject = this.#links.get(grant.id)?.subjects[grant.index]
    if (subject === undefined) return
    for (const head of heads) {
      // Under a grant to anyone a head speaks of the author that it names, otherwise of the subject.
      const author = subject ?? head.author
      if (author === null) continue
      const branch = new Branch(head, author, grant)
      append(branches, branch.chain, branch)
      yield * this.#walk(branch)
    }
  }

  /** Walks on, and gives the updates of which the branch may think otherwise now. */
  * #walk (branch: Branch): Generator<undefined, Iterable<Link>> {
    const from = branch.position
    for (const id of branch.extend(this.#links)) {
      this.#named.add(id)
      yield
    }
    if (branch.awaits !== null) {
      append(this.#awaited, branch.awaits, branch)
      this.#lately.add(branch.awaits)
    }
    return branch.hasLeft ? this.linksUnder(branch.grant, branch.chain) : this.#linksAt(branch.chain, { from, to: branch.position })
  }

  * #linksAt (chain: string, { from, to }: { readonly from: number, readonly to: number }): Generator<Link> {
    for (let seq = from; seq > to; seq--) {
      for (const id of this.#positions.get(positionKey(chain, seq)) ?? []) yield this.#links.get(id)!
    }
  }

  /** Each after what it follows. By buckets, as sorting many would be one long step. */
  * #judge (touched: readonly Iterable<Link>[], changes: VerdictChange[]): Generator<undefined> {
    const bySeq = new Map<number, Link[]>()
    for (const links of touched) {
      for (const link of links) {
        append(bySeq, link.seq, link)
        yield
      }
    }
    for (const seq of Float64Array.from(bySeq.keys()).sort()) {
      for (const link of bySeq.get(seq)!) yield * this.#settle(link, changes)
    }
  }

  /** Finds the verdict of an update, and of what follows it if that moved. A loop: chains are long. */
  * #settle (link: Link, changes: VerdictChange[]): Generator<undefined> {
    const queue = [link.id]
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
      yield
      const next = this.#links.get(id)!
      const verdict = this.#verdictOf(next)
      const before = this.#verdicts.get(next.id)
      if (verdict === before) continue
      this.#verdicts.set(next.id, verdict)
      const remerge = before === 'ok' || (verdict === 'ok' && this.#isFollowed(next))
      changes.push({ id: next.id, verdict, remerge })
      this.#moveTip(next, verdict, before)
      if (verdict === 'pending') continue
      for (const child of this.#children.get(id) ?? []) queue.push(child)
    }
  }

  #moveTip (link: Link, verdict: Verdict, before: Verdict | undefined): void {
    const chain = chainKey(link)
    const tips = this.#tips.get(chain) ?? new Set()
    this.#tips.set(chain, tips)
    const prev = this.#precedes(link)
    if (verdict === 'ok') {
      if (!this.#isFollowed(link)) tips.add(link.id)
      if (prev === undefined) return
      this.#count(prev, 1)
      tips.delete(prev.id)
    } else {
      tips.delete(link.id)
      if (prev !== undefined && before === 'ok') this.#count(prev, -1)
      if (prev !== undefined && this.#verdicts.get(prev.id) === 'ok' && !this.#isFollowed(prev)) tips.add(prev.id)
    }
  }

  /** Whether an update that counts follows this one on its chain. */
  #isFollowed (link: Link): boolean {
    return (this.#followers.get(link.id) ?? 0) > 0
  }

  #count (link: Link, change: 1 | -1): void {
    this.#followers.set(link.id, (this.#followers.get(link.id) ?? 0) + change)
  }

  /** The update that this one follows on its chain, if it is here and the link is good. */
  #precedes (x: ChainLink): Link | undefined {
    const prev = x.prev === null ? undefined : this.#links.get(x.prev)
    return prev !== undefined && isGoodLink(prev, x) && chainKey(prev) === chainKey(x) ? prev : undefined
  }

  #verdictOf (x: Link): Verdict {
    if (countsAtOnce(x)) return 'ok'
    if (this.#isObjected(x)) return 'revoked'
    const prev = x.prev === null ? undefined : this.#links.get(x.prev)
    if (prev === undefined || !isGoodLink(prev, x)) return 'pending'
    if ((x.seq === 1 && isRootOf(prev, x)) || isAnchor(prev)) return 'ok'
    return this.#verdicts.get(prev.id) ?? 'pending'
  }

  #isObjected (x: Link): boolean {
    if (x.root === null) return false
    const closes = this.#closes.get(refKey(x.root)) ?? []
    return closes.some(close => (close.branches.get(chainKey(x)) ?? []).every(branch => branch.objectsTo(x)))
  }
}

const positionKey = (chain: string, seq: number): string => `${chain} ${seq}`

function append<K, T> (lists: Map<K, T[]>, key: K, item: T): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [item])
  else list.push(item)
}

/** How many the set holds then. */
function include (sets: Map<string, Set<UpdateId>>, key: string, id: UpdateId): number {
  const set = sets.get(key) ?? new Set()
  sets.set(key, set.add(id))
  return set.size
}

function remove (sets: Map<string, Set<UpdateId>>, key: string, id: UpdateId): void {
  const set = sets.get(key)
  set?.delete(id)
  if (set?.size === 0) sets.delete(key)
}
