/** Ranges that are being asked of some peer: what one is asked for isn't asked of another, unless it comes to nothing. */
export class Claims {
  readonly #byRange = new Map<string, Promise<void>>()

  /** Undefined where somebody is at it already; else what ends the claim. */
  take (model: string, prefix: string): (() => void) | undefined {
    const range = `${model}/${prefix}`
    if (this.#byRange.has(range)) return undefined
    let release = (): void => {}
    this.#byRange.set(range, new Promise(resolve => {
      release = () => {
        this.#byRange.delete(range)
        resolve()
      }
    }))
    return release
  }

  /** When all claims of this moment have ended. */
  async settled (): Promise<void> {
    await Promise.all(this.#byRange.values())
  }
}
