import { DinemicError } from '@dinemic/core'

/** What was opened, to be closed in reverse order: all of it, whatever fails on the way. */
export class Closing {
  readonly #tasks: (() => void | Promise<void>)[] = []
  #closed: Promise<void> | undefined

  /** `task` closes what has just been opened. */
  add (task: () => void | Promise<void>): void {
    this.#tasks.push(task)
  }

  /** Idempotent. Rejects with `NODE_STOP_FAILED` once all has been tried. */
  close (): Promise<void> {
    return this.#closed ??= this.#close()
  }

  async #close (): Promise<void> {
    const failures: unknown[] = []
    for (let task = this.#tasks.pop(); task !== undefined; task = this.#tasks.pop()) {
      try {
        await task()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length === 0) return
    const texts = failures.map(failure => failure instanceof Error ? failure.message : String(failure))
    throw new DinemicError('NODE_STOP_FAILED', `The node has stopped, but not cleanly: ${texts.join('; ')}`, {
      cause: failures.length === 1 ? failures[0] : new AggregateError(failures),
      details: { failures: texts }
    })
  }
}
