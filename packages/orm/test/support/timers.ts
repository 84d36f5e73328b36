import type { Platform } from '@dinemic/core'

/** A platform whose time passes when the test says so. */
export class ManualPlatform implements Platform {
  #now = 0
  #random = 0
  readonly #timers = new Map<object, { readonly at: number, readonly task: () => void }>()

  now (): number {
    return this.#now
  }

  random (length: number): Uint8Array {
    return new Uint8Array(length).map(() => ++this.#random)
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
