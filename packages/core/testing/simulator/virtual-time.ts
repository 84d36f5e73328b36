import type { Platform } from '../../src/ports/platform.js'
import type { SeededRandom } from './random.js'

interface Timer { readonly at: number, readonly order: number, readonly task: () => void }

/** Time that passes only when it is told to: timers run in their order, however long they take. */
export class VirtualTime {
  /** True time in ms since the beginning of the simulation. No node sees it. */
  now = 0
  #timers: Timer[] = []
  #order = 0

  schedule (ms: number, task: () => void): () => void {
    const timer = { at: this.now + Math.max(0, ms), order: this.#order++, task }
    this.#timers.push(timer)
    return () => { this.#timers = this.#timers.filter(other => other !== timer) }
  }

  /** Lets `ms` pass; after each timer `settle` lets everything follow that follows from it. */
  async pass (ms: number, settle: () => Promise<void>): Promise<void> {
    const end = this.now + ms
    for (let timer = this.#next(end); timer !== undefined; timer = this.#next(end)) {
      this.#timers = this.#timers.filter(other => other !== timer)
      this.now = Math.max(this.now, timer.at)
      timer.task()
      await settle()
    }
    this.now = end
  }

  #next (end: number): Timer | undefined {
    return this.#timers
      .filter(({ at }) => at <= end)
      .reduce<Timer | undefined>((first, timer) => first === undefined || timer.at < first.at || (timer.at === first.at && timer.order < first.order) ? timer : first, undefined)
  }
}

const EPOCH = 1_700_000_000_000

/** One node's clock and chance. The wall clock is off by a skew and may jump; timers are true. */
export class SeededPlatform implements Platform {
  readonly #time: VirtualTime
  readonly #random: SeededRandom
  /** In ms: by how much this clock is ahead of the true time. */
  skew = 0

  constructor (time: VirtualTime, random: SeededRandom) {
    this.#time = time
    this.#random = random
  }

  now (): number {
    return Math.floor(EPOCH + this.#time.now + this.skew)
  }

  random (length: number): Uint8Array {
    return this.#random.bytes(length)
  }

  schedule (ms: number, task: () => void): () => void {
    return this.#time.schedule(ms, task)
  }
}
