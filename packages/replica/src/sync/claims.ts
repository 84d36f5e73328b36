import type { Platform } from '@dinemic/core'

/** How long a range is one peer's, in ms: from then on others may be asked for what it hasn't brought. */
const PATIENCE = 20_000

/** Ranges that are being asked of some peer: what one is asked for isn't asked of another, unless it comes to nothing or takes too long. */
export class Claims {
  readonly #platform: Pick<Platform, 'schedule'>
  readonly #byRange = new Map<string, Promise<void>>()

  constructor (platform: Pick<Platform, 'schedule'>) {
    this.#platform = platform
  }

  /** Undefined where somebody is at it already; else what ends the claim. */
  take (model: string, prefix: string): (() => void) | undefined {
    const range = `${model}/${prefix}`
    if (this.#byRange.has(range)) return undefined
    let release = (): void => {}
    const claim = new Promise<void>(resolve => {
      release = () => {
        cancel()
        if (this.#byRange.get(range) === claim) this.#byRange.delete(range)
        resolve()
      }
    })
    const cancel = this.#platform.schedule(PATIENCE, () => { release() })
    this.#byRange.set(range, claim)
    return release
  }

  /** When all claims of this moment have ended. */
  async settled (): Promise<void> {
    await Promise.all(this.#byRange.values())
  }
}
