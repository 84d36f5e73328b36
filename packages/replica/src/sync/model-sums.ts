import type { Store, UpdateId } from '@dinemic/core'
import type { ModelSum } from './messages.js'

const MODULUS = 1n << 256n

/**
 * Count and sum of each model's reconciled set. A sum is made by one scan when it is first asked for and kept up with
 * every commit from then on: opening a store costs nothing.
 */
export class ModelSums {
  readonly #store: Store
  readonly #sums = new Map<string, { count: number, sum: bigint }>()
  readonly #scans = new Map<string, Promise<void>>()

  constructor (store: Store) {
    this.#store = store
  }

  async sum (model: string): Promise<ModelSum> {
    if (!this.#sums.has(model)) await this.#scan(model)
    const { count, sum } = this.#sums.get(model)!
    return { model, count, sum: sum.toString(16).padStart(64, '0') }
  }

  /** Follows a commit; to be called in the same turn of the event loop in which the commit resolved. */
  committed (model: string, put: readonly UpdateId[], drop: readonly UpdateId[]): void {
    const known = this.#sums.get(model)
    if (known === undefined) {
      this.#scans.delete(model) // a scan under way may have missed this: it starts over
      return
    }
    known.count += put.length - drop.length
    for (const id of put) known.sum = (known.sum + BigInt(`0x${id}`)) % MODULUS
    for (const id of drop) known.sum = (known.sum - BigInt(`0x${id}`) + MODULUS) % MODULUS
  }

  async #scan (model: string): Promise<void> {
    while (!this.#sums.has(model)) {
      await (this.#scans.get(model) ?? this.#scanOnce(model))
    }
  }

  async #scanOnce (model: string): Promise<void> {
    let count = 0
    let sum = 0n
    const mine = Promise.resolve().then(async () => {
      for await (const { id } of this.#store.reconciled(model)) {
        count++
        sum += BigInt(`0x${id}`)
      }
      if (this.#scans.get(model) === mine) this.#sums.set(model, { count, sum: sum % MODULUS })
    })
    this.#scans.set(model, mine)
    await mine
  }
}
