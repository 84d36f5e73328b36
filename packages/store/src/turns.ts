/** Tasks that run one after another, in the order of their calls. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  async take<T> (task: () => Promise<T>): Promise<T> {
    const done = this.#last.then(task)
    this.#last = done.catch(() => {}) // its caller hears of it; the next in turn has nothing to do with it
    return done
  }

  /** Resolves when all tasks taken so far have ended. */
  async idle (): Promise<void> {
    await this.#last
  }
}
