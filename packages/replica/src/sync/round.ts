import type { Platform } from '@dinemic/core'
import type { Print } from '../reconcile/salted-ranges.js'
import type { RangeSums } from '../reconcile/range-sums.js'
import type { SetSums } from '../reconcile/set-sums.js'
import { SYNC_VERSION, decodeWelcome } from './messages.js'
import type { Audit, ModelPrint, Welcome } from './messages.js'
import type { PeerLink } from './peer-link.js'
import { pullChosen } from './chosen.js'
import type { ChosenParts } from './chosen.js'
import { Pull } from './pull.js'
import type { Responder } from './responder.js'

/** A clock that is off by more than this is worth a warning, in ms. */
const CLOCK_TOLERANCE = 30_000
/** An audit goes through no more keys than this. */
const AUDITED = 400

export interface RoundParts extends ChosenParts {
  readonly responder: Responder
  readonly sums: Pick<SetSums, 'of' | 'check'>
  readonly platform: Platform
  /** A peer has models in which this node may take part from now on. */
  readonly learn: (prints: readonly ModelPrint[], from: string) => void
}

/** `changed`: something new came. `again`: at once. `hasMore`: it ended early. `isWhole`: all that the peer has of this node's models is here, but for what was refused. */
interface Outcome { readonly changed: boolean, readonly again: boolean, readonly hasMore: boolean, readonly isWhole: boolean }

/** Comparisons with one peer, one after another. */
export class Round {
  readonly #parts: RoundParts
  readonly #link: PeerLink
  /** Both sides' sets when a comparison last brought nothing: as long as they stay, another would bring nothing either. */
  #futile = ''
  /** Models of which the chosen objects are as the peer's are; that the others are lacking here is meant so. */
  readonly #alike = new Set<string>()

  /** Once for each connection. */
  #clockTold = false

  constructor (parts: RoundParts, link: PeerLink) {
    this.#parts = parts
    this.#link = link
  }

