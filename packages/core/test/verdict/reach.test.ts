import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Body, Head, Update } from '../../src/update-types.js'
import { isGoodLink, linkOf, refKey } from '../../src/verdict/link.js'
import { MiniNode } from './node.js'
import { anyOrder, anySteps, history, inOrder } from './world.js'

// The properties say something only about what the histories come to. How many of 400 have each of these is measured here:
// a generator that no longer gets there makes no property fail.

type Close = Extract<Body, { kind: 'close' }>

class Case {
  readonly updates: readonly Update[]
  readonly #all = new MiniNode({ drops: false })
  readonly #dropping = new MiniNode({ drops: true })

  constructor (updates: readonly Update[], order: readonly number[]) {
    this.updates = updates
    this.#all.offer(inOrder(updates, order))
    this.#dropping.offerUntilQuiet(updates)
  }

  some (wanted: (update: Update) => boolean): boolean {
    return this.updates.some(wanted)
  }

  is (verdict: string, { id }: Pick<Update, 'id'>): boolean {
    return this.#all.verdicts.verdict(id) === verdict
  }

  isForked (update: Update): boolean {
    return this.#all.verdicts.forksOf(update).length > 0
  }

  prev ({ prev }: Update): Update | undefined {
    return this.updates.find(({ id }) => id === prev)
  }

  /** Null: anyone; undefined: there is no such grant. */
  subject (ref: Update['root']): string | null | undefined {
    return ref === null ? undefined : this.#all.verdicts.links.get(ref.id)?.subjects[ref.index]
  }

  /** Heads of a close that are updates of its grant, those of the author that they name where that is said. */
  kept ({ grant, heads }: Close): Update[] {
    return heads.flatMap(head => this.updates.filter(({ id, root, author }) => id === head.id && root !== null && refKey(root) === refKey(grant) && (head.author === null || head.author === author)))
  }

  someClose (wanted: (close: Close) => boolean): boolean {
    return this.some(({ body }) => body.kind === 'close' && wanted(body))
  }

  get droppedSome (): boolean {
    return this.#dropping.verdicts.links.size < this.updates.length
  }

  /** On a branch that some close names, and revoked by another. */
  get staysRevoked (): boolean {
    return [...this.#dropping.verdicts.links.keys()].some(id => this.#dropping.verdicts.verdict(id) === 'revoked')
  }
}

const isFork = (found: Case, ofAnyone: boolean) => (update: Update): boolean => update.root !== null && found.isForked(update) && (found.subject(update.root) === null) === ofAnyone
const authorsOf = (heads: readonly Head[]): number => new Set(heads.map(({ author }) => author)).size

const PLACES: { readonly [place: string]: readonly [atLeast: number, is: (found: Case) => boolean] } = {
  'a bad link': [200, found => found.some(update => { const prev = found.prev(update); return prev !== undefined && !isGoodLink(linkOf(prev), update) })],
  'a link to nothing': [100, found => found.some(update => update.seq > 0 && found.prev(update) === undefined)],
  'a fork of the owner': [200, found => found.some(update => update.root === null && update.seq > 0 && found.isForked(update))],
  'a fork at seq 0': [100, found => found.some(update => update.seq === 0 && found.isForked(update))],
  'a fork of a caller': [100, found => found.some(isFork(found, false))],
  'a fork of a stranger': [50, found => found.some(isFork(found, true))],
  'an unknown kind that something that counts follows': [50, found => found.some(update => { const prev = found.prev(update); return prev?.kind === undefined && prev !== undefined && found.is('ok', update) })],
  'a later version of a known kind': [100, found => found.some(({ version, kind }) => version > 1 && kind !== undefined)],
  'a later version of the genesis': [20, found => found.some(({ version, kind }) => version > 1 && kind === 'genesis')],
  'a later version of a grant, close or keys that something that counts follows': [20, found => found.some(update => { const prev = found.prev(update); return prev !== undefined && prev.version > 1 && ['grant', 'close', 'keys'].includes(prev.kind ?? '') && found.is('ok', update) })],
  'two endorsements of one proposal that count': [50, found => found.some(({ id, body }) => body.kind === 'change' && body.via !== null && found.some(other => other.id !== id && other.body.kind === 'change' && other.body.via?.id === body.via!.id && found.is('ok', other) && found.is('ok', { id })))],
  'an endorsed removal': [50, found => found.some(({ body }) => body.kind === 'remove' && body.via !== null)],
  'a close of a grant that isn\'t there': [30, found => found.someClose(({ grant }) => found.subject(grant) === undefined)],
  'a close without heads': [100, found => found.someClose(({ heads }) => heads.length === 0)],
  'a close with a head that isn\'t here': [50, found => found.someClose(({ heads }) => heads.some(({ id }) => !found.some(update => update.id === id)))],
  'a close with a wrong seq': [50, found => found.someClose(({ heads }) => heads.some(({ id, seq }) => found.some(update => update.id === id && update.seq !== seq)))],
  'a close that keeps one branch of a caller\'s fork': [50, found => found.someClose(close => found.kept(close).some(isFork(found, false)))],
  'a close for anyone with heads of several authors': [30, found => found.someClose(({ grant, heads }) => found.subject(grant) === null && authorsOf(heads) > 1)],
  'a close for anyone that keeps what counts': [50, found => found.someClose(close => found.subject(close.grant) === null && found.kept(close).some(update => found.is('ok', update)))],
  'a close for anyone that keeps one branch of a fork': [20, found => found.someClose(close => found.kept(close).some(isFork(found, true)))],
  'two closes of one grant that keep different things': [30, found => found.someClose(one => found.someClose(other => one !== other && refKey(one.grant) === refKey(other.grant) && found.kept(one).some(update => !found.kept(other).includes(update))))],
  'something dropped': [150, found => found.droppedSome],
  'something revoked that stays, since a close names it': [50, found => found.staysRevoked],
  'something pending': [200, found => found.some(update => found.is('pending', update))]
}

test('the histories of the properties reach the hard places', () => {
  const cases = fc.sample(fc.tuple(anySteps, anyOrder), { numRuns: 400, seed: 20140 }).map(([steps, order]) => new Case(history(steps), order))
  const found = Object.entries(PLACES).map(([place, [atLeast, is]]) => ({ place, atLeast, count: cases.filter(is).length }))
  if (process.env.FUZZ !== undefined) process.stderr.write(found.map(({ place, count }) => `${count} of 400 have ${place}\n`).join(''))
  expect(found.filter(({ atLeast, count }) => count < atLeast)).toEqual([])
})
