import { isDinemicError } from '@dinemic/core'
import type { Network, ObjectId, PeerInfo, Platform, Store, UpdateId } from '@dinemic/core'
import type { Activity } from '../activity.js'
import type { Report } from '../report.js'
import type { Inbound } from './inbound.js'
import { decodeFrames, decodeGot, decodeGreeting, decodeList, encodeRequest } from './messages.js'
import type { Greeting, ListItem, Request } from './messages.js'
import type { Responder } from './responder.js'
import type { Wants } from './wants.js'

/** Ids asked for in one request. */
const GET_IDS = 1000
/** Pause between comparisons with a peer, in ms: from the first, doubling while nothing differs, to the last. */
const FIRST_PAUSE = 1000
const LAST_PAUSE = 30_000
/** A clock that is off by more than this is worth a warning, in ms. */
const CLOCK_TOLERANCE = 30_000

export interface PeersParts {
  readonly network: Network
  readonly store: Store
  readonly platform: Platform
  readonly inbound: Inbound
  readonly responder: Responder
  readonly wants: Wants
  readonly activity: Activity
  readonly report: Report
  readonly takesPart: (model: string) => boolean
}

/** What is going on with one peer. One comparison at a time; what comes meanwhile leads to another. */
interface Session {
  running: boolean
  again: boolean
  pause: number
  cancel: (() => void) | undefined
  asking: boolean
  /** Both sides' sums when a comparison last brought nothing: as long as they stay, another would bring nothing either. */
  futile: string
  /** Requests that brought no answer: a comparison in which one got lost has shown nothing. */
  lost: number
}

/**
 * Anti-entropy: on connect, on news and on a timer two peers compare their sets by count and sum, and each gets by id
 * what it lacks. Exact for any history; the list of ids grows with the set.
 */
export class Peers {
  readonly #parts: PeersParts
  readonly #sessions = new Map<string, Session>()
  #stopped = false

  constructor (parts: PeersParts) {
    this.#parts = parts
  }

  connected ({ id }: PeerInfo): void {
    this.#sessions.set(id, { running: false, again: false, pause: FIRST_PAUSE, cancel: undefined, asking: false, futile: '', lost: 0 })
    this.#parts.wants.forget(id)
    this.compare(id)
  }

  disconnected ({ id }: PeerInfo): void {
    this.#sessions.get(id)?.cancel?.()
    this.#sessions.delete(id)
  }

