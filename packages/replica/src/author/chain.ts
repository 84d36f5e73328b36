import { nextClock } from '@dinemic/core'
import type { Clock, GrantRef, Link, ObjectId, UpdateId } from '@dinemic/core'
import type { LiveObject } from '../live-object.js'

/** Where an author's next update under one root belongs. Moves on with each update that is taken. */
export interface ChainEnd { readonly author: ObjectId | null, readonly root: GrantRef | null, readonly seq: number, readonly prev: UpdateId, readonly head: Link | undefined, readonly clock: Clock }

/** The end of the longest branch that counts; without any update yet, the update that carries the root. */
export function chainEnd (live: LiveObject, author: ObjectId | null, root: GrantRef | null): ChainEnd {
  const head = live.verdicts.heads(author, root)[0]
  if (head !== undefined) return { author, root, seq: head.seq + 1, prev: head.id, head, clock: live.updates.get(head.id)!.clock }
  // Only a caller's chain begins without a head: the owner's has the genesis.
  const rootId = root!.id
  return { author, root, seq: 1, prev: rootId, head: undefined, clock: live.updates.get(rootId)!.clock }
}

/** What an update replaces: the writers that its author saw, without those that it follows on its own chain. */
export function pointers (live: LiveObject, end: ChainEnd, seen: Iterable<{ readonly update: UpdateId, readonly author: ObjectId | null, readonly root: GrantRef | null, readonly seq: number }>): UpdateId[] {
  const ids = new Set<UpdateId>()
  for (const { update, author, root, seq } of seen) {
    const own = end.head !== undefined && (update === end.head.id || live.verdicts.isAncestor({ id: update, author, root, seq }, end.head))
    if (!own) ids.add(update)
  }
  return [...ids].sort()
}

export function clockAfter (now: number, end: ChainEnd, seen: Iterable<{ readonly clock: Clock }>): Clock {
  return nextClock(now, [end.clock, ...[...seen].map(({ clock }) => clock)])
}
