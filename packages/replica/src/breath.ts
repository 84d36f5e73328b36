import type { Platform, Steps, Update } from '@dinemic/core'

/** Updates between two pauses: some 10 ms of work. */
const BETWEEN = 128
/** A large one counts as more, by its bytes: with the most operations that one may have it is some 10 ms by itself. */
const BYTES = 512
/** A step that moves a verdict, or reads an entry, is less. */
const STEP = 1 / 8
/** A row that is made, or a value that is sealed, is more than that. */
const ROW = 1 / 2

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

  /** Goes through all steps. */
  async through<T> (steps: Steps<T>): Promise<T> {
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done === true) return step.value
      if (this.#isSpent(STEP)) await this.#rest()
    }
  }

  /** Takes all of them; each is made when it is taken. */
  async all<T> (rows: Iterable<T>): Promise<T[]> {
    const list: T[] = []
    for (const row of rows) {
      list.push(row)
      if (this.#isSpent(ROW)) await this.#rest()
    }
    return list
  }

  /** To be awaited after each call of what others have written, which may be done at once. */
  async afterCall (): Promise<void> {
    if (this.#isSpent(1)) await this.#rest()
  }

  /** To be awaited after each update. */
  async after ({ frame }: Pick<Update, 'frame'>): Promise<void> {
    if (this.#isSpent(1 + frame.length / BYTES)) await this.#rest()
  }

  #isSpent (work: number): boolean {
    this.#left -= work
    return this.#left <= 0
  }

  async #rest (): Promise<void> {
    this.#left = BETWEEN
    await new Promise<void>(resolve => { this.#platform.schedule(0, resolve) })
  }
}
