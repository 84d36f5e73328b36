import type { Platform } from '@dinemic/core'

/** An answer that is here within so many ms is never too slow, whatever it holds. */
const PROMPT = 1000
/** No answer takes longer, in ms: what is more is a clock that was put forward, or a machine that slept. */
const LONGEST = 10_000
/** So much waiting is borne, in ms; who keeps a node waiting for longer has to bring so many bytes a second. */
const PATIENCE = 20_000
const LEAST = 1024

/** How fast a peer's answers come. One that brings a little now and then, each time just in time, would keep its asker for ever. */
export class Pace {
  readonly #platform: Pick<Platform, 'now'>
  #waited = 0
  #bytes = 0

  constructor (platform: Pick<Platform, 'now'>) {
    this.#platform = platform
  }

  get isTooSlow (): boolean {
    return this.#waited > PATIENCE && this.#bytes < this.#waited / 1000 * LEAST
  }

  async measure (ask: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const asked = this.#platform.now()
    let bytes = 0
    try {
      const answer = await ask()
      bytes = answer.length
      return answer
    } finally {
      const waited = Math.min(LONGEST, this.#platform.now() - asked)
      if (waited > PROMPT) {
        this.#waited += waited
        this.#bytes += bytes
      }
    }
  }
}
