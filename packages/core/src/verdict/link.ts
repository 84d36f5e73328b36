import type { GrantRef, ObjectId, UpdateId, Verdict } from '../types.js'
import type { Head, Kind, Update } from '../update-types.js'

/** The part of an admitted update that verdicts are made of. */
export interface Link {
  readonly id: UpdateId
  readonly kind: Kind | undefined
  readonly author: ObjectId | null
  readonly root: GrantRef | null
  readonly seq: number
  readonly prev: UpdateId | null
  /** Of a genesis or a grant: the subject of each grant that it carries, by index; null is anyone. */
  readonly subjects: readonly (ObjectId | null)[]
  /** Of a close: the grant that it ends and the branches that stay. */
  readonly close: { readonly grant: GrantRef, readonly heads: readonly Head[] } | null
}

export function linkOf (update: Update): Link {
  const { id, kind, author, root, seq, prev, body } = update
  const grants = body.kind === 'genesis' ? body.grants : body.kind === 'grant' ? [body.grant] : []
  const close = body.kind === 'close' ? { grant: body.grant, heads: body.heads } : null
  return { id, kind, author, root, seq, prev, subjects: grants.map(grant => grant.subject), close }
}

export const refKey = (ref: GrantRef): string => `${ref.id}/${ref.index}`

/** Author and root: what one chain is, branches included. */
export const chainKey = (link: Pick<Link, 'author' | 'root'>): string =>
  link.root === null ? 'owner' : `${refKey(link.root)} ${link.author ?? ''}`

/** These count once admitted, whatever is missing of the owner's chain. */
export function countsAtOnce (link: Link): boolean {
  return link.author === null && link.kind !== 'change' && link.kind !== undefined
}

/** Genesis, grant, close, keys: what follows one of these on the owner's chain stands on its own. */
export function isAnchor (link: Link): boolean {
  return countsAtOnce(link) && link.kind !== 'remove'
}

/** The update that carries x's root: for a caller the one with its grant, for the owner any genesis. */
export function isRootOf (prev: Link, x: Pick<Link, 'root'>): boolean {
  return x.root === null ? prev.kind === 'genesis' && prev.author === null : prev.id === x.root.id
}

export function isGoodLink (prev: Link, x: Pick<Link, 'author' | 'root' | 'seq'>): boolean {
  if (x.seq === 1 && isRootOf(prev, x)) return true
  return chainKey(prev) === chainKey(x) && prev.seq === x.seq - 1 && prev.seq >= 1
}

/** Whether a head of a close speaks of an author's updates: under a grant to anyone only one that names the author. */
export function speaksOf (head: Head, author: ObjectId | null, toAnyone: boolean): boolean {
  return !toAnyone || head.author === author
}

export interface VerdictChange {
  readonly id: UpdateId
  readonly verdict: Verdict
  /**
   * The state has to be merged anew: the update counted and doesn't any more, or it counts now although one that follows
   * it on its chain counted before (the owner's grants, closes and keys don't wait for what is missing).
   */
  readonly remerge: boolean
}
