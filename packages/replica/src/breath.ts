import type { Platform, Update } from '@dinemic/core'

/** Updates between two pauses: some 10 ms of work. */
const BETWEEN = 128
/** A large one counts as more, by its bytes. */
const BYTES = 1024

/**
 * Lets other work have its turn in the middle of a long task, as any number of updates may come or be read at once.
 * It counts work instead of looking at the clock, so that under a simulator the same seed gives the same trace.
 */
export class Breath {
  readonly #platform: Platform
  #left = BETWEEN

  constructor (platform: Platform) {
    this.#platform = platform
  }

  /** To be awaited after each update. */
  async after ({ frame }: Pick<Update, 'frame'>): Promise<void> {
    this.#left -= 1 + frame.length / BYTES
    if (this.#left > 0) return
    this.#left = BETWEEN
    await new Promise<void>(resolve => { this.#platform.schedule(0, resolve) })
  }
}
