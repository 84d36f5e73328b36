import { Verdicts, chainKey, countsAtOnce, isAnchor, isGoodLink, isRootOf, refKey, speaksOf, verdictOf } from '@dinemic/core'
import type { GrantRef, Head, Link, UpdateId, Verdict, VerdictChange } from '@dinemic/core'
import { patch } from './plant.js'
import type { Plant } from './plant.js'

type Links = ReadonlyMap<UpdateId, Link>
/** `before`: what was judged of it when it was looked at last. */
type Judge = (links: Links, x: Link, before: Verdict | undefined) => Verdict

/** The rule in parts, each of which can be got wrong. */
interface Rule {
  readonly countsAtOnce: (links: Links, x: Link) => boolean
  readonly objects: (links: Links, head: Head, x: Link) => boolean
  readonly isGood: (prev: Link, x: Link) => boolean
}

const RIGHT: Rule = {
  countsAtOnce: (_, x) => countsAtOnce(x),
  objects: (links, head, x) => walkObjects(links, head, x, false),
  isGood: (prev, x) => isGoodLink(prev, x)
}

export const verdictPlants: readonly Plant[] = [
  { bug: 'skip the close check', install: () => judging(ruled({ ...RIGHT, objects: () => false }, () => [])) },
  { bug: 'compare by seq only', install: () => judging(ruled({ ...RIGHT, objects: (_, head, x) => x.seq > head.seq })) },
  { bug: 'judge at arrival', install: () => judging((links, x, before) => before ?? verdictOf(links, x)) },
  { bug: 'unknown head = revoked', install: () => judging(ruled({ ...RIGHT, objects: (links, head, x) => walkObjects(links, head, x, true) })) },
  { bug: 'accept a bad link', install: () => judging(ruled({ ...RIGHT, isGood: () => true })) },
  { bug: 'the owner\'s grants and closes wait for what is missing', install: () => judging(ruled({ ...RIGHT, countsAtOnce: (links, x) => countsAtOnce(x) && (x.prev === null || links.has(x.prev)) })) },
  { bug: 'of several closes one decides', install: () => judging(ruled(RIGHT, closes => closes.slice(0, 1))) },
  { bug: 'the close of a grant to anyone names nobody', install: () => judging(ruled(RIGHT, (closes, toAnyone) => toAnyone ? closes.map(() => []) : closes)) },
  { bug: 'drop what a close revokes without the exception', install: () => patch(Verdicts.prototype, 'isNamed', () => () => false) }
]

/** The same machine with the right rule: shows that what is found is the bug and not the machine. */
export const control: Plant = { bug: 'none: the rule itself, judged anew each time', install: () => judging(ruled(RIGHT)) }

function ruled (rule: Rule, choose = (closes: Head[][], _toAnyone: boolean): Head[][] => closes): Judge {
  const judge = (links: Links, x: Link): Verdict => {
    if (countsAtOnce(x)) return rule.countsAtOnce(links, x) ? 'ok' : 'pending'
    if (x.root !== null && choose(closesOf(links, x), isToAnyone(links, x.root)).some(heads => heads.every(head => rule.objects(links, head, x)))) return 'revoked'
    const prev = x.prev === null ? undefined : links.get(x.prev)
    if (prev === undefined || !rule.isGood(prev, x)) return 'pending'
    if ((x.seq === 1 && isRootOf(prev, x)) || isAnchor(prev)) return 'ok'
    return judge(links, prev)
  }
  return judge
}

function closesOf (links: Links, x: Link): Head[][] {
  const root = x.root!
  const toAnyone = isToAnyone(links, root)
  return [...links.values()]
    .filter(link => link.close !== null && refKey(link.close.grant) === refKey(root))
    .map(link => link.close!.heads.filter(head => speaksOf(head, x.author, toAnyone)))
}

function isToAnyone (links: Links, root: GrantRef): boolean {
  return links.get(root.id)?.subjects[root.index] === null
}

function walkObjects (links: Links, head: Head, x: Link, unknown: boolean): boolean {
  if (x.seq > head.seq) return true
  let id: UpdateId | null = head.id
  for (let position = head.seq; ; position--) {
    const link: Link | undefined = id === null ? undefined : links.get(id)
    if (link === undefined) return unknown
    if (position === x.seq) return link.id !== x.id
    if (chainKey(link) !== chainKey(x)) return true
    id = link.prev
  }
}

/** Has all objects judged so, everything anew with each update. */
function judging (judge: Judge): () => void {
  const known = new WeakMap<Verdicts, Map<UpdateId, Verdict>>()
  const verdictsOf = (verdicts: Verdicts): Map<UpdateId, Verdict> => {
    const map = known.get(verdicts) ?? new Map<UpdateId, Verdict>()
    known.set(verdicts, map)
    return map
  }
  const undo = [
    patch(Verdicts.prototype, 'adding', original => function * (this: Verdicts, link) {
      yield * original.call(this, link)
      const judged = verdictsOf(this)
      const changes: VerdictChange[] = []
      for (const x of [...this.links.values()].sort((a, b) => a.seq - b.seq)) {
        const before = judged.get(x.id)
        const verdict = judge(this.links, x, before)
        if (verdict === before) continue
        judged.set(x.id, verdict)
        const isFollowed = [...this.links.values()].some(next => next.prev === x.id && judged.get(next.id) === 'ok')
        changes.push({ id: x.id, verdict, remerge: before === 'ok' || (verdict === 'ok' && isFollowed) })
      }
      return changes
    }),
    patch(Verdicts.prototype, 'verdict', () => function (this: Verdicts, id) { return verdictsOf(this).get(id) }),
    patch(Verdicts.prototype, 'refuses', () => function (this: Verdicts, link) {
      return judge(new Map(this.links).set(link.id, link), link, undefined) === 'revoked' && !this.isNamed(link)
    }),
    patch(Verdicts.prototype, 'drop', original => function (this: Verdicts, id) {
      original.call(this, id)
      verdictsOf(this).delete(id)
    })
  ]
  return () => { for (const step of undo) step() }
}
