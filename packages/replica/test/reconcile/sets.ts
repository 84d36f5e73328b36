import { SortedMap, bytesToHex } from '@dinemic/core'
import type { SetKey } from '@dinemic/core'
import { nativeProvider } from '@dinemic/core/native'
import type { SeededRandom } from '@dinemic/core/testing'
import { RadixSums } from '../../src/reconcile/radix-sums.js'
import type { SetChange } from '../../src/reconcile/radix-sums.js'
import { ExactRanges, SaltedRanges } from '../../src/reconcile/salted-ranges.js'
import type { RangeAnswer, ShownRanges } from '../../src/reconcile/salted-ranges.js'
import { setKeyOf } from '../../src/reconcile/set-key.js'
import { walk } from '../../src/reconcile/walk.js'

export const provider = nativeProvider

/** A set in memory and its sums, with the rows that a store would have. */
export class TestSet {
  readonly sums: RadixSums
  #keys = SortedMap.empty<true>()

  private constructor () {
    this.sums = new RadixSums({ node: async () => undefined, keys: async (prefix, limit) => this.under(prefix, limit) })
  }

  static async of (keys: readonly SetKey[]): Promise<TestSet> {
    const set = new TestSet()
    await set.change(keys.map(key => ({ key, sign: 1 })))
    return set
  }

  get keys (): readonly SetKey[] {
    return [...this.#keys.keys()]
  }

  async change (changes: readonly SetChange[]): Promise<void> {
    for (const { key, sign } of changes) this.#keys = sign === 1 ? this.#keys.set(key, true) : this.#keys.delete(key)
    await this.sums.apply(changes)
  }

  /** The nodes that have changed, as if they were stored. */
  taken (): ReturnType<RadixSums['takeChanged']> {
    const changed = this.sums.takeChanged()
    this.sums.stored()
    return changed
  }

  under (prefix: string, limit = Infinity): SetKey[] {
    const keys: SetKey[] = []
    for (const [key] of this.#keys.entries(this.#keys.rank(prefix))) {
      if (keys.length === limit || !key.startsWith(prefix)) break
      keys.push(key)
    }
    return keys
  }

  shown (salt: Uint8Array, exact = false): ShownRanges {
    return exact ? new ExactRanges(this.sums, provider, salt) : new SaltedRanges(this.sums, provider, salt)
  }
}

export const DAY = 86_400_000

/** So many keys at random times of a span that begins at `from`. */
export function randomKeys (random: SeededRandom, count: number, { from = 1_700_000_000_000, span = 1000 }: { from?: number, span?: number } = {}): SetKey[] {
  return Array.from({ length: count }, () => setKeyOf({ millis: from + Math.floor(random.next() * span), id: bytesToHex(random.bytes(32)) }))
}

export type Ask = (prefixes: readonly string[]) => Promise<readonly RangeAnswer[] | undefined>

/** What a walk of `ours` over `theirs` finds: the keys that ours lacks, in the order in which they were found. */
export async function found (ours: TestSet, theirs: TestSet, { salt, exact = false, ask = answering(theirs.shown(salt, exact)), start = [''] }: { salt: Uint8Array, exact?: boolean, ask?: Ask, start?: string[] }): Promise<SetKey[]> {
  const keys: SetKey[] = []
  for await (const step of walk({ ours: ours.shown(salt, exact), ask }, start)) {
    for (const { prefix, shortIds } of step) {
      const here = await theirs.shown(salt).shortIds(prefix)
      keys.push(...shortIds.flatMap(id => here.get(id) ?? []))
    }
  }
  return keys
}

/** Everything asked is answered. */
export function answering (theirs: ShownRanges): Ask {
  return async prefixes => await Promise.all(prefixes.map(async prefix => await theirs.answer(prefix)))
}

/** The reference. */
export function difference (theirs: TestSet, ours: TestSet): SetKey[] {
  const here = new Set(ours.keys)
  return theirs.keys.filter(key => !here.has(key))
}
