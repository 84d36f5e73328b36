/** What is under way: so that `idle()` knows when nothing is. */
export class Activity {
  #running = 0
  readonly #countByTask = new Map<string, number>()
  readonly #waiting = new Set<() => void>()

  get busy (): boolean {
    return this.#running > 0
  }

  /** For people to read, each once: `comparing with 12D3Koo…`. */
  get underWay (): string[] {
    return [...this.#countByTask.keys()]
  }

  /** Counts a task until it has settled; passes its result on. `what` completes "under way: …". */
  async track<T> (what: string, task: Promise<T>): Promise<T> {
    this.#running++
    this.#countByTask.set(what, (this.#countByTask.get(what) ?? 0) + 1)
    try {
      return await task
    } finally {
      this.#running--
      const left = this.#countByTask.get(what)! - 1
      if (left === 0) this.#countByTask.delete(what)
      else this.#countByTask.set(what, left)
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
