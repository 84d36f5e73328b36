import { BoundedCache, isDinemicError, parseId } from '@dinemic/core'
import type { ObjectId, PeerInfo, Network, Platform } from '@dinemic/core'
import type { Activity } from '../activity.js'
import { SALT_BYTES, decodeFrames, decodeGot } from './messages.js'
import type { Greeting } from './messages.js'
import { Offences } from './offences.js'
import { PeerLink } from './peer-link.js'
import { Pull } from './pull.js'
import { ANSWER_BYTES } from './responder.js'
import { Round, differing, pairOf } from './round.js'
import type { RoundParts } from './round.js'
import type { Wants } from './wants.js'

/** Ids asked for in one request. */
const GET_IDS = 1000
/** Pause between comparisons with a peer, in ms: from the first, doubling while nothing differs, to the last. */
const FIRST_PAUSE = 1000
const LAST_PAUSE = 30_000
/** So many comparisons on end that bring nothing go on where the last one ended early, after the first pause: some million updates that this node's rules keep out. */
const GOES_ON = 100
/** How long a peer may take for an answer that a save waits for, in ms. */
const PATIENCE = 3000
/** Peers of which it is remembered that they were silent, also when they connect anew. */
const PEERS = 1000
/** Pause between comparisons that a peer asks for, in ms: it may say that it has news as often as it likes. */
const NEWS_PAUSE = 250

export interface PeersParts extends RoundParts {
  readonly network: Network
  readonly wants: Wants
  /** All that some peer has is here, too. */
  readonly compared: () => void
  readonly activity: Activity
  readonly platform: Platform
}

export interface Asked { readonly asked: readonly string[], readonly failed: readonly string[] }

export interface AskOptions {
  readonly signal?: AbortSignal | undefined
  /** What each peer has said so far, in words. */
  readonly said?: Map<string, string>
  /** Somebody waits for the answers, but not for who is silent: that counts as failed. */
  readonly hurry?: boolean
}

/** How many updates of an object came, and why this node's own rules keep them out where they do. */
interface Came { readonly count: number, readonly refusal: string | undefined }

function inWords ({ count, refusal }: Came): string {
  if (count === 0) return 'it has nothing of it'
  return `it gave ${count === 1 ? 'one update' : `${count} updates`} of it, and nothing shows here${refusal === undefined ? '' : `: ${refusal}`}`
}

/** What is going on with one peer. One comparison at a time; what comes meanwhile leads to another. */
interface Session {
  readonly link: PeerLink
  readonly round: Round
  running: boolean
  again: boolean
  pause: number
  /** A request of the last comparison brought no answer: its own timer decides when it is asked again, and not its news. */
  isSlow: boolean
  /** Comparisons on end in which that was so. */
  inVain: number
  /** Comparisons on end that brought nothing and ended early. */
  goesOn: number
  cancel: (() => void) | undefined
  asking: boolean
  /** Both sides' sets as the peer's last question showed them. */
  heard: string
  /** When it was last compared with for the peer's news, in ms since 1970. */
  newsAt: number
  /** Its next comparison comes sooner: the peer has had more news since. */
  hasNews: boolean
}

/** Anti-entropy: on connect, on news and on a timer two peers compare their sets, and each gets what it lacks. */
export class Peers {
  readonly #parts: PeersParts
  readonly #sessions = new Map<string, Session>()
  readonly #offences: Offences
  /** Who gave no answer about an object: nobody in a hurry waits for it until it has answered. */
  readonly #silent = new BoundedCache<string, boolean>(PEERS)
  #stopped = false

  constructor (parts: PeersParts) {
    this.#parts = parts
    this.#offences = new Offences(parts.platform)
  }

