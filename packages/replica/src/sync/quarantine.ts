import type { Update, UpdateId } from '@dinemic/core'

const MAX_UPDATES = 2000
const MAX_BYTES = 8 * 1024 * 1024

/** Callers' updates whose grant isn't known here yet. Bounded: the oldest make room, and come again when peers compare. */
export class Quarantine {
  readonly #byGrant = new Map<UpdateId, Update[]>()
  readonly #ids = new Set<UpdateId>()
  #bytes = 0

  get size (): number {
    return this.#ids.size
  }

  has (id: UpdateId): boolean {
    return this.#ids.has(id)
  }

  add (waitsFor: UpdateId, update: Update): void {
    const waiting = this.#byGrant.get(waitsFor) ?? []
    if (this.#ids.has(update.id)) return
    this.#byGrant.set(waitsFor, [...waiting, update])
    this.#ids.add(update.id)
    this.#bytes += update.frame.length
    while (this.#ids.size > MAX_UPDATES || this.#bytes > MAX_BYTES) this.release(this.#byGrant.keys().next().value!)
  }

  /** Takes out what waits for an update that has arrived. */
  release (id: UpdateId): Update[] {
    const released = this.#byGrant.get(id) ?? []
    this.#byGrant.delete(id)
    for (const { id: waited, frame } of released) {
      this.#ids.delete(waited)
      this.#bytes -= frame.length
    }
    return released
  }
}
