import type { SetKey, Steps } from '@dinemic/core'
import { EMPTY, corrected, fingerprintOf, withKey } from './fingerprint.js'
import type { Fingerprint } from './fingerprint.js'
import type { Part, RangeSums } from './range-sums.js'

/** So many keys further the sum of all before is kept: of any part of the set no more than twice as many are added up. */
const EVERY = 64
/** Keys that are merged or added up in one step. */
const STEP = 16

/** Keys in memory, each part of which is found and summed without a look at the rest. */
export class KeySet implements RangeSums {
  readonly #sorted: readonly SetKey[]
  /** Of the first keys, `EVERY` more each time. */
  readonly #sums: readonly Fingerprint[]

  private constructor (sorted: readonly SetKey[], sums: readonly Fingerprint[]) {
    this.#sorted = sorted
    this.#sums = sums
  }

  /** Of keys in any number of lists, each of them sorted. */
  static * from (lists: readonly (readonly SetKey[])[]): Steps<KeySet> {
    const sorted = yield * merged(lists)
    return new KeySet(sorted, yield * runningSums(sorted))
  }

  get size (): number {
    return this.#sorted.length
  }

  async fingerprint (prefix: string): Promise<Fingerprint> {
    return this.#between(...this.#under(prefix))
  }

  async parts (prefix: string): Promise<Part[]> {
    const [start, end] = this.#under(prefix)
    const length = this.#branching(start, end)
    const parts: Part[] = []
    for (let at = start; at < end;) {
      const part = this.#sorted[at]!.slice(0, length)
      const next = this.#placeAfter(part)
      parts.push({ prefix: part, fingerprint: this.#between(at, next) })
      at = next
    }
    return parts
  }

  async keys (prefix: string, limit: number): Promise<SetKey[]> {
    const [start, end] = this.#under(prefix)
    return this.#sorted.slice(start, Math.min(end, start + limit))
  }

  /** How many digits it takes to tell the keys from one place to another apart; of one key all. */
  #branching (start: number, end: number): number {
    const [first, last] = [this.#sorted[start], this.#sorted[end - 1]]
    let length = 0
    while (first !== undefined && length < first.length && first[length] === last![length]) length++
    return length + 1
  }

  #between (start: number, end: number): Fingerprint {
    return end - start <= EVERY ? fingerprintOf(this.#sorted.slice(start, end)) : corrected(this.#upTo(end), this.#upTo(start), EMPTY)
  }

  #upTo (place: number): Fingerprint {
    const kept = Math.floor(place / EVERY)
    return this.#sorted.slice(kept * EVERY, place).reduce((sum, key) => withKey(sum, key, 1), this.#sums[kept]!)
  }

  /** Where the keys under a prefix begin, and where they end. */
  #under (prefix: string): [number, number] {
    return prefix === '' ? [0, this.#sorted.length] : [this.#placeOf(prefix), this.#placeAfter(prefix)]
  }

  #placeAfter (prefix: string): number {
    return this.#placeOf(`${prefix}g`)
  }

  /** Of the first key that isn't less. */
  #placeOf (key: string): number {
    let [low, high] = [0, this.#sorted.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#sorted[middle]! < key) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Two and two, until one is left. */
function * merged (lists: readonly (readonly SetKey[])[]): Steps<readonly SetKey[]> {
  let left = lists
  while (left.length > 1) {
    const longer: (readonly SetKey[])[] = []
    for (let i = 0; i < left.length; i += 2) longer.push(yield * mergedPair(left[i]!, left[i + 1] ?? []))
    left = longer
  }
  return left[0] ?? []
}

function * mergedPair (a: readonly SetKey[], b: readonly SetKey[]): Steps<readonly SetKey[]> {
  const all: SetKey[] = []
  for (let [i, j] = [0, 0]; i < a.length || j < b.length;) {
    all.push(j >= b.length || (i < a.length && a[i]! < b[j]!) ? a[i++]! : b[j++]!)
    if (all.length % STEP === 0) yield
  }
  return all
}

function * runningSums (sorted: readonly SetKey[]): Steps<readonly Fingerprint[]> {
  const sums: Fingerprint[] = []
  let sum = EMPTY
  for (let i = 0; i < sorted.length; i++) {
    if (i % EVERY === 0) sums.push(sum)
    sum = withKey(sum, sorted[i]!, 1)
    if (i % STEP === STEP - 1) yield
  }
  if (sorted.length % EVERY === 0) sums.push(sum)
  return sums
}
