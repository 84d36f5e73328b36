import { DinemicError, Sealed, checkValue, equalValues } from '@dinemic/core'
import type { WireValue } from '@dinemic/core'
import { ownCopy } from './own-copy.js'

/**
 * The values of a collection that its user has in hand, by key or element id: what was put there, and copies of what was
 * handed out that can be changed in place. `save()` looks at these and at no others.
 */
export class OwnValues {
  readonly #values = new Map<string, unknown>()

  get size (): number {
    return this.#values.size
  }

  keys (): Iterable<string> {
    return this.#values.keys()
  }

  put (key: string, value: unknown): void {
    this.#values.set(key, value)
  }

  forget (key: string): void {
    this.#values.delete(key)
  }

  clear (): void {
    this.#values.clear()
  }

  /** What the user is to have for a stored value: the same each time. */
  give (key: string, stored: () => WireValue): unknown {
    if (this.#values.has(key)) return this.#values.get(key)
    const value = ownCopy(stored())
    if (typeof value === 'object' && value !== null && !(value instanceof Sealed)) this.#values.set(key, value)
    return value
  }

  /** As `give`, for who neither keeps nor changes it. */
  peek (key: string, stored: () => WireValue): unknown {
    return this.#values.has(key) ? this.#values.get(key) : stored()
  }

  /** Those that are other than what is stored, checked. Throws `ORM_BAD_VALUE`. */
  * changed (stored: (key: string) => WireValue, where: (key: string) => string): Iterable<[string, WireValue]> {
    for (const [key, value] of this.#values) {
      const checked = value instanceof Sealed ? value : checkValue(value, where(key))
      if (!sameValue(checked, stored(key))) yield [key, checked]
    }
  }
}

/** A sealed value is the same only if it is the very one: what it hides may not be readable here. */
export function sameValue (a: WireValue, b: WireValue): boolean {
  return a === b || (!(a instanceof Sealed) && !(b instanceof Sealed) && equalValues(a, b))
}

export function readOnly (where: string): DinemicError {
  return new DinemicError('ORM_READ_ONLY', `${where} belongs to an entity that was made for a hook and can't be changed. Open the object and change that.`, { details: { where } })
}
