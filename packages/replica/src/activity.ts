/** What is under way: so that `idle()` knows when nothing is. */
export class Activity {
  #running = 0
  readonly #waiting = new Set<() => void>()

  get busy (): boolean {
    return this.#running > 0
  }

  /** Counts a task until it has settled; passes its result on. */
  async track<T> (task: Promise<T>): Promise<T> {
    this.#running++
    try {
      return await task
    } finally {
      this.#running--
      if (this.#running === 0) this.#tellWaiting()
    }
  }

  /** Resolves when nothing is under way; rejects with the signal's reason when that comes first. */
  async idle (signal?: AbortSignal): Promise<void> {
    while (this.#running > 0) await this.#nextPause(signal)
  }

  #nextPause (signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      const done = (): void => {
        this.#waiting.delete(done)
        signal?.removeEventListener('abort', aborted)
        resolve()
      }
      const aborted = (): void => {
        this.#waiting.delete(done)
        reject(signal!.reason as Error)
      }
      signal?.addEventListener('abort', aborted, { once: true })
      this.#waiting.add(done)
    })
  }

  #tellWaiting (): void {
    for (const done of [...this.#waiting]) done()
  }
}
