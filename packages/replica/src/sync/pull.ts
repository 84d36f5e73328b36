import type { Print } from '../reconcile/salted-ranges.js'
import { walk } from '../reconcile/walk.js'
import type { Lacking } from '../reconcile/walk.js'
import type { Claims } from './claims.js'
import { rangesOf } from './join.js'
import type { Join, JoinPart, JoinRange, Joins } from './join.js'
import { decodeObjects } from './messages.js'
import { SETTLED } from './peer-link.js'
import type { PeerLink } from './peer-link.js'
import type { Progress } from './progress.js'
import { decodeRanges } from './range-messages.js'
import type { ObjectsPlace } from './range-messages.js'
import type { Responder } from './responder.js'
import { Pass } from './settled-parts.js'
import { Transfer } from './transfer.js'
import type { Arrival, TransferParts } from './transfer.js'
import { badMessage } from './wire.js'

/** Ids that are fetched together. */
const BATCH = 2000
/** Requests about ranges in one walk, and pages that bring nothing new in a row: then it ends, and another comes in its time. */
const MOST_REQUESTS = 2000
const FRUITLESS_PAGES = 4
/** Updates in pages of which this node's own rules keep out all: older ones may hold what they let in, and the next comparison goes on there, as it remembers so many. */
const KEPT_OUT = SETTLED / 2
/** Answers about ranges in a row that name nothing to get: two honest sets would have to differ in a hundred thousand places where the other lacks something, and this one nothing. */
const BARREN = 512
/** Pages of whole objects in a row that hold none: each has looked through thousands of updates, so that is a million older ones. */
const EMPTY_PAGES = 256
/** Who has less than this part of what the other has, and the other so much at least, fetches whole objects. */
const JOIN_SHARE = 1 / 8
/** A join that was interrupted goes on below this part. */
const RESUME_SHARE = 3 / 4
const JOIN_COUNT = 200
/** A join is cut into about so many ranges, for several providers to share, but not into smaller ones than this. */
const JOIN_PARTS = 16
const JOIN_RANGE = 100
const JOIN_REQUESTS = 4
const MOST_JOIN_PARTS = 1024

export interface PullParts extends TransferParts {
  readonly responder: Pick<Responder, 'shown'>
  readonly claims: Claims
  readonly joins: Joins
  readonly progress: Progress
}

/** `have`: updates of the model here. `set`: what is compared of it, if that is one object. */
export interface PullScope { readonly model: string, readonly have: number, readonly set?: string }

/** `exact`: by the ids, not their sums. `whole`: how the peer's set looks, unless `exact`. */
interface Comparison { readonly exact?: boolean, readonly whole?: Print }

/** Gets what a peer has of one model, or one object, and this node lacks. */
export class Pull {
  /** New updates. */
  got = 0
  /** Something was left to other peers: whether it came from them is seen when all are done. */
  leftToOthers = false
  /** Whether all that differs was gone through. */
  isDone = false
  readonly #parts: PullParts
  readonly #link: PeerLink
  readonly #model: string
  readonly #set: string
  readonly #have: number
  readonly #transfer: Transfer
  #fruitless = 0
  #keptOut = 0
  #empty = 0
  #came = 0
  #told = false
  /** Something was to be fetched, and no answer came or nobody wants it any more. */
  #isCut = false
  /** What the peer has of the model, if all of it is compared, and how much of that this node won't take. */
  #theirs = 0
  #unwanted = 0

  constructor (parts: PullParts, link: PeerLink, { model, have, set = model }: PullScope) {
    this.#parts = parts
    this.#link = link
    this.#model = model
    this.#set = set
    this.#have = have
    this.#transfer = new Transfer(parts, link, set)
  }

