import { setMaxListeners } from 'node:events'
import { BoundedCache, FollowingSignal, isDinemicError } from '@dinemic/core'
import type { Network, Platform } from '@dinemic/core'
import { encodeRequest } from './messages.js'
import type { Request } from './messages.js'
import { Pace } from './pace.js'
import { SettledParts } from './settled-parts.js'

/** Short ids remembered as asked for. */
export const SETTLED = 20_000

export interface Asking {
  readonly signal: AbortSignal | undefined
  /** In ms; the network's own by default. */
  readonly timeout: number | undefined
}

/** One connection to a peer, as the asker sees it. */
export class PeerLink {
  readonly peer: string
  /** Of all prints and short ids that this node asks for here: chosen for the connection, so that they may be remembered for as long. */
  readonly salt: Uint8Array
  /**
   * What was asked for once and settled: it came and was taken or refused, or the peer didn't give it. It isn't asked for again here,
   * so neither a rule of this node nor an empty promise of the other makes the two go in circles.
   */
  readonly settled = new BoundedCache<string, true>(SETTLED)
  readonly parts = new SettledParts()
  /** Models of which whole objects were fetched and not taken: they aren't fetched so again. */
  readonly fruitless = new Set<string>()
  /** Requests that brought nothing here: a comparison in which one got lost has shown nothing. */
  lost = 0
  /** Those of them that the peer hasn't answered. */
  unanswered = 0
  /** Answers that had nothing of what was promised. */
  brokenPromises = 0
  readonly #network: Network
  readonly #platform: Pick<Platform, 'now'>
  readonly #closed = new AbortController()
  #pace: Pace

  constructor ({ network, platform }: { network: Network, platform: Pick<Platform, 'now'> }, peer: string, salt: Uint8Array) {
    this.#network = network
    this.#platform = platform
    setMaxListeners(0, this.#closed.signal) // one for each question
    this.#pace = new Pace(platform)
    this.peer = peer
    this.salt = salt
  }

  /** Its answers of this comparison came so slowly that it gets no more questions until the next. */
  get isTooSlow (): boolean {
    return this.#pace.isTooSlow
  }

  /** Another comparison begins. */
  begin (): void {
    this.#pace = new Pace(this.#platform)
  }

  get isClosed (): boolean {
    return this.#closed.signal.aborted
  }

  /** Ends what is being asked. */
  close (): void {
    this.#closed.abort()
  }

  /** Undefined where the peer can't or won't answer: it is compared with again later. */
  async request (request: Request, { signal, timeout }: Partial<Asking> = {}): Promise<Uint8Array | undefined> {
    if (this.isClosed) return undefined
    if (this.isTooSlow) {
      this.#gotNone()
      return undefined
    }
    using closed = new FollowingSignal(this.#closed.signal)
    const either = signal === undefined ? closed.signal : AbortSignal.any([signal, closed.signal])
    try {
      return await this.#pace.measure(async () => await this.#network.request(this.peer, encodeRequest(request), { signal: either, ...(timeout === undefined ? {} : { timeout }) }))
    } catch (error) {
      if (!isDinemicError(error) || !error.code.startsWith('NET_')) throw error
      // Who asked may have thought better of it: that is no fault of the peer.
      if (!either.aborted) this.#gotNone()
      return undefined
    }
  }

  /** An answer came and found no room here. */
  dropped (): void {
    this.lost++
  }

  #gotNone (): void {
    this.lost++
    this.unanswered++
  }
}
