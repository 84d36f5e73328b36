import type { HookSchema } from '../schema/types.js'
import type { Filter } from './filter.js'

/** A listener, what it can hear, and what it was told to listen to. */
export interface Subscription {
  readonly listener: object
  readonly hooks: readonly HookSchema[]
  /** By their text, so that applying one twice is applying it once. */
  readonly filters: Map<string, Filter>
}

/** The listeners of a node in order of their first `apply`. Iterating while hooks run is safe: who is revoked or applied meanwhile is not called. */
export class Subscriptions {
  readonly #byListener = new Map<object, Subscription>()

  add (listener: object, hooks: readonly HookSchema[], filter: Filter): void {
    const known = this.#byListener.get(listener)
    if (known !== undefined) known.filters.set(filter.text, filter)
    else this.#byListener.set(listener, { listener, hooks, filters: new Map([[filter.text, filter]]) })
  }

  remove (listener: object, filterText: string): void {
    const subscription = this.#byListener.get(listener)
    if (subscription === undefined) return
    subscription.filters.delete(filterText)
    if (subscription.filters.size === 0) this.#byListener.delete(listener)
  }

  [Symbol.iterator] (): Iterator<Subscription> {
    // A copy: a hook that revokes and applies its listener again would come up again without end. Revoked ones have no filter.
    return [...this.#byListener.values()][Symbol.iterator]()
  }
}

export function wants (subscription: Subscription, matches: (filter: Filter) => boolean): boolean {
  for (const filter of subscription.filters.values()) {
    if (matches(filter)) return true
  }
  return false
}