  stop (): void {
    this.#stopped = true
    for (const session of this.#sessions.values()) session.cancel?.()
    this.#sessions.clear()
  }

  /** Compares with a peer soon. */
  compare (peer: string): void {
    const session = this.#sessions.get(peer)
    if (session === undefined || this.#stopped) return
    session.cancel?.()
    session.again = true
    if (!session.running) void this.#parts.activity.track(`comparing with ${peer}`, this.#run(peer, session))
  }

  /** Compares with all, for a change that some may not have heard of. */
  compareAll (): void {
    for (const peer of this.#sessions.keys()) this.compare(peer)
  }

  /** Asks a peer, then the others, for what is missing by id. */
  ask (first: string): void {
    for (const peer of new Set([first, ...this.#sessions.keys()])) void this.#parts.activity.track(`asking ${peer} for what is missing`, this.#ask(peer))
  }

  /** Asks all peers for everything about an object. Resolves when all have answered or failed. */
  async askForObject (object: ObjectId, signal?: AbortSignal): Promise<{ asked: string[], failed: string[] }> {
    const asked = [...this.#sessions.keys()]
    const failed: string[] = []
    await Promise.all(asked.map(async peer => {
      if (!await this.#receiveObject(peer, object, signal)) failed.push(peer)
    }))
    return { asked, failed }
  }

  /** What a peer said of itself, when it asked or answered. */
  heard (peer: string, greeting: Greeting, ours: Greeting): void {
    const ahead = greeting.time - this.#parts.platform.now()
    if (Math.abs(ahead) > CLOCK_TOLERANCE) this.#parts.report('clock', { peer, ahead })
    const session = this.#sessions.get(peer)
    if (session?.running === false && differing(greeting, ours).length > 0 && session.futile !== pairOf(greeting, ours)) this.compare(peer)
  }

  async #run (peer: string, session: Session): Promise<void> {
    session.running = true
    try {
      while (session.again && this.#sessions.get(peer) === session) {
        session.again = false
        const changed = await this.#compareOnce(peer, session)
        session.pause = changed ? FIRST_PAUSE : Math.min(session.pause * 2, LAST_PAUSE)
      }
    } catch (error) {
      this.#parts.report('error', error)
    } finally {
      session.running = false
      this.#sleep(peer, session)
    }
  }

  #sleep (peer: string, session: Session): void {
    if (this.#stopped || this.#sessions.get(peer) !== session) return
    const jitter = 0.75 + (this.#parts.platform.random(1)[0]! / 255) / 2
    session.cancel = this.#parts.platform.schedule(session.pause * jitter, () => { this.compare(peer) })
  }

  /** True if it brought anything. */
  async #compareOnce (peer: string, session: Session): Promise<boolean> {
    const ours = await this.#parts.responder.greeting()
    const answer = await this.#request(peer, { ask: 'compare', greeting: ours })
    if (answer === undefined) return false
    const theirs = decodeGreeting(answer)
    this.heard(peer, theirs, ours)
    const { lost } = session
    let got = 0
    if (session.futile !== pairOf(theirs, ours)) {
      for (const model of differing(theirs, ours)) got += await this.#pull(peer, model)
    }
    await this.#ask(peer)
    if (got > 0) this.#spread(peer)
    else if (session.lost === lost) session.futile = pairOf(theirs, ours)
    return got > 0
  }

  /** Others may be waiting for what has just come. */
  #spread (from: string): void {
    for (const peer of this.#sessions.keys()) {
      if (peer !== from) void this.#parts.activity.track(`telling ${peer} that there are news`, this.#request(peer, { ask: 'news' }))
    }
  }

  /** Gets what the peer has of a model and this node lacks. How many updates were new. */
  async #pull (peer: string, model: string): Promise<number> {
    let from: ListItem | null = null
    let got = 0
    for (;;) {
      const answer = await this.#request(peer, { ask: 'list', model, from })
      if (answer === undefined) return got
      const { items, more } = decodeList(answer)
      got += await this.#get(peer, await this.#lacking(items), model)
      from = items[items.length - 1] ?? null
      if (!more || from === null) return got
    }
  }

  async #lacking (items: readonly ListItem[]): Promise<UpdateId[]> {
    const { store, inbound } = this.#parts
    const here = await Promise.all(items.map(async ({ id }) => inbound.refusals.get(id) !== undefined || await store.has(id)))
    return items.flatMap(({ id }, i) => here[i] === true ? [] : [id])
  }

  async #get (peer: string, ids: readonly UpdateId[], model: string): Promise<number> {
    let got = 0
    for (let at = 0; at < ids.length;) {
      this.#parts.report('sync', { peer, model, have: at, want: ids.length - at })
      const answer = await this.#request(peer, { ask: 'get', ids: ids.slice(at, at + GET_IDS) })
      if (answer === undefined) return got
      const { looked, frames } = decodeGot(answer)
      got += await this.#parts.inbound.frames(frames, peer)
      at += Math.max(looked, 1)
    }
    if (ids.length > 0) this.#parts.report('sync', { peer, model, have: ids.length, want: 0 })
    return got
  }

  async #ask (peer: string): Promise<void> {
    const session = this.#sessions.get(peer)
    if (session === undefined || session.asking) return
    session.asking = true
    const { wants } = this.#parts
    try {
      for (let ids = wants.toAsk(peer); ids.length > 0; ids = wants.toAsk(peer)) {
        for (let at = 0; at < ids.length;) {
          const answer = await this.#request(peer, { ask: 'get', ids: ids.slice(at, at + GET_IDS) })
          if (answer === undefined) return wants.forget(peer) // to be asked again
          const { looked, frames } = decodeGot(answer)
          await this.#parts.inbound.frames(frames, peer)
          at += Math.max(looked, 1)
        }
      }
    } catch (error) {
      this.#parts.report('error', error)
    } finally {
      session.asking = false
    }
  }

  /** False where the peer gave no answer, or one that is none: that is no reason for the others' answers, or a save, to fail. */
  async #receiveObject (peer: string, object: ObjectId, signal?: AbortSignal): Promise<boolean> {
    const answer = await this.#request(peer, { ask: 'object', object }, signal)
    if (answer === undefined) return false
    try {
      await this.#parts.inbound.frames(decodeFrames(answer), peer)
      return true
    } catch (error) {
      this.#parts.report('error', error)
      return false
    }
  }

  /** Undefined where the peer can't or won't answer: it is compared with again later. */
  async #request (peer: string, request: Request, signal?: AbortSignal): Promise<Uint8Array | undefined> {
    if (this.#stopped) return undefined
    try {
      return await this.#parts.network.request(peer, encodeRequest(request), signal === undefined ? {} : { signal })
    } catch (error) {
      if (!isDinemicError(error) || !error.code.startsWith('NET_')) throw error
      const session = this.#sessions.get(peer)
      if (session !== undefined) session.lost++
      return undefined
    }
  }
}

/** What two sides held when they compared. */
function pairOf (theirs: Greeting, ours: Greeting): string {
  return [...theirs.sums, ...ours.sums].map(({ model, count, sum }) => `${model} ${count} ${sum}`).join(',')
}

/** Models in which both take part and whose sets aren't the same. */
function differing (theirs: Greeting, ours: Greeting): string[] {
  const mine = new Map(ours.sums.map(sum => [sum.model, sum]))
  return theirs.sums.flatMap(({ model, count, sum }) => {
    const own = mine.get(model)
    return own === undefined || (own.count === count && own.sum === sum) ? [] : [model]
  })
}
