import { LIMITS, chainKey, compareText } from '@dinemic/core'
import type { GrantRef, Head, Link, ObjectId, UpdateId } from '@dinemic/core'
import type { LiveObject } from '../live-object.js'

/** `left`: the ends of branches for which the close has no room. */
export interface Kept { readonly heads: Head[], readonly left: readonly Link[] }

/**
 * The heads that a close of an update grant names: of all branches that count here, or those of the updates to keep.
 * Over the limits the greatest seqs stay.
 */
export function headsToKeep (live: LiveObject, grant: GrantRef, subject: ObjectId | null, keep?: readonly UpdateId[]): Kept {
  const authors = subject === null ? authorsUnder(live, grant) : [subject]
  const kept = authors.map(author => keep === undefined ? live.verdicts.heads(author, grant) : keptOf(live, { author, root: grant }, keep))
  const links = kept.flatMap(links => links.slice(0, LIMITS.heads)).sort((a, b) => b.seq - a.seq)
  const room = subject === null ? LIMITS.openHeads : LIMITS.heads
  return {
    heads: links.slice(0, room).map(({ id, seq, author }): Head => ({ id, seq, author: subject === null ? author : null })).sort((a, b) => compareText(a.id, b.id)),
    left: [...links.slice(room), ...kept.flatMap(links => links.slice(LIMITS.heads))]
  }
}

function authorsUnder (live: LiveObject, grant: GrantRef): ObjectId[] {
  const authors = new Set<ObjectId>()
  for (const { author } of live.verdicts.linksUnder(grant)) if (author !== null) authors.add(author)
  return [...authors]
}

/** Of the ids to keep one that names no update here of the subject; null: of whoever writes by a grant. */
export function strangeToKeep (live: LiveObject, subject: ObjectId | null, keep: readonly UpdateId[]): UpdateId | undefined {
  return keep.find(id => {
    const author = live.verdicts.links.get(id)?.author ?? null
    return author === null || (subject !== null && author !== subject)
  })
}

function keptOf (live: LiveObject, chain: Pick<Link, 'author' | 'root'>, keep: readonly UpdateId[]): Link[] {
  const key = chainKey(chain)
  return keep.flatMap(id => live.verdicts.links.get(id) ?? []).filter(link => chainKey(link) === key).sort((a, b) => b.seq - a.seq)
}
