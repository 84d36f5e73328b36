/**
 * Chance under a seed: the same seed gives the same draws for ever. sfc32 (Doty-Humphrey, PractRand), seeded by the
 * words of a text's FNV-1a hash.
 */
export class SeededRandom {
  #a: number
  #b: number
  #c: number
  #counter = 1

  /** What is drawn depends on all of these parts and on nothing else: each use of chance has a stream of its own. */
  constructor (...parts: readonly (string | number)[]) {
    const text = parts.join('/')
    this.#a = hashOf(text, 0x811c9dc5)
    this.#b = hashOf(text, this.#a ^ 0x9e3779b9)
    this.#c = hashOf(text, this.#b ^ 0x85ebca6b)
    for (let i = 0; i < 15; i++) this.#word()
  }

  /** From 0, inclusive, to 1, exclusive. */
  next (): number {
    return this.#word() / 2 ** 32
  }

  /** From 0 to below `limit`. */
  below (limit: number): number {
    return Math.floor(this.next() * limit)
  }

  /** Both ends included. */
  between (low: number, high: number): number {
    return low + this.below(high - low + 1)
  }

  chance (probability: number): boolean {
    return this.next() < probability
  }

  /** Undefined of an empty list. */
  pick<T> (items: readonly T[]): T | undefined {
    return items[this.below(items.length)]
  }

  /** One of these, each as often as its weight says. */
  weighted<T> (choices: readonly (readonly [weight: number, choice: T])[]): T {
    let left = this.next() * choices.reduce((sum, [weight]) => sum + weight, 0)
    for (const [weight, choice] of choices) {
      left -= weight
      if (left < 0) return choice
    }
    return choices[choices.length - 1]![1]
  }

  shuffled<T> (items: readonly T[]): T[] {
    const result = [...items]
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [result[i], result[j]] = [result[j]!, result[i]!]
    }
    return result
  }

  bytes (length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.#word() & 0xff)
  }

  #word (): number {
    const sum = (this.#a + this.#b + this.#counter++) >>> 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) >>> 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) >>> 0
    return sum
  }
}

function hashOf (text: string, basis: number): number {
  let hash = basis
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
