import { BoundedCache } from '@dinemic/core'
import type { Print } from '../reconcile/salted-ranges.js'

type Part = Print & { readonly prefix: string }

const REMEMBERED = 20_000

/**
 * Parts of a peer's sets in which nothing is left to get here, as they looked then: what this node refuses it would find anew
 * in each walk, though nothing has come since.
 */
export class SettledParts {
  readonly #looks = new BoundedCache<string, string>(REMEMBERED)

  has (set: string, { prefix, count, print }: Part): boolean {
    return this.#looks.get(`${set} ${prefix}`) === `${count} ${print}`
  }

  add (set: string, { prefix, count, print }: Part): void {
    this.#looks.set(`${set} ${prefix}`, `${count} ${print}`)
  }
}

/** One walk through a peer's set. */
export class Pass {
  readonly #settled: SettledParts
  readonly #set: string
  readonly #partByPrefix = new Map<string, Part>()

  constructor (settled: SettledParts, set: string) {
    this.#settled = settled
    this.#set = set
  }

  /** Whether a part that differs may be left out. */
  skips (part: Part): boolean {
    if (this.#settled.has(this.#set, part)) return true
    if (this.#partByPrefix.size < REMEMBERED) this.#partByPrefix.set(part.prefix, part)
    return false
  }

  /** Something under a prefix is still to be got. */
  lacks (prefix: string): void {
    for (let length = 0; length <= prefix.length; length++) this.#partByPrefix.delete(prefix.slice(0, length))
  }

  /** All that a part without parts lacks was settled before. */
  settles (prefix: string): void {
    const part = this.#partByPrefix.get(prefix)
    if (part !== undefined) this.#settled.add(this.#set, part)
  }

  /** `complete`: everything was gone through. */
  end (complete: boolean): void {
    if (complete) for (const part of this.#partByPrefix.values()) this.#settled.add(this.#set, part)
  }
}
