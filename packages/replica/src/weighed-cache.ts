/**
 * A map that forgets what was used longest ago, once all of it together weighs more than a budget. What was set last stays,
 * whatever it weighs: whoever works on one thing larger than the budget doesn't have it fetched again for each step.
 */
export class WeighedCache<K, V extends {}> {
  readonly #budget: number
  readonly #weigh: (value: V) => number
  /** In the order of use. What a value weighed when it was set: it may have grown since. */
  readonly #entries = new Map<K, { readonly value: V, readonly weight: number }>()
  #weight = 0

  constructor (budget: number, weigh: (value: V) => number) {
    this.#budget = budget
    this.#weigh = weigh
  }

  get (key: K): V | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry.value
  }

  set (key: K, value: V): void {
    this.delete(key)
    const weight = this.#weigh(value)
    this.#entries.set(key, { value, weight })
    this.#weight += weight
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.#budget || oldest === key) return
      this.delete(oldest)
    }
  }

  delete (key: K): void {
    this.#weight -= this.#entries.get(key)?.weight ?? 0
    this.#entries.delete(key)
  }
}
