import type { UpdateId } from '../types.js'

/** Sets of update ids by a key. Most have one id, which then stands by itself: a set of its own would take several times the room. */
export class IdSets {
  readonly #ids = new Map<string, UpdateId | Set<UpdateId>>()

  has (key: string): boolean {
    return this.#ids.has(key)
  }

  get (key: string): Iterable<UpdateId> {
    const ids = this.#ids.get(key)
    return ids === undefined ? NONE : typeof ids === 'string' ? [ids] : ids
  }

  /** Gives how many the set has then. */
  add (key: string, id: UpdateId): number {
    const ids = this.#ids.get(key)
    if (ids === undefined || ids === id) {
      this.#ids.set(key, id)
      return 1
    }
    if (typeof ids !== 'string') return ids.add(id).size
    this.#ids.set(key, new Set([ids, id]))
    return 2
  }

  delete (key: string, id: UpdateId): void {
    const ids = this.#ids.get(key)
    if (ids === id) this.#ids.delete(key)
    else if (typeof ids === 'object' && ids.delete(id) && ids.size === 0) this.#ids.delete(key)
  }
}

const NONE: readonly UpdateId[] = []
