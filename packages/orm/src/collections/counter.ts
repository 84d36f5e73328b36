import { DinemicError } from '@dinemic/core'
import { readOnly } from './own-values.js'

/** A sum to which several may add at once: nobody's increment is lost. Staged until the entity's `save()`. */
export class Counter {
  readonly #box: CounterBox

  /** Counters come with their entity. */
  constructor (box: CounterBox) {
    this.#box = box
  }

  /** The sum, what is staged included; beyond ±(2⁵³−1) it stays there. */
  get value (): number {
    return Number(clamp(this.#box.sum))
  }

  /** The sum, however large. */
  get exact (): bigint {
    return this.#box.sum
  }

  /** Throws `ORM_BAD_VALUE` unless `n` is an integer within ±(2⁵³−1). */
  add (n: number | bigint = 1): void {
    const amount = increment(n, `${this.#box.where}.add()`)
    if (this.#box.isReadOnly) throw readOnly(this.#box.where)
    this.#box.sum += amount
  }

  toJSON (): number {
    return this.value
  }

  [Symbol.for('nodejs.util.inspect.custom')] (): string {
    return `Counter(${this.exact})`
  }
}

/** What a `Counter` holds. */
export interface CounterBox { readonly where: string, sum: bigint, isReadOnly: boolean }

export const MAX_INCREMENT = BigInt(Number.MAX_SAFE_INTEGER)

/** Throws `ORM_BAD_VALUE`. */
export function increment (n: unknown, where: string): bigint {
  const exact = typeof n === 'bigint' ? n : Number.isSafeInteger(n) ? BigInt(n as number) : undefined
  if (exact !== undefined && clamp(exact) === exact) return exact
  throw new DinemicError('ORM_BAD_VALUE', `${where}: an increment is an integer within ±(2^53 − 1)${typeof n === 'number' || typeof n === 'bigint' ? `, not ${n}` : `, not of type ${typeof n}`}.`)
}

function clamp (sum: bigint): bigint {
  return sum > MAX_INCREMENT ? MAX_INCREMENT : sum < -MAX_INCREMENT ? -MAX_INCREMENT : sum
}
