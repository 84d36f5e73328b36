import type { Platform } from '@dinemic/core'

/** A platform whose time passes when the test says so, and whose chance comes from a seed. */
export class ManualPlatform implements Platform {
  #now = 0
  #random: number
  readonly #timers = new Map<object, { readonly at: number, readonly task: () => void }>()

  constructor (seed = 0) {
    this.#random = seed
  }

  now (): number {
    return this.#now
  }

  /** mulberry32 (T. Ettinger, 2017). */
  readonly random = (length: number): Uint8Array => {
    return new Uint8Array(length).map(() => {
      this.#random = this.#random + 0x6d2b79f5 | 0
      let mixed = Math.imul(this.#random ^ this.#random >>> 15, 1 | this.#random)
      mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed
      return (mixed ^ mixed >>> 14) & 0xff
    })
  }

  schedule (ms: number, task: () => void): () => void {
    const key = {}
    this.#timers.set(key, { at: this.#now + ms, task })
    return () => { this.#timers.delete(key) }
  }

  get pending (): number {
    return this.#timers.size
  }

  pass (ms: number): void {
    this.#now += ms
    for (const [key, { at, task }] of [...this.#timers]) {
      if (at > this.#now || !this.#timers.delete(key)) continue
      task()
    }
  }
}