  /** One comparison. `ask` asks the peer for what is missing by id. */
  async run (ask: () => Promise<void>): Promise<Outcome> {
    const { responder, progress, claims, interest } = this.#parts
    const { peer, salt, lost, brokenPromises } = this.#link
    const audit = await this.#chooseAudit(await responder.prints(salt))
    const ours = await responder.prints(salt)
    const own = audit && await responder.audit(audit, salt)
    const theirs = await this.#compare(ours, audit)
    if (theirs === undefined) return { changed: false, again: false, hasMore: false, isWhole: false }
    this.#parts.learn(theirs.prints, peer)
    // Learned here, or since these were taken, as the peer asked: what it has of them is still to be compared.
    const known = new Set(ours.map(({ model }) => model))
    const learned = theirs.prints.some(({ model }) => !known.has(model) && interest.takesPart(model))
    const pair = `${pairOf(theirs.prints, ours)} ${interest.choices}`
    const models = differing(theirs.prints, ours)
    const pulls: Pull[] = []
    if (pair !== this.#futile) {
      this.#alike.clear()
      for (const model of models) {
        // Who has not kept a promise about one has no more to do with the others, for now.
        if (this.#link.brokenPromises > brokenPromises) break
        const pulled = await this.#pull(model)
        if (model.own.partial === true && pulled.length === 0 && this.#link.lost === lost) this.#alike.add(model.own.model)
        pulls.push(...pulled)
      }
    }
    const unlike = models.filter(({ own: { model } }) => !this.#alike.has(model))
    if (audit !== null && own !== null) pulls.push(...await this.#audit(audit, own, theirs.audit))
    await ask()
    const got = pulls.reduce((sum, pull) => sum + pull.got, 0)
    const again = pulls.some(({ leftToOthers }) => leftToOthers)
    if (again) await claims.settled()
    const isDone = pulls.every(({ isDone }) => isDone) && this.#link.lost === lost && this.#link.brokenPromises === brokenPromises
    if (got === 0 && isDone) this.#futile = pair
    const shared = new Set(theirs.prints.flatMap(({ model, partial }) => partial === true ? [] : [model]))
    progress.ended(peer, {
      result: got > 0 ? 'received' : unlike.length === 0 ? 'equal' : 'nothing',
      reason: got > 0 || unlike.length === 0 ? undefined : 'what differs is here alone, was refused here, or did not come',
      differs: unlike.map(({ own, their }) => ({ model: own.model, here: own.count, there: their.count }))
    })
    return { changed: got > 0, again: again || learned, hasMore: pulls.some(({ hasMore }) => hasMore), isWhole: isDone && ours.every(({ model }) => shared.has(model)) }
  }

  checkClock (time: number): void {
    const ahead = time - this.#parts.platform.now()
    if (Math.abs(ahead) <= CLOCK_TOLERANCE || this.#clockTold) return
    this.#clockTold = true
    this.#parts.report('clock', { peer: this.#link.peer, ahead })
  }

  async #pull ({ own, their }: Differing): Promise<Pull[]> {
    if (own.partial === true) return await pullChosen(this.#parts, this.#link, { own, their })
    const pull = new Pull(this.#parts, this.#link, { model: own.model, have: own.count })
    // Who has chosen some objects is no provider of the model: from it comes what it has written.
    await (their.partial === true ? pull.difference([''], { whole: their }) : pull.all(their))
    return [pull]
  }

  async #compare (prints: readonly ModelPrint[], audit: Audit | null): Promise<Welcome | undefined> {
    const { platform, progress } = this.#parts
    const { peer, salt } = this.#link
    const answer = await this.#link.request({ ask: 'compare', greeting: { version: SYNC_VERSION, time: platform.now(), salt, prints, audit } })
    if (answer === undefined) {
      progress.ended(peer, { result: 'failed', reason: 'no answer' })
      return undefined
    }
    const theirs = decodeWelcome(answer)
    this.checkClock(theirs.time)
    if (theirs.version === SYNC_VERSION) return theirs
    progress.ended(peer, { result: 'failed', reason: `it speaks version ${theirs.version} of the protocol, this node version ${SYNC_VERSION}` })
    return undefined
  }

  /** A part of some model, by chance, so that nobody can hide where nobody looks. */
  async #chooseAudit (ours: readonly ModelPrint[]): Promise<Audit | null> {
    const filled = ours.filter(({ count, partial }) => count > 0 && partial !== true)
    if (filled.length === 0) return null
    const { model, count } = filled[this.#below(filled.length)]!
    const prefix = await this.#somePart(await this.#parts.sums.of(model), count)
    await this.#parts.sums.check(model, prefix)
    return { model, prefix }
  }

  async #somePart (set: RangeSums, count: number): Promise<string> {
    let prefix = ''
    for (let left = count; left > AUDITED;) {
      const parts = await set.parts(prefix)
      let at = this.#below(parts.reduce((sum, { fingerprint }) => sum + fingerprint.count, 0))
      const part = parts.find(({ fingerprint }) => (at -= fingerprint.count) < 0)
      if (part === undefined) break
      prefix = part.prefix
      left = part.fingerprint.count
    }
    return prefix
  }

  /** As many ids with the same sum, and other ids: somebody made them so. They are found one by one. */
  async #audit ({ model, prefix }: Audit, own: Print, theirs: Print | null): Promise<Pull[]> {
    if (theirs === null || theirs.count !== own.count || theirs.print === own.print) return []
    const pull = new Pull(this.#parts, this.#link, { model, have: own.count })
    await pull.difference([prefix], { exact: true })
    return [pull]
  }

  #below (limit: number): number {
    const bytes = this.#parts.platform.random(6)
    return Number(bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n) % BigInt(limit))
  }
}

/** What two sides showed when they compared. */
export function pairOf (theirs: readonly ModelPrint[], ours: readonly ModelPrint[]): string {
  return [...theirs, ...ours].map(({ model, count, print }) => `${model} ${count} ${print}`).join(',')
}

export interface Differing { readonly own: ModelPrint, readonly their: ModelPrint }

/** Models in which both take part and whose sets aren't the same; each once, however often the peer names it. */
export function differing (theirs: readonly ModelPrint[], ours: readonly ModelPrint[]): Differing[] {
  const theirsByModel = new Map(theirs.map(print => [print.model, print]))
  return ours.flatMap(own => {
    const their = theirsByModel.get(own.model)
    return their === undefined || (own.count === their.count && own.print === their.print) ? [] : [{ own, their }]
  })
}
