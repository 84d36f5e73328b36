import { finish } from '../steps.js'
import type { Steps } from '../steps.js'
import type { GrantRef, ObjectId, UpdateId, Verdict } from '../types.js'
import type { Head } from '../update-types.js'
import { Branch } from './branch.js'
import { ChainIndex } from './chain-index.js'
import type { ChainLink } from './chain-index.js'
import { chainKey, countsAtOnce, isAnchor, isGoodLink, isRootOf, refKey } from './link.js'
import type { Link, VerdictChange } from './link.js'
import { Tips } from './tips.js'

/** A close at work. Its branches by chain, once the grant is known; a chain of the grant without a branch keeps nothing. */
interface Close { readonly heads: readonly Head[], readonly branches: Map<string, Branch[]> }

/**
 * The verdicts of one object's admitted updates, kept up to date as updates come. One more update costs the same however
 * long the history is, but for a close, an update that a named branch waits for, or a missing link: these are
 * as dear as what they touch. Says the same as `verdictOf`, the definition.
 *
 * As admission has it, a caller's update comes after the one that carries its grant; otherwise the order is any.
 */
export class Verdicts {
  readonly #index = new ChainIndex()
  readonly #verdicts = new Map<UpdateId, Verdict>()
  readonly #tips = new Tips(this.#index, id => this.#verdicts.get(id) === 'ok')
  readonly #closes = new Map<string, Close[]>()
  /** All that walks of branches have come to, here or not: what they found must not go, or others would not find it. */
  readonly #named = new Set<UpdateId>()
  /** Updates that aren't here and that branches wait for. */
  readonly #awaited = new Map<UpdateId, Branch[]>()
  /** What was found to be missing since somebody asked. */
  readonly #lately = new Set<UpdateId>()

  get links (): ReadonlyMap<UpdateId, Link> {
    return this.#index.links
  }

  verdict (id: UpdateId): Verdict | undefined {
    return this.#verdicts.get(id)
  }

  /** Adds an admitted update and returns the verdicts that came or changed, each update after the one that it follows. */
  add (link: Link): VerdictChange[] {
    return finish(this.adding(link))
  }

  /** The same in steps: a close, or a link that has been missing, may move any number of verdicts. Nothing else may be asked in between. */
  * adding (link: Link): Steps<VerdictChange[]> {
    if (this.#index.links.has(link.id)) return []
    for (const child of this.#index.adding(link)) {
      this.#tips.join(child)
      yield
    }
    if (link.prev !== null && !this.#index.links.has(link.prev)) this.#lately.add(link.prev)
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
    const link = this.#index.links.get(id)
    if (link === undefined) return
    this.#index.drop(link)
    this.#tips.drop(link)
    this.#verdicts.delete(id)
  }

  /** The other updates at this one's author, root and seq. */
  forksOf (link: Pick<Link, 'id' | 'author' | 'root' | 'seq'>): readonly UpdateId[] {
    return [...this.#index.at(chainKey(link), link.seq)].filter(id => id !== link.id)
  }

  /** Of two updates that count, or of one and the draft of the next: whether `ancestor` is on the way back from `link`. */
  isAncestor (ancestor: Omit<ChainLink, 'prev'>, link: ChainLink): boolean {
    return this.#index.isAncestor(ancestor, link)
  }

  /** Heads of a chain that count here, the greatest seq first: where the author's next update belongs. */
  heads (author: ObjectId | null, root: GrantRef | null): Link[] {
    return this.#tips.of(author, root)
  }

  /** Ids that are pointed to and not here: previous updates and branches that closes name. */
  missing (): UpdateId[] {
    return [...new Set([...this.#index.gaps, ...this.#awaited.keys()])]
  }

  /** Those that came to be missing since this was called last, and still are. */
  takeMissing (): UpdateId[] {
    const ids = [...this.#lately].filter(id => !this.#index.links.has(id))
    this.#lately.clear()
    return ids
  }

  /** All that is here under a grant, or of one of its chains. */
  linksUnder (grant: GrantRef, chain?: string): Iterable<Link> {
    return this.#index.under(grant, chain)
  }

  * #close ({ grant, heads }: { readonly grant: GrantRef, readonly heads: readonly Head[] }, changes: VerdictChange[]): Steps<void> {
    const close: Close = { heads, branches: new Map() }
    append(this.#closes, refKey(grant), close)
    for (const { id } of heads) {
      this.#named.add(id)
      if (this.#index.links.has(id)) continue
      this.#lately.add(id)
      if (!this.#awaited.has(id)) this.#awaited.set(id, [])
    }
    yield * this.#begin(close, grant)
    yield * this.#judge([this.#index.under(grant)], changes)
  }

  /** A grant has come: the closes that were here before it can begin their walks. */
  * #open (grant: GrantRef): Steps<void> {
    for (const close of this.#closes.get(refKey(grant)) ?? []) yield * this.#begin(close, grant)
  }

  * #begin ({ heads, branches }: Close, grant: GrantRef): Steps<void> {
    const subject = this.#index.links.get(grant.id)?.subjects[grant.index]
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
  * #walk (branch: Branch): Steps<Iterable<Link>> {
    const from = branch.position
    for (const id of branch.extend(this.#index.links)) {
      this.#named.add(id)
      yield
    }
    if (branch.awaits !== null) {
      append(this.#awaited, branch.awaits, branch)
      this.#lately.add(branch.awaits)
    }
    return branch.hasLeft ? this.#index.under(branch.grant, branch.chain) : this.#index.between(branch.chain, { from, to: branch.position })
  }

  /** Each after what it follows. By buckets, as sorting many would be one long step. */
  * #judge (touched: readonly Iterable<Link>[], changes: VerdictChange[]): Steps<void> {
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
  * #settle (link: Link, changes: VerdictChange[]): Steps<void> {
    const queue = [link.id]
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
      yield
      const next = this.#index.links.get(id)!
      const verdict = this.#verdictOf(next)
      const before = this.#verdicts.get(next.id)
      if (verdict === before) continue
      this.#verdicts.set(next.id, verdict)
      const remerge = before === 'ok' || (verdict === 'ok' && this.#tips.isFollowed(next))
      changes.push({ id: next.id, verdict, remerge })
      this.#tips.move(next, verdict, before)
      if (verdict === 'pending') continue
      for (const child of this.#index.children(id)) queue.push(child)
    }
  }

  #verdictOf (x: Link): Verdict {
    if (countsAtOnce(x)) return 'ok'
    if (this.#isObjected(x)) return 'revoked'
    const prev = x.prev === null ? undefined : this.#index.links.get(x.prev)
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

function append<K, T> (lists: Map<K, T[]>, key: K, item: T): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [item])
  else list.push(item)
}
