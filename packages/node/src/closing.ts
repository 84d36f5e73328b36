import { DinemicError } from '@dinemic/core'
import type { StopOptions } from './patience.js'

type Task = (options: StopOptions) => void | Promise<void>

/** What was opened, to be closed in reverse order: all of it, whatever fails on the way. */
export class Closing {
  readonly #tasks: Task[] = []
  #closed: Promise<void> | undefined

  /** `task` closes what has just been opened. */
  add (task: Task): void {
    this.#tasks.push(task)
  }

  /** Idempotent. Rejects with `NODE_STOP_FAILED` once all has been tried. */
  close (options: StopOptions = {}): Promise<void> {
    return this.#closed ??= this.#close(options)
  }

  async #close (options: StopOptions): Promise<void> {
    const failures: unknown[] = []
    for (let task = this.#tasks.pop(); task !== undefined; task = this.#tasks.pop()) {
      try {
        await task(options)
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
