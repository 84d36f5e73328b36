import type { UpdateId, Verdict } from '../types.js'
import type { Head } from '../update-types.js'
import { chainKey, countsAtOnce, isAnchor, isGoodLink, isRootOf, refKey, speaksOf } from './link.js'
import type { Link } from './link.js'

/**
 * The verdict straight from its definition: a pure function of the set S of an object's admitted updates. Slow on
 * purpose; `Verdicts` is the one that runs, and is tested against this one.
 *
 *   genesis, grant, close, keys and an owner's remove count once admitted. For a change, a caller's remove or an unknown kind x:
 *
 *   a link is good if x.seq = 1 and prev is x's root, or prev has the same author and root and seq = x.seq − 1 ≥ 1
 *
 *   some close of x's grant, every head of which objects to x (under a grant to anyone: every head of x's author) → revoked
 *     head (h, n) objects if x.seq > n, or if walking from h, taken to stand at n, back along prev while updates are known,
 *     the walk leaves x's chain above position x.seq, or finds another update than x at x.seq
 *   prev is x's root and x.seq = 1                → ok
 *   prev is missing, or the link is not good      → pending
 *   prev is a genesis, grant, close or keys       → ok
 *   otherwise                                     → the verdict of prev
 *
 * S holds a caller's update only together with the one that carries its grant: see `admissionOf`.
 */
export function verdictOf (admitted: ReadonlyMap<UpdateId, Link>, x: Link): Verdict {
  if (countsAtOnce(x)) return 'ok'
  if (x.root !== null && closesOf(admitted, x).some(heads => heads.every(head => objects(admitted, head, x)))) return 'revoked'
  const prev = x.prev === null ? undefined : admitted.get(x.prev)
  if (prev === undefined || !isGoodLink(prev, x)) return 'pending'
  if ((x.seq === 1 && isRootOf(prev, x)) || isAnchor(prev)) return 'ok'
  return verdictOf(admitted, prev)
}

/** For each close of x's grant the heads that speak of x. */
function closesOf (admitted: ReadonlyMap<UpdateId, Link>, x: Link): Head[][] {
  const root = x.root!
  const toAnyone = admitted.get(root.id)?.subjects[root.index] === null
  return [...admitted.values()]
    .filter(link => link.close !== null && refKey(link.close.grant) === refKey(root))
    .map(link => link.close!.heads.filter(head => speaksOf(head, x.author, toAnyone)))
}

/** The walk back from the head. It doesn't object to what it can't see. */
function objects (admitted: ReadonlyMap<UpdateId, Link>, head: Head, x: Link): boolean {
  if (x.seq > head.seq) return true
  let id: UpdateId | null = head.id
  for (let position = head.seq; ; position--) {
    const link: Link | undefined = id === null ? undefined : admitted.get(id)
    if (link === undefined) return false
    if (position === x.seq) return link.id !== x.id
    if (chainKey(link) !== chainKey(x)) return true
    id = link.prev
  }
}
