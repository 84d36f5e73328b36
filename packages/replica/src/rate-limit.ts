import { BoundedCache } from '@dinemic/core'
import type { Platform } from '@dinemic/core'

/** So many at once and so many a second, for each of whom there may be very many: a token bucket each. */
export class RateLimit {
  readonly #platform: Platform
  readonly #burst: number
  readonly #perSecond: number
  readonly #buckets = new BoundedCache<string, { tokens: number, at: number }>(1000)

  constructor (platform: Platform, { burst, perSecond }: { burst: number, perSecond: number }) {
    this.#platform = platform
    this.#burst = burst
    this.#perSecond = perSecond
  }

  /** Whether one more may pass now. A wall clock that jumps back costs nobody a token. */
  allows (who: string): boolean {
    const now = this.#platform.now()
    const { tokens, at } = this.#buckets.get(who) ?? { tokens: this.#burst, at: now }
    const filled = Math.min(this.#burst, tokens + Math.max(0, now - at) / 1000 * this.#perSecond)
    this.#buckets.set(who, { tokens: filled < 1 ? filled : filled - 1, at: now })
    return filled >= 1
  }
}