  /** Everything, the two sides' sets looking like this. */
  async all (theirs: Print): Promise<void> {
    this.#theirs = theirs.count
    try {
      if (this.#isJoin(theirs)) {
        await this.#join(theirs)
        const { count, print } = await (await this.#ours(false)).print('')
        this.isDone = count === theirs.count && print === theirs.print
        if (this.isDone) return
      }
      await this.difference([''], { whole: theirs })
    } finally {
      this.#end()
    }
  }

  /** What differs under some prefixes. */
  async difference (prefixes: readonly string[], options: Comparison = {}): Promise<void> {
    try {
      await this.#difference(prefixes, options)
    } finally {
      this.#end()
    }
  }

  async #difference (prefixes: readonly string[], { exact = false, whole }: Comparison): Promise<void> {
    const { salt, parts } = this.#link
    const pass = new Pass(parts, this.#transfer.scope)
    if (whole !== undefined && pass.skips({ prefix: '', ...whole })) {
      this.isDone = true
      return
    }
    let requests = 0
    let barren = 0
    let answered = true
    const ask = async (asked: readonly string[]): Promise<ReturnType<typeof decodeRanges> | undefined> => {
      if (barren++ === BARREN) this.#tellBarren()
      const isOver = requests++ >= MOST_REQUESTS || barren > BARREN || this.#isFruitless || this.#isCut || !await this.#parts.interest.wants(this.#set)
      const bytes = isOver ? undefined : await this.#link.request({ ask: 'ranges', model: this.#set, salt, exact, prefixes: asked })
      answered = bytes !== undefined
      return bytes && decodeRanges(asked, bytes)
    }
    let batch: Lacking[] = []
    for await (const step of walk({ ours: await this.#ours(exact), ask, ...(exact ? {} : { skips: part => this.#skips(pass, part) }) }, prefixes)) {
      for (const { prefix, shortIds } of step) {
        const open = shortIds.filter(id => !this.#transfer.isSettled(id))
        this.#unwanted += shortIds.length - open.length
        if (open.length === 0) {
          pass.settles(prefix)
          continue
        }
        pass.lacks(prefix)
        barren = 0
        batch.push({ prefix, shortIds: open })
      }
      if (sizeOf(batch) < BATCH) continue
      await this.#fetch(batch)
      batch = []
    }
    await this.#fetch(batch)
    this.isDone = answered && !this.leftToOthers && !this.#isCut
    pass.end(this.isDone)
  }

  /** Most of the part may be here: rather less is said to be on the way than more. */
  #skips (pass: Pass, part: Print & { readonly prefix: string }): boolean {
    const skips = pass.skips(part)
    if (skips) this.#unwanted += part.count
    return skips
  }

  /** It ended early, and what comes next may well be wanted. */
  get hasMore (): boolean {
    return this.#keptOut >= KEPT_OUT
  }

  get #isFruitless (): boolean {
    return this.#fruitless >= FRUITLESS_PAGES || this.#empty >= EMPTY_PAGES || this.hasMore
  }

  #isJoin ({ count }: Print): boolean {
    const { joins } = this.#parts
    if (this.#link.fruitless.has(this.#model)) return false
    const join = joins.underWay(this.#model)
    // Who has little of it would only say of each part that nothing is there.
    if (join !== undefined) return count >= join.size * RESUME_SHARE
    return count >= JOIN_COUNT && this.#have < count * (joins.isLeft(this.#model) ? RESUME_SHARE : JOIN_SHARE)
  }

  async #fetch (lacking: readonly Lacking[]): Promise<void> {
    const { claims } = this.#parts
    const releases: (() => void)[] = []
    const wanted = lacking.filter(({ prefix, shortIds }) => {
      if (shortIds.length === 0) return false
      const release = claims.take(this.#set, prefix)
      if (release === undefined) this.leftToOthers = true
      else releases.push(release)
      return release !== undefined
    })
    if (wanted.length === 0) return
    let want = sizeOf(wanted)
    this.#tell(want)
    try {
      const isWhole = await this.#transfer.fetch(wanted, arrival => {
        this.#arrived(arrival, { wasPromised: true })
        want = Math.max(0, want - arrival.frames)
        this.#unwanted += arrival.frames - arrival.taken
        if (want > 0) this.#tell(want)
      })
      this.#isCut ||= !isWhole
      await this.#transfer.settled()
    } finally {
      for (const release of releases) release()
    }
  }

  async #join (theirs: Print): Promise<void> {
    const { joins } = this.#parts
    const join = await joins.of(this.#model, async () => {
      const ranges = await this.#plan(Math.max(JOIN_RANGE, theirs.count / JOIN_PARTS))
      return ranges && { ranges, size: theirs.count }
    })
    if (join === undefined) return
    let part = await join.next()
    while (part !== undefined && await this.#whole(join, part, theirs)) part = await join.next()
    if (part === undefined) joins.ended(this.#model, join)
    await this.#transfer.settled()
    this.#judgeJoin()
  }

  /** What of their set differs here, in ranges of about `most` keys, the newest first. */
  async #plan (most: number): Promise<JoinRange[] | undefined> {
    const ours = await this.#ours(false)
    let large = [{ prefix: '', count: Infinity }]
    const planned: typeof large = []
    for (let requests = 0; large.length > 0 && requests < JOIN_REQUESTS; requests++) {
      const prefixes = large.map(({ prefix }) => prefix)
      const bytes = await this.#link.request({ ask: 'ranges', model: this.#model, salt: this.#link.salt, exact: false, prefixes })
      if (bytes === undefined) return undefined
      const answers = decodeRanges(prefixes, bytes)
      const rest = large.slice(answers.length)
      const next: typeof large = []
      for (const [i, answer] of answers.entries()) {
        if ('ids' in answer) planned.push({ prefix: prefixes[i]!, count: answer.ids.length })
        else for (const { prefix, count, print } of answer.parts) {
          const own = await ours.print(prefix)
          if (own.count === count && own.print === print) continue
          if (count > most) next.push({ prefix, count })
          else planned.push({ prefix, count })
        }
      }
      large = [...rest, ...next]
    }
    const parts = [...planned, ...large]
    return rangesOf(parts.length > MOST_JOIN_PARTS ? [{ prefix: '', count: Infinity }] : parts, most)
  }

