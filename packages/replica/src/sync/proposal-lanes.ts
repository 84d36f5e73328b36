import { DinemicError, isDinemicError } from '@dinemic/core'
import type { Network, Platform } from '@dinemic/core'
import type { ProposalAnswer } from '../engine.js'
import { RateLimit } from '../rate-limit.js'
import { decodeAnswer, encodeRequest } from './messages.js'

/** That wait for answers, of this node: those on top would not be decided in time. */
const MOST = 128
/** Under way to one peer: half of the requests that it takes of us at once, as comparing needs the rest. */
const AT_ONCE = 8
/** A little less than a peer looks at (see `Proposals`), as not all take the same time to arrive. */
const PACE = { burst: 40, perSecond: 9 } as const
/** In ms, for waiting and asking together. */
const TIMEOUT = 10_000

interface Lane { underWay: number, readonly waiting: Set<() => void>, paused: boolean }

/** Proposals on their way to the peers: each peer gets so many at once as it looks at, the others wait their turn here. */
export class ProposalLanes {
  readonly #network: Network
  readonly #platform: Platform
  readonly #lanes = new Map<string, Lane>()
  readonly #rate: RateLimit
  readonly #ending = new Set<(reason: DinemicError) => void>()
  #open = 0

  constructor ({ network, platform }: { network: Network, platform: Platform }) {
    this.#network = network
    this.#platform = platform
    this.#rate = new RateLimit(platform, PACE)
  }

  /** Asks each connected peer. One that can't be reached, or doesn't answer in time, has refused. Rejects with `ORM_TOO_MANY_PROPOSALS`. */
  async propose (frame: Uint8Array): Promise<ProposalAnswer[]> {
    if (this.#open >= MOST) {
      throw new DinemicError('ORM_TOO_MANY_PROPOSALS', `${MOST} proposals of this node wait for their answers already, and peers look at few in a second. Nothing was sent: wait for some of them, then propose again.`, { details: { most: MOST } })
    }
    const request = encodeRequest({ ask: 'propose', frame })
    this.#open++
    try {
      return await Promise.all(this.#network.peers.map(async ({ id: peer }) => await this.#ask(peer, request)))
    } finally {
      this.#open--
    }
  }

  /** What waits for its turn waits no longer; what is under way ends with the network. */
  stop (): void {
    for (const end of [...this.#ending]) end(new DinemicError('REPLICA_STOPPED', 'This node is stopping: the proposal was not sent.'))
  }

  async #ask (peer: string, request: Uint8Array): Promise<ProposalAnswer> {
    const over = new AbortController()
    const end = (reason: DinemicError): void => { over.abort(reason) }
    const cancel = this.#platform.schedule(TIMEOUT, () => { end(new DinemicError('NET_TIMEOUT', `Nothing arrived within ${TIMEOUT} ms`)) })
    this.#ending.add(end)
    try {
      await this.#turn(peer, over.signal)
      try {
        return { peer, ...decodeAnswer(await this.#network.request(peer, request, { signal: over.signal, timeout: TIMEOUT })) }
      } finally {
        this.#leave(peer)
      }
    } catch (thrown) {
      const error: unknown = over.signal.aborted ? over.signal.reason : thrown
      return { peer, answer: 'refused', reason: isDinemicError(error) ? error.code : String(error) }
    } finally {
      cancel()
      this.#ending.delete(end)
    }
  }

  /** Resolves when the peer may be asked, rejects when the time is over before. */
  async #turn (peer: string, over: AbortSignal): Promise<void> {
    const lane = this.#lanes.get(peer) ?? { underWay: 0, waiting: new Set(), paused: false }
    this.#lanes.set(peer, lane)
    await new Promise<void>((resolve, reject) => {
      lane.waiting.add(resolve)
      over.addEventListener('abort', () => {
        lane.waiting.delete(resolve)
        reject(over.reason as Error)
      })
      this.#advance(peer, lane)
    })
  }

  #leave (peer: string): void {
    const lane = this.#lanes.get(peer)!
    lane.underWay--
    this.#advance(peer, lane)
  }

  #advance (peer: string, lane: Lane): void {
    for (const go of lane.waiting) {
      if (lane.paused || lane.underWay >= AT_ONCE) return
      if (!this.#rate.allows(peer)) return this.#pause(peer, lane)
      lane.waiting.delete(go)
      lane.underWay++
      go()
    }
    if (lane.underWay === 0 && !lane.paused) this.#lanes.delete(peer)
  }

  #pause (peer: string, lane: Lane): void {
    lane.paused = true
    this.#platform.schedule(1000 / PACE.perSecond, () => {
      lane.paused = false
      this.#advance(peer, lane)
    })
  }
}
