import { BoundedCache } from '@dinemic/core'
import type { MessageVerdict, ObjectId, Platform, Update, UpdateId } from '@dinemic/core'
import type { Activity } from '../activity.js'
import { groupBy } from '../group-by.js'
import type { Arriving, Received } from '../pipeline/arrivals.js'
import type { Pipeline } from '../pipeline/pipeline.js'
import { CLOSED, LEFT, NO_ROOM, OVER_QUOTA } from '../pipeline/taken.js'
import type { Taken } from '../pipeline/taken.js'
import type { Report } from '../report.js'
import type { Announcer } from './announcer.js'
import type { Doorkeeper } from './doorkeeper.js'
import type { FrameReader } from './frame-reader.js'
import type { Quarantine } from './quarantine.js'
import type { Wants } from './wants.js'

/** Objects whose updates are taken together: some ms of this thread. */
const AT_ONCE = 32
/** Frames of a long answer that are taken while the signatures of the next are verified. */
const PAGE = 32

/** Updates of which it is remembered what became of them. */
const REMEMBERED = 5000
/** Objects of which it was told that this node's rules keep them out. */
const TOLD = 5000

const NO_RIGHT = 'REPLICA_NOT_ADMITTED'
const NOT_ADMITTED: Taken = { is: 'refused', why: 'the admit option of this node refused its object' }
const OWN_RULES = new Set<string | undefined>([NOT_ADMITTED.why, NO_ROOM])

export interface InboundParts {
  readonly frames: FrameReader
  readonly platform: Pick<Platform, 'schedule'>
  readonly activity: Activity
  readonly pipeline: Pipeline
  readonly quarantine: Quarantine
  readonly wants: Wants
  readonly announcer: Announcer
  readonly report: Report
  readonly doorkeeper: Doorkeeper
  /** Whether this node replicates an object. */
  readonly concerns: (object: ObjectId) => Promise<boolean>
  /** Whether an update is stored, of whatever object. */
  readonly has: (id: UpdateId) => Promise<boolean>
  /** Updates are wanted by id: somebody should ask. */
  readonly ask: (from: string) => void
}

/** What came of updates: those that are new and stored, and how many are strays, under a grant that isn't known. */
export interface Receipt { readonly taken: Update[], readonly strays: number }

/** Updates on their way from the network to the pipeline: decode → limits → signature, then each object's own turn. */
export class Inbound {
  readonly #parts: InboundParts
  /** Why an update was refused: not asked for again. What found no room is, once there is some. */
  readonly #refusals = new BoundedCache<UpdateId, string>(REMEMBERED)
  #withoutRoom = new BoundedCache<UpdateId, string>(REMEMBERED)
  /**
   * Updates of messages that weren't forwarded, which this node spreads itself. Another node may say the same in the same bytes, and
   * gossip takes ours for a repetition of its message: so that one is forwarded, once, although nothing in it is new here.
   */
  readonly #spreading = new BoundedCache<UpdateId, boolean>(REMEMBERED)
  /** How often this node's own rules have refused an update. */
  readonly refused = { admit: 0, quota: 0 }
  readonly #told = new BoundedCache<ObjectId, true>(TOLD)
  #stopped = false

  constructor (parts: InboundParts) {
    this.#parts = parts
  }

  /** What has come and isn't taken yet is left: it may be much, and the application may take its time over each. */
  stop (): void {
    this.#stopped = true
    this.#parts.pipeline.stopReceiving()
  }