  /** All objects of one part of a join, page by page; it has ended when the last is written. False: this peer can't go on. */
  async #whole (join: Join, part: JoinPart, theirs: Print): Promise<boolean> {
    let { range } = part
    let ended = false
    try {
      while (!ended && !this.#isFruitless) {
        const asked = range
        const answer = await this.#transfer.page(async () => await this.#link.request({ ask: 'objects', model: this.#model, ...asked }), bytes => {
          const { frames, next } = decodeObjects(bytes)
          ended = next === null
          part.isHere ||= ended
          const last = ended ? { join, part, range: asked } : undefined
          return { result: next === null ? asked : restOf(asked, next), take: async turn => { await this.#takeObjects({ frames, theirs, last }, turn) } }
        })
        if (answer === undefined) break
        range = answer
      }
    } finally {
      if (!ended) join.giveBack(part, range)
    }
    return ended
  }

  /** One page; the last one of a part ends it, or gives it back. */
  async #takeObjects ({ frames, theirs, last }: { frames: readonly Uint8Array[], theirs: Print, last: { join: Join, part: JoinPart, range: JoinRange } | undefined }, turn: Promise<unknown>): Promise<void> {
    try {
      this.#arrived(await this.#transfer.take(frames, turn))
    } catch (error) {
      last?.join.giveBack(last.part, last.range)
      throw error
    }
    last?.join.done(last.part)
    this.#told = this.#parts.progress.joining(this.#link.peer, this.#model, theirs.count) > 0
  }

  /** Where most of what came was refused, the next comparison would find it a join again, and fetch it all again. */
  #judgeJoin (): void {
    if (this.got * 2 < this.#came) this.#link.fruitless.add(this.#model)
  }

  /** A page of whole objects may be empty: the newest updates of none were where it looked. */
  #arrived ({ frames, taken, keptOut }: Arrival, { wasPromised = frames > 0 } = {}): void {
    this.got += taken
    this.#came += frames
    if (taken > 0) this.#fruitless = this.#empty = 0
    else if (keptOut > 0) this.#keptOut += keptOut
    else if (wasPromised) this.#fruitless++
    else if (++this.#empty === EMPTY_PAGES) this.#tellBarren()
  }

  #tellBarren (): void {
    this.#link.brokenPromises++
    this.#parts.report('rejected', { update: '', object: '', code: 'REPLICA_NOT_DELIVERED', reason: `what it says of its ${this.#set} differs everywhere and names nothing that is lacking here`, peer: this.#link.peer })
  }

  async #ours (exact: boolean): ReturnType<Responder['shown']> {
    return await this.#parts.responder.shown(this.#set, this.#link.salt, exact)
  }

  #tell (want: number): void {
    this.#told = want > 0
    this.#parts.progress.pulling(this.#link.peer, this.#model, want, want > 0 ? this.#theirs - this.#unwanted : 0)
  }

  #end (): void {
    if (this.#told) this.#tell(0)
  }
}

function sizeOf (lacking: readonly Lacking[]): number {
  return lacking.reduce((sum, { shortIds }) => sum + shortIds.length, 0)
}

/** What is left of a range from a place on: from the newest backwards, and onwards within an object, up to its end. Anything else would have no end. */
function restOf ({ prefixes, from: last }: JoinRange, next: ObjectsPlace): JoinRange {
  const at = prefixes.findIndex(prefix => next.key.startsWith(prefix))
  if (at < 0 || (last !== null && !isFurther(next, last))) throw badMessage('a place to go on that is none')
  return { prefixes: prefixes.slice(at), from: next }
}

/** Skip 0 is behind the object. */
function isFurther (next: ObjectsPlace, last: ObjectsPlace): boolean {
  return next.key < last.key || (next.key === last.key && last.skip > 0 && (next.skip === 0 || next.skip > last.skip))
}