  connected ({ id }: Pick<PeerInfo, 'id'>): void {
    const { network, platform, wants, progress } = this.#parts
    progress.met(id)
    const link = new PeerLink({ network, platform }, id, platform.random(SALT_BYTES))
    this.#sessions.set(id, { link, round: new Round(this.#parts, link), running: false, again: false, pause: FIRST_PAUSE, isSlow: false, inVain: 0, goesOn: 0, cancel: undefined, asking: false, heard: '', newsAt: -Infinity, hasNews: false })
    wants.forget(id)
    if (this.#offences.wait(id) === 0) this.compare(id)
    else this.#sleep(id, this.#sessions.get(id)!)
  }

  disconnected ({ id }: PeerInfo): void {
    const session = this.#sessions.get(id)
    session?.cancel?.()
    session?.link.close()
    this.#sessions.delete(id)
    this.#parts.progress.gone(id)
  }

  /** What peers gave and this node refused it may take now: with each of them it is as if they had connected anew. */
  renew (): void {
    for (const [id, { cancel, link }] of [...this.#sessions]) {
      cancel?.()
      link.close()
      this.connected({ id })
    }
  }

  stop (): void {
    this.#stopped = true
    for (const { cancel, link } of this.#sessions.values()) {
      cancel?.()
      link.close()
    }
    this.#sessions.clear()
  }

  /** Compares with a peer soon; with one that gave bad answers when its time has come. */
  compare (peer: string): void {
    const session = this.#sessions.get(peer)
    if (session === undefined || this.#stopped || session.isSlow || this.#offences.wait(peer) > 0) return
    session.cancel?.()
    session.again = true
    if (!session.running) void this.#parts.activity.track(`comparing with ${peer}`, this.#run(peer, session))
  }

  /** The peer has something new, as it says or shows: compares with it at once, but no more often than every so many ms. */
  news (peer: string): void {
    const session = this.#sessions.get(peer)
    if (session === undefined || session.isSlow || session.hasNews) return
    const now = this.#parts.platform.now()
    // The clock may have gone back.
    if (Math.abs(now - session.newsAt) >= NEWS_PAUSE) {
      session.newsAt = now
      return this.compare(peer)
    }
    session.hasNews = true
    if (session.running) return
    session.cancel?.()
    this.#sleep(peer, session)
  }

  /** Asks a peer, then the others, for what is missing by id. */
  ask (first: string): void {
    for (const peer of new Set([first, ...this.#sessions.keys()])) void this.#parts.activity.track(`asking ${peer} for what is missing`, this.#ask(peer))
  }

  /** Asks all peers for everything about an object. Resolves when all have answered or failed; `said` has what is known by then. */
  async askForObject (object: ObjectId, { signal, said = new Map(), hurry = false }: AskOptions = {}): Promise<Asked> {
    const asked = [...this.#sessions.keys()]
    for (const peer of asked) said.set(peer, 'no answer yet')
    const failed: string[] = []
    await Promise.all(asked.map(async peer => {
      const came = await this.#receiveObject(peer, object, { signal, hurry })
      if (came === undefined) failed.push(peer)
      said.set(peer, came === undefined ? 'no answer, or no good one' : inWords(came))
    }))
    return { asked, failed }
  }

  /** Whether a peer is being asked for what is missing by id. */
  isAsking (peer: string): boolean {
    return this.#sessions.get(peer)?.asking === true
  }

  /** What a peer said of itself when it asked; `ours` under its salt. What it shows twice is no news. */
  heard (peer: string, greeting: Greeting, ours: Greeting['prints']): void {
    const session = this.#sessions.get(peer)
    if (session === undefined) return
    session.round.checkClock(greeting.time)
    const shown = pairOf(greeting.prints, ours)
    if (session.heard === shown) return
    session.heard = shown
    if (!session.running && differing(greeting.prints, ours).length > 0) this.news(peer)
  }

  /** The others compare with this node: they may be waiting for what has just come. */
  spread (from: string): void {
    for (const [peer, { link }] of this.#sessions) {
      if (peer !== from) void this.#parts.activity.track(`telling ${peer} that there are news`, link.request({ ask: 'news' }))
    }
  }

  async #run (peer: string, session: Session): Promise<void> {
    session.running = true
    try {
      while (session.again && this.#sessions.get(peer) === session) {
        session.again = false
        const { brokenPromises, unanswered } = session.link
        session.link.begin()
        const { changed, again, hasMore, isWhole } = await session.round.run(async () => { await this.#ask(peer) })
        if (session.link.isTooSlow) this.#tooSlow(session.link)
        if (session.link.brokenPromises > brokenPromises) this.#offences.note(peer)
        else if (changed) this.#offences.forgive(peer)
        session.isSlow = session.link.unanswered > unanswered
        session.inVain = session.isSlow ? session.inVain + 1 : 0
        if (!session.isSlow && !session.link.isClosed) this.#silent.set(peer, false)
        // Once may be chance.
        if (session.inVain === 2) this.#notDelivered(peer, 'twice on end it gave no answer, or none in time')
        session.again ||= again
        session.goesOn = hasMore && !changed ? session.goesOn + 1 : 0
        session.pause = changed || (hasMore && session.goesOn <= GOES_ON) ? FIRST_PAUSE : Math.min(session.pause * 2, LAST_PAUSE)
        if (isWhole) this.#parts.compared()
        if (changed) this.spread(peer)
      }
    } catch (error) {
      this.#failed(peer, error)
    } finally {
      session.running = false
      this.#sleep(peer, session)
    }
  }

  #tooSlow (link: PeerLink): void {
    link.brokenPromises++
    this.#notDelivered(link.peer, 'its answers came so slowly that it is asked no more for a while')
  }

  #notDelivered (peer: string, reason: string): void {
    this.#parts.report('rejected', { update: '', object: '', code: 'REPLICA_NOT_DELIVERED', reason, peer })
  }

  /** An answer that is none is the peer's fault, and told as such; all else is ours. */
  #failed (peer: string, error: unknown): void {
    const { progress, report } = this.#parts
    const reason = error instanceof Error ? error.message : String(error)
    progress.ended(peer, { result: 'failed', reason })
    if (isDinemicError(error) && /^(REPLICA|CORE)_BAD_/.test(error.code)) {
      this.#offences.note(peer)
      report('rejected', { update: '', object: '', code: error.code, reason, peer })
    } else report('error', error)
  }

  #sleep (peer: string, session: Session): void {
    if (this.#stopped || this.#sessions.get(peer) !== session) return
    const jitter = 0.75 + (this.#parts.platform.random(1)[0]! / 255) / 2
    const pause = session.hasNews && !session.isSlow ? NEWS_PAUSE : session.pause * jitter
    session.cancel = this.#parts.platform.schedule(Math.max(pause, this.#offences.wait(peer)), () => {
      if (session.hasNews) session.newsAt = this.#parts.platform.now()
      session.isSlow = session.hasNews = false
      // It may be left alone still: the clock has gone back.
      if (this.#offences.wait(peer) > 0) this.#sleep(peer, session)
      else this.compare(peer)
    })
  }

  async #ask (peer: string): Promise<void> {
    const session = this.#sessions.get(peer)
    if (session === undefined || session.asking || this.#offences.wait(peer) > 0) return
    session.asking = true
    const { wants, inbound, pending } = this.#parts
    try {
      for (let ids = wants.toAsk(peer); ids.length > 0; ids = wants.toAsk(peer)) {
        for (let at = 0; at < ids.length;) {
          const asked = ids.slice(at, at + GET_IDS)
          const looked = await pending.take(peer, async () => await session.link.request({ ask: 'get', ids: asked }), async answer => {
            const { looked, frames } = decodeGot(answer)
            await inbound.frames(frames, peer)
            return looked
          })
          if (looked === undefined) return wants.failed(peer)
          at += Math.max(looked, 1)
        }
      }
    } catch (error) {
      this.#failed(peer, error)
    } finally {
      session.asking = false
    }
  }

  /** What came; undefined where the peer gave no answer, or one that is none: that is no reason for the others' answers, or a save, to fail. */
  async #receiveObject (peer: string, object: ObjectId, { signal, hurry }: Pick<AskOptions, 'signal' | 'hurry'>): Promise<Came | undefined> {
    // What others have asked of a peer may leave no room to ask it.
    const patience = new AbortController()
    const settle = hurry === true ? this.#parts.platform.schedule(PATIENCE, () => { patience.abort() }) : () => {}
    try {
      const link = this.#sessions.get(peer)?.link
      if (link === undefined) return undefined
      const { pending, inbound } = this.#parts
      const isSilent = (): boolean => hurry === true && this.#silent.get(peer) === true
      if (isSilent()) return undefined
      const came = await pending.take(peer, async () => {
        settle()
        if (isSilent()) return undefined // since there was no room to ask it
        const answer = await link.request({ ask: 'object', object }, { signal, timeout: hurry === true ? PATIENCE : undefined })
        // Who asked may have gone, or the connection: that says nothing.
        if (answer !== undefined || (signal?.aborted !== true && !link.isClosed)) this.#silent.set(peer, answer === undefined)
        return answer
      }, async answer => {
        const frames = decodeFrames(answer)
        const { keptOut } = await inbound.frames(frames, peer)
        return { count: frames.length, bytes: answer.length, refusal: keptOut[0] === undefined ? undefined : inbound.refusal(keptOut[0]) }
      }, hurry === true ? patience.signal : signal)
      if (came === undefined || came.bytes < ANSWER_BYTES) return came
      const rest = await this.#receiveRest(link, object)
      return rest === undefined ? undefined : { ...came, count: came.count + rest }
    } catch (error) {
      this.#failed(peer, error)
      return undefined
    } finally {
      settle()
    }
  }

  /** Of an object that is more than one answer holds, what has come of it here and still differs. Undefined where the peer doesn't give all. */
  async #receiveRest (link: PeerLink, object: ObjectId): Promise<number | undefined> {
    const { progress, claims } = this.#parts
    const { model } = parseId(object)
    for (let got = 0; ;) {
      const pull = new Pull(this.#parts, link, { model, have: progress.have(model), set: object })
      await pull.difference([''])
      got += pull.got
      if (pull.isDone) return got
      if (!pull.leftToOthers) return undefined
      await claims.settled()
    }
  }
}
