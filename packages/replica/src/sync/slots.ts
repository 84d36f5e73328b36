/** So many at a time; who comes on top waits, in order. */
export class Slots {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor (count: number) {
    this.#free = count
  }

  /** Resolves to what gives the slot back; twice is as good as once. */
  async take (): Promise<() => void> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>(resolve => { this.#waiting.push(resolve) })
    let taken = true
    return () => {
      if (!taken) return
      taken = false
      const next = this.#waiting.shift()
      if (next === undefined) this.#free++
      else next()
    }
  }
}
