import { chainKey } from '@dinemic/core'
import type { Link, UpdateId } from '@dinemic/core'
import type { UpdateRecord } from './engine.js'
import type { LiveObject } from './live-object.js'
import { operationsOf } from './cells.js'

/** All updates of an object, in the order in which they were committed. */
export function historyOf (live: LiveObject): UpdateRecord[] {
  return [...live.updates.values()].map((update): UpdateRecord => {
    const { id, kind, author, root, seq, clock, body } = update
    return {
      id, kind: kind ?? 'unknown', author: author ?? live.id, root, seq, clock,
      verdict: live.verdicts.verdict(id) ?? 'pending',
      masked: live.row.masked.has(id),
      fork: forksOf(live, { id, author, root, seq }),
      via: 'via' in body ? body.via : null,
      operations: operationsOf(update),
      grants: body.kind === 'genesis' ? body.grants : body.kind === 'grant' ? [body.grant] : [],
      close: body.kind === 'close' ? { grant: body.grant, heads: body.heads.map(head => head.id) } : null
    }
  })
}

/** What stands at the same place, here or only in a proof. */
function forksOf ({ verdicts, row }: LiveObject, link: Pick<Link, 'id' | 'author' | 'root' | 'seq'>): UpdateId[] {
  const proven = row.forks.filter(({ chain, seq }) => seq === link.seq && chain === chainKey(link)).flatMap(({ updates }) => updates)
  return [...new Set([...verdicts.forksOf(link), ...proven])].filter(id => id !== link.id).sort()
}