  /**
   * A gossip message: verified before it is forwarded, whole or not at all. What is good in one that isn't forwarded is
   * taken all the same, and announced in a message of our own. `taken` resolves when all is committed or refused, with the number of strays.
   */
  async message (topic: string, data: Uint8Array, from: string): Promise<{ verdict: MessageVerdict, taken: Promise<number> }> {
    const { updates: all, bad } = await this.#parts.frames.message(topic, data, from)
    const updates = await this.#ofConcern(all)
    const standings = await this.#inTurns(updates, async update => await this.#standing(update, from))
    const isNews = standings.some(({ is }, i) => is === 'taken' || (is === 'known' && this.#spreading.get(updates[i]!.id) === true))
    const fresh = updates.filter((_, i) => standings[i]!.is === 'taken')
    const forward = !bad && updates.length === all.length && standings.every(({ is }) => is === 'taken' || is === 'known') && isNews &&
      (fresh.length < 2 || await this.#parts.pipeline.hasRoomFor(fresh))
    standings.forEach(({ is }, i) => { if (forward || is === 'taken') this.#spreading.set(updates[i]!.id, !forward) })
    const taken = this.#parts.activity.track(`taking updates from ${from}`, this.#receiveAndSpread(updates, from, !forward))
    return { verdict: bad ? 'reject' : forward ? 'accept' : 'ignore', taken }
  }

  refusal (id: UpdateId): string | undefined {
    return this.#refusals.get(id) ?? this.#withoutRoom.get(id)
  }

  /** There is room again. */
  forgetWithoutRoom (): void {
    this.#withoutRoom = new BoundedCache(REMEMBERED)
  }

  /**
   * Frames that a peer gave when asked: how many were good, how many new, which wait for a grant, and which this node's own rules keep
   * out. They are verified at once and taken after `turn`.
   */
  async frames (frames: readonly Uint8Array[], from: string, turn: Promise<unknown> = Promise.resolve()): Promise<{ good: number, taken: number, waiting: UpdateId[], keptOut: UpdateId[] }> {
    const { quarantine } = this.#parts
    const all: UpdateId[] = []
    let taken = 0
    let receiving = turn.catch(() => { /* its own page's trouble */ })
    for (let at = 0; at < frames.length && !this.#stopped; at += PAGE) {
      const { updates } = await this.#parts.frames.read(frames.slice(at, at + PAGE), from)
      await receiving
      if (updates.length === 0) break // Nor will the rest be worth the look.
      all.push(...updates.map(({ id }) => id))
      receiving = this.receive(await this.#ofConcern(updates), from).then(received => { taken += received.taken.length })
      receiving.catch(() => { /* told when it is waited for */ })
    }
    await receiving
    return { good: all.length, taken, waiting: all.filter(id => quarantine.has(id)), keptOut: all.filter(id => OWN_RULES.has(this.refusal(id))) }
  }

  async #standing (update: Update, from: string): Promise<Taken> {
    if (this.#stopped) return LEFT
    if (!await this.#parts.doorkeeper.admits(update.object, [update], from)) return NOT_ADMITTED
    return await this.#parts.pipeline.standing(update)
  }

  /** The validator doesn't wait for it, so nobody else sees it fail. */
  async #receiveAndSpread (updates: readonly Update[], from: string, spread: boolean): Promise<number> {
    try {
      const { taken, strays } = await this.receive(updates, from)
      if (spread) this.#parts.announcer.announce(taken)
      return strays
    } catch (error) {
      this.#parts.report('error', error)
      return 0
    }
  }

  /** Decoded and verified updates, each object's in its turn; what waited for one of them follows. */
  async receive (updates: readonly Update[], from: string): Promise<Receipt> {
    const arriving = [...groupBy(updates, ({ object }) => object)].map(([object, its]) => ({ object, updates: its }))
    const receipts: Receipt[] = []
    for (let at = 0; at < arriving.length && !this.#stopped; at += AT_ONCE) {
      if (at > 0) await this.#breathe()
      receipts.push(...await this.#receiveSome(arriving.slice(at, at + AT_ONCE), from))
    }
    const taken = receipts.flatMap(receipt => receipt.taken)
    const released = taken.flatMap(({ id }) => this.#parts.quarantine.release(id))
    if (released.length > 0) taken.push(...(await this.receive(released, from)).taken)
    return { taken, strays: receipts.reduce((sum, { strays }) => sum + strays, 0) }
  }

  /** All together, unless the application is asked about each object: then none waits for its answer about another. */
  async #receiveSome (arriving: readonly Arriving[], from: string): Promise<Receipt[]> {
    const { pipeline, doorkeeper } = this.#parts
    const receive = async (some: readonly Arriving[]): Promise<Receipt[]> => {
      const received = await pipeline.receive(some)
      return await Promise.all(received.map(async (its, i) => await this.#look(some[i]!, its, from)))
    }
    if (!doorkeeper.asks) return await receive(arriving)
    return (await Promise.all(arriving.map(async one => {
      if (await doorkeeper.admits(one.object, one.updates, from)) return await receive([one])
      for (const update of one.updates) this.#note(update, NOT_ADMITTED, from)
      return []
    }))).flat()
  }

  /** What became of an object's updates, and what is to be asked for now. */
  async #look ({ updates }: Arriving, { results, missing }: Received, from: string): Promise<Receipt> {
    const { wants } = this.#parts
    updates.forEach((update, i) => this.#note(update, results[i]!, from))
    for (const { id, named } of missing) {
      // What was refused, or is another object's, won't mend the link. But what one close revokes is admitted when another names it.
      const refusal = this.refusal(id)
      if ((refusal === undefined || (named && refusal === CLOSED)) && !await this.#parts.has(id)) wants.add(id, from)
    }
    if (wants.size > 0) this.#parts.ask(from)
    return { taken: updates.filter((_, i) => results[i]!.is === 'taken'), strays: results.filter(({ is }) => is === 'waits').length }
  }

  #note (update: Update, taken: Taken, from: string): void {
    const { quarantine, wants, report } = this.#parts
    if (taken.is === 'left') return
    // What waits for a grant that found no room would wait for ever, and be fetched again each time.
    const result = taken.is === 'waits' && this.refusal(taken.for) === NO_ROOM ? OVER_QUOTA : taken
    if (result.is !== 'waits') wants.arrived(update.id)
    if (result.is === 'waits') {
      quarantine.add(result.for, update, from)
      wants.add(result.for, from)
    } else if (result.is === 'refused' || result.is === 'gone') {
      const reason = result.is === 'gone' ? 'its object was removed' : result.why
      const code = result.is === 'refused' ? result.code ?? NO_RIGHT : NO_RIGHT
      // The same one may come by gossip and by comparing, and from several peers.
      const isNews = this.refusal(update.id) !== reason
      const refusals = reason === NO_ROOM ? this.#withoutRoom : this.#refusals
      refusals.set(update.id, reason)
      if (isNews && (!this.#byOwnRules(result) || !this.#isTold(update.object))) report('rejected', { update: update.id, object: update.object, code, reason, peer: from })
      if (result === OVER_QUOTA) for (const waiting of quarantine.release(update.id)) this.#note(waiting, OVER_QUOTA, from)
    }
  }

  /** What this node keeps out of its own accord is counted. */
  #byOwnRules (result: Taken): boolean {
    if (result === NOT_ADMITTED) this.refused.admit++
    else if (result === OVER_QUOTA) this.refused.quota++
    else return false
    return true
  }

  /** What is kept out may be very much: once for each object is enough. */
  #isTold (object: ObjectId): boolean {
    const told = this.#told.get(object) !== undefined
    this.#told.set(object, true)
    return told
  }

  /** Side by side, but so many at a time: other work has its turn in between. */
  async #inTurns<T, R> (items: readonly T[], task: (item: T) => Promise<R>): Promise<R[]> {
    const results: R[] = []
    for (let at = 0; at < items.length; at += AT_ONCE) {
      if (at > 0) await this.#breathe()
      results.push(...await Promise.all(items.slice(at, at + AT_ONCE).map(task)))
    }
    return results
  }

  async #breathe (): Promise<void> {
    await new Promise<void>(resolve => { this.#parts.platform.schedule(0, resolve) })
  }

  async #ofConcern (updates: readonly Update[]): Promise<Update[]> {
    const concerns = await Promise.all(updates.map(async ({ object }) => await this.#parts.concerns(object)))
    return updates.filter((_, i) => concerns[i])
  }
}
