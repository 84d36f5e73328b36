/** Runs the tasks of one key one after another, and those of different keys side by side. */
export class KeyedQueue {
  readonly #tails = new Map<string, Promise<void>>()

  /** Keys that have work. */
  get size (): number {
    return this.#tails.size
  }

  /** Whether a task of this key runs or waits. */
  has (key: string): boolean {
    return this.#tails.has(key)
  }

  /** Runs `task` when all earlier tasks of these keys have ended. Keys are taken at once, so that no two tasks wait for each other. */
  async run<T> (keys: readonly string[], task: () => Promise<T>): Promise<T> {
    const unique = [...new Set(keys)]
    const before = unique.map(key => this.#tails.get(key) ?? Promise.resolve())
    let release = (): void => {}
    const tail = new Promise<void>(resolve => { release = resolve })
    for (const key of unique) this.#tails.set(key, tail)
    try {
      await Promise.all(before)
      return await task()
    } finally {
      release()
      for (const key of unique) if (this.#tails.get(key) === tail) this.#tails.delete(key)
    }
  }
}
