import { BoundedCache, Sealed, SortedMap } from '@dinemic/core'
import type { WireValue } from '@dinemic/core'
import type { Reader } from '@dinemic/replica'

/** Lists and dicts that are remembered. */
const KEPT = 64

export interface Probed<V extends {} | null> {
  /** Object, field and kind. */
  readonly name: string
  readonly entries: SortedMap<V>
  readonly valueOf: (entry: V) => WireValue
  /** Gives a `Sealed` for what can't be read. */
  readonly open: (key: string, entry: V) => WireValue
  readonly reader: Reader
}

/**
 * Which encrypted lists and dicts could be read in whole, and with which keys, for all entities of a node: who has these
 * keys, too, need not open again what has stayed as it was.
 */
export class Readable {
  readonly #known = new BoundedCache<string, { readonly entries: SortedMap<{} | null>, readonly byEpoch: ReadonlyMap<string, Sealed> }>(KEPT)

  /** Opens what isn't known to be readable, up to the first that isn't. */
  probe<V extends {} | null> ({ name, entries, valueOf, open, reader }: Probed<V>): void {
    const known = this.#known.get(name)
    const isReader = known !== undefined && ![...known.byEpoch.values()].some((sealed) => reader.sealed(sealed))
    const byEpoch = new Map(isReader ? known.byEpoch : [])
    for (const { key, after } of entries.changesSince(isReader ? known.entries as SortedMap<V> : SortedMap.empty<V>())) {
      const value = after === undefined ? undefined : valueOf(after)
      if (!(value instanceof Sealed)) continue
      if (open(key, after!) instanceof Sealed) return
      byEpoch.set(value.epoch, value)
    }
    this.#known.set(name, { entries, byEpoch })
  }
}
