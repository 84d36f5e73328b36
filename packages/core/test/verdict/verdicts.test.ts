import { describe, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import type { GrantRef, ObjectId, UpdateId, Verdict } from '../../src/types.js'
import { chainKey, countsAtOnce, isAnchor, isGoodLink, isRootOf } from '../../src/verdict/link.js'
import type { Link } from '../../src/verdict/link.js'
import { verdictOf } from '../../src/verdict/reference.js'
import { Verdicts } from '../../src/verdict/verdicts.js'
import { assertAlways } from './fuzz.js'
import { MiniNode, verdictsOf } from './node.js'
import { anyOrder, anySteps, history, inOrder } from './world.js'

const RANK: Record<Verdict, number> = { pending: 0, ok: 1, revoked: 2 }

describe('verdicts', () => {
  test('follow the definition after each update, move to the right only, and at most twice', () => {
    assertAlways(fc.property(anySteps, anyOrder, (steps, order) => {
      const said = new Map<UpdateId, Verdict>()
      const moves = new Map<UpdateId, number>()
      const node = new MiniNode({
        drops: false,
        taken: (_, changes) => {
          const { links } = node.verdicts
          const before = new Map(said)
          for (const { id, verdict } of changes) {
            expect(RANK[verdict]).toBeGreaterThan(RANK[said.get(id)!] ?? -1)
            moves.set(id, (moves.get(id) ?? -1) + 1)
            said.set(id, verdict)
          }
          const defined = verdictsByDefinition(links)
          expect(new Map([...said].sort())).toEqual(defined)
          expect(verdictsOf(node.verdicts)).toEqual(defined)
          expect(changes.length).toBe(new Set(changes.map(({ id }) => id)).size)
          const late = new Set([...links.values()].flatMap(next => before.get(next.id) === 'ok' ? precedes(links, next)?.id ?? [] : []))
          for (const { id, verdict, remerge } of changes) {
            expect(remerge).toBe(before.get(id) === 'ok' || (verdict === 'ok' && late.has(id)))
          }
        }
      })
      node.offer(inOrder(history(steps), order))
      expect(Math.max(...moves.values())).toBeLessThanOrEqual(2)
    }), 400)
  })

  test('come out the same in every order of arrival', () => {
    assertAlways(fc.property(anySteps, anyOrder, anyOrder, (steps, one, other) => {
      const updates = history(steps)
      const nodes = [one, other].map(order => {
        const node = new MiniNode({ drops: false })
        node.offer(inOrder(updates, order))
        return verdictsOf(node.verdicts)
      })
      expect(nodes[0]).toEqual(nodes[1])
    }), 300)
  })

  test('what comes to count later comes after what it follows', () => {
    assertAlways(fc.property(anySteps, anyOrder, (steps, order) => {
      const counting = new Set<UpdateId>()
      const node = new MiniNode({
        drops: false,
        taken: (_, changes) => {
          for (const { id, verdict } of changes) {
            if (verdict !== 'ok') continue
            const prev = precedes(node.verdicts.links, node.verdicts.links.get(id)!)
            if (prev !== undefined && node.verdicts.verdict(prev.id) === 'ok') expect(counting).toContain(prev.id)
            counting.add(id)
          }
        }
      })
      node.offer(inOrder(history(steps), order))
      expect(counting.size).toBeGreaterThan(0)
    }), 200)
  })

  test('nothing with a bad link on its way back counts', () => {
    assertAlways(fc.property(anySteps, anyOrder, (steps, order) => {
      const node = new MiniNode({ drops: false })
      node.offer(inOrder(history(steps), order))
      const { links } = node.verdicts
      for (const link of links.values()) {
        if (node.verdicts.verdict(link.id) === 'ok') expect(isWellRooted(links, link)).toBe(true)
      }
    }), 300)
  })
})

describe('with what closes revoke left out', () => {
  test('every order ends with the same updates and the same verdicts', () => {
    assertAlways(fc.property(anySteps, anyOrder, anyOrder, (steps, one, other) => {
      const updates = history(steps)
      const nodes = [one, other].map(order => {
        const node = new MiniNode({ drops: true })
        node.offerUntilQuiet(inOrder(updates, order))
        return node.verdicts
      })
      expect(verdictsOf(nodes[0]!)).toEqual(verdictsOf(nodes[1]!))
      expect(verdictsOf(nodes[0]!)).toEqual(verdictsByDefinition(nodes[0]!.links))
    }), 500)
  })

  test('two stores that exchange what they hold end alike, and as one that had everything', () => {
    assertAlways(fc.property(anySteps, anyOrder, anyOrder, fc.array(fc.nat({ max: 2 }), { minLength: 64, maxLength: 64 }), (steps, one, other, share) => {
      const updates = history(steps)
      const byId = new Map(updates.map(update => [update.id, update]))
      const left = new MiniNode({ drops: true })
      const right = new MiniNode({ drops: true })
      left.offer(inOrder(updates.filter((_, i) => share[i % 64] !== 1), one))
      right.offer(inOrder(updates.filter((_, i) => share[i % 64] !== 0), other))
      for (let before = ''; before !== sizes(left, right);) {
        before = sizes(left, right)
        left.offer([...right.verdicts.links.keys()].map(id => byId.get(id)!))
        right.offer([...left.verdicts.links.keys()].map(id => byId.get(id)!))
      }
      expect(verdictsOf(left.verdicts)).toEqual(verdictsOf(right.verdicts))
      left.offerUntilQuiet(updates)
      const all = new MiniNode({ drops: true })
      all.offerUntilQuiet(updates)
      expect(verdictsOf(left.verdicts)).toEqual(verdictsOf(all.verdicts))
    }), 400)
  })

  test('verdicts are what they would be if nothing had been dropped', () => {
    assertAlways(fc.property(anySteps, anyOrder, (steps, order) => {
      const updates = inOrder(history(steps), order)
      const keeping = new MiniNode({ drops: false })
      const dropping = new MiniNode({ drops: true })
      keeping.offer(updates)
      dropping.offerUntilQuiet(updates)
      const kept = verdictsOf(keeping.verdicts)
      for (const [id, verdict] of kept) {
        // Only what is revoked may be missing.
        expect(dropping.verdicts.verdict(id) ?? 'revoked').toBe(verdict)
      }
    }), 300)
  })
})

describe('questions about chains, against brute force', () => {
  test('heads, missing, forksOf, isNamed, isAncestor', () => {
    assertAlways(fc.property(anySteps, anyOrder, fc.boolean(), (steps, order, drops) => {
      const node = new MiniNode({ drops })
      node.offer(inOrder(history(steps), order))
      const { verdicts } = node
      const links = [...verdicts.links.values()]
      const isOk = (link: Link): boolean => verdicts.verdict(link.id) === 'ok'
      for (const { author, root } of links) {
        const chain = links.filter(link => chainKey(link) === chainKey({ author, root }))
        const heads = chain.filter(link => isOk(link) && !chain.some(next => isOk(next) && precedes(verdicts.links, next) === link))
        const found = verdicts.heads(author, root)
        expect(found.map(({ id }) => id)).toEqual(heads.sort((a, b) => b.seq - a.seq || (a.id < b.id ? -1 : 1)).map(({ id }) => id))
      }
      const named = namedIds(verdicts.links)
      for (const link of links) {
        expect(verdicts.isNamed(link)).toBe(named.has(link.id))
        expect([...verdicts.forksOf(link)].sort()).toEqual(links.filter(other => other !== link && chainKey(other) === chainKey(link) && other.seq === link.seq).map(({ id }) => id).sort())
        if (!isOk(link)) continue
        const before = ancestors(verdicts.links, link)
        expect(links.filter(other => isOk(other) && verdicts.isAncestor(other, link) !== before.has(other.id))).toEqual([])
      }
      const gaps = links.flatMap(({ prev }) => prev === null || verdicts.links.has(prev) ? [] : [prev])
      const awaited = [...named].filter(id => !verdicts.links.has(id))
      if (drops) expect(verdicts.missing()).toEqual(expect.arrayContaining(awaited))
      else expect(verdicts.missing().sort()).toEqual([...new Set([...gaps, ...awaited])].sort())
    }), 300)
  })
})

describe('a long chain', () => {
  const author = 'a' as ObjectId
  const root: GrantRef = { id: 'g', index: 0 }
  const plain = { author, root, kind: 'change' as const, subjects: [], close: null }
  const genesis: Link = { ...plain, id: 'g', kind: 'genesis', author: null, root: null, seq: 0, prev: null, subjects: [author] }
  const chain = Array.from({ length: 20_000 }, (_, i): Link => ({ ...plain, id: `u${i + 1}`, seq: i + 1, prev: i === 0 ? 'g' : `u${i}` }))
  const close = (id: string, heads: readonly [string, number][]): Link => ({
    ...genesis, id, kind: 'close', seq: 1, prev: 'g', subjects: [], close: { grant: root, heads: heads.map(([head, seq]) => ({ id: head, seq, author: null })) }
  })

  test('that arrives backwards behind a close is judged in one go, without a stack', () => {
    const verdicts = new Verdicts()
    verdicts.add(genesis)
    verdicts.add(close('c', [['u19000', 19_000]]))
    for (const link of chain.toReversed()) verdicts.add(link)
    expect([verdicts.verdict('u19000'), verdicts.verdict('u19001')]).toEqual(['ok', 'revoked'])
    expect(verdicts.missing()).toEqual([])
  })

  const siblings = chain.map(({ id }): Link => ({ ...plain, id: `s${id}`, seq: 2, prev: 'u1' }))
  const ended = close('c', [['u19000', 19_000]])

  test.each<[string, readonly Link[], Link]>([
    ['a close of all of it', [genesis, ...chain], close('c', [])],
    ['a close that keeps it', [genesis, ...chain], ended],
    ['a close with a head on another chain', [genesis, ...chain], close('c', [['g', 19_000]])],
    ['its first update, come last', [genesis, ...chain.slice(1)], chain[0]!],
    ['its first update, come last, behind a close', [genesis, ended, ...chain.slice(1)], chain[0]!],
    ['the head that a close waits for', [genesis, ended, ...chain.toSpliced(18_999, 1)], chain[18_999]!],
    ['what 20,000 forks follow, come after them', [genesis, ...siblings], chain[0]!],
    ['what 20,000 with a bad link follow, come after them', [genesis, ...siblings.map(link => ({ ...link, seq: 7 }))], chain[0]!],
    ['the genesis, come last', [ended, ...chain], genesis]
  ])('%s is judged in small steps', (_what, before, link) => {
    const verdicts = new Verdicts()
    for (const known of before) verdicts.add(known)
    const lookUps = jest.spyOn(Map.prototype, 'get')
    let [most, steps, done] = [0, 0, false as boolean | undefined]
    for (const adding = verdicts.adding(link); done !== true; steps++) {
      lookUps.mockClear();
      ({ done } = adding.next())
      most = Math.max(most, lookUps.mock.calls.length)
    }
    lookUps.mockRestore()
    expect(steps).toBeGreaterThan(10_000)
    expect(most).toBeLessThan(100)
  })

  test('a head that claims an absurd seq costs nothing', () => {
    const verdicts = new Verdicts()
    for (const link of [genesis, chain[0]!, close('c', [['u1', Number.MAX_SAFE_INTEGER]])]) verdicts.add(link)
    // Taken to stand so high, its walk leaves the chain far above u1.
    expect(verdicts.verdict('u1')).toBe('revoked')
  })

  test('the branches that a close names are asked for although nothing of them is here', () => {
    const verdicts = new Verdicts()
    verdicts.add(genesis)
    verdicts.add(close('c', [['u2', 2]]))
    expect(verdicts.missing()).toEqual(['u2'])
    verdicts.add(chain[1]!)
    expect(verdicts.missing()).toEqual(['u1'])
  })
})

function precedes (links: ReadonlyMap<UpdateId, Link>, x: Link): Link | undefined {
  const prev = x.prev === null ? undefined : links.get(x.prev)
  return prev !== undefined && isGoodLink(prev, x) && chainKey(prev) === chainKey(x) ? prev : undefined
}

function ancestors (links: ReadonlyMap<UpdateId, Link>, x: Link): Set<UpdateId> {
  const found = new Set<UpdateId>()
  for (let at = precedes(links, x); at !== undefined; at = precedes(links, at)) found.add(at.id)
  return found
}

/** Good links all the way to the root, or to an update of the owner that counts by itself. */
function isWellRooted (links: ReadonlyMap<UpdateId, Link>, x: Link): boolean {
  if (countsAtOnce(x)) return true
  const prev = links.get(x.prev!)
  if (prev === undefined || !isGoodLink(prev, x)) return false
  return (x.seq === 1 && isRootOf(prev, x)) || isAnchor(prev) || isWellRooted(links, prev)
}

/** All that a walk from a head of any close comes to, as far as grants are known. */
function namedIds (links: ReadonlyMap<UpdateId, Link>): Set<UpdateId> {
  const named = new Set<UpdateId>()
  for (const { close } of links.values()) {
    for (const head of close?.heads ?? []) {
      named.add(head.id)
      const subject = links.get(close!.grant.id)?.subjects[close!.grant.index]
      if (subject === undefined || (subject === null && head.author === null)) continue
      const chain = chainKey({ author: subject ?? head.author, root: close!.grant })
      let id: UpdateId | null = head.id
      for (let position = head.seq; position > 0 && id !== null; position--) {
        named.add(id)
        const link: Link | undefined = links.get(id)
        if (link === undefined || chainKey(link) !== chain) break
        id = link.prev
      }
    }
  }
  return named
}

function verdictsByDefinition (links: ReadonlyMap<UpdateId, Link>): Map<UpdateId, string> {
  return new Map([...links.keys()].sort().map(id => [id, verdictOf(links, links.get(id)!)]))
}

function sizes (...nodes: readonly MiniNode[]): string {
  return nodes.map(node => [...node.verdicts.links.keys()].sort().join()).join(' ')
}
