import { chainKey, sortInSteps } from '@dinemic/core'
import type { Link, Steps, Update, UpdateId, Verdict } from '@dinemic/core'
import type { UpdateRecord } from './engine.js'
import { operationsOf } from './cells.js'
import type { KnownFork } from './fork-row.js'
import type { LiveObject } from './live-object.js'
import type { MaskedIds } from './object-row.js'

interface Moment { readonly object: LiveObject['id'], readonly updates: readonly { readonly update: Update, readonly verdict: Verdict }[], readonly masked: MaskedIds, readonly forks: readonly KnownFork[] }

/** All updates of an object, in the order in which they were committed. In steps, of what is there now: the object may be written meanwhile. */
export function historyOf (live: LiveObject): Steps<UpdateRecord[]> {
  const updates = [...live.updates.values()].map(update => ({ update, verdict: live.verdicts.verdict(update.id) ?? 'pending' }))
  return recordsOf({ object: live.id, updates, masked: live.row.masked, forks: live.row.forks })
}

function * recordsOf ({ object, updates, masked, forks }: Moment): Steps<UpdateRecord[]> {
  const twins = yield * twinsOf(updates.map(({ update }) => update), forks)
  const records: UpdateRecord[] = []
  for (const { update, verdict } of updates) {
    const { id, kind, author, root, seq, clock, body } = update
    const atPlace = twins.get(placeOf(update)) ?? []
    records.push({
      id, kind: kind ?? 'unknown', author: author ?? object, root, seq, clock, verdict,
      masked: masked.has(id),
      // Found when somebody looks: of thousands at one place each has all the others.
      get fork () { return atPlace.filter(other => other !== id) },
      via: 'via' in body ? body.via : null,
      operations: operationsOf(update),
      grants: body.kind === 'genesis' ? body.grants : body.kind === 'grant' ? [body.grant] : [],
      close: body.kind === 'close' ? { grant: body.grant, heads: body.heads.map(head => head.id) } : null
    })
    yield
  }
  return records
}

/** What stands where something else stands, too, here or only in a proof. */
function * twinsOf (updates: readonly Update[], forks: readonly KnownFork[]): Steps<Map<string, UpdateId[]>> {
  const byPlace = new Map<string, Set<UpdateId>>()
  const add = (place: string, id: UpdateId): void => { byPlace.set(place, (byPlace.get(place) ?? new Set()).add(id)) }
  for (const { chain, seq, updates: [one, other] } of forks) {
    add(`${chain} ${seq}`, one)
    add(`${chain} ${seq}`, other)
  }
  for (const update of updates) {
    add(placeOf(update), update.id)
    yield
  }
  const twins = new Map<string, UpdateId[]>()
  for (const [place, ids] of byPlace) {
    if (ids.size > 1) twins.set(place, yield * sortInSteps([...ids], (a, b) => a < b ? -1 : 1))
    yield
  }
  return twins
}

function placeOf (link: Pick<Link, 'author' | 'root' | 'seq'>): string {
  return `${chainKey(link)} ${link.seq}`
}
