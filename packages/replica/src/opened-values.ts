import { checkValue } from '@dinemic/core'
import type { Place, Sealed, Value } from '@dinemic/core'

/**
 * What sealed values of a node's states were found to hold, so that a list of thousands isn't decrypted anew for each
 * entity. Lives as long as the state that holds the `Sealed`; who asks has the key, or gets nothing from here.
 */
export class OpenedValues {
  readonly #opened = new WeakMap<Sealed, { readonly place: Place, readonly value: Value }>()

  /** What a value holds, from memory or as `open` finds it: the caller's own. What `open` throws is not remembered. */
  get (sealed: Sealed, place: Place, open: () => Value): Value {
    const known = this.#opened.get(sealed)
    // At another place it would not open.
    if (known !== undefined && isSame(known.place, place)) return own(known.value)
    const value = open()
    this.#opened.set(sealed, { place, value })
    return own(value)
  }
}

function isSame (a: Place, b: Place): boolean {
  return a.object === b.object && a.field === b.field && a.slot === b.slot && elementOf(a) === elementOf(b)
}

function elementOf (place: Place): string | undefined {
  return place.slot === 'register' ? undefined : place.element
}

function own (value: Value): Value {
  return typeof value === 'object' && value !== null ? checkValue(value, 'a stored value') : value
}
