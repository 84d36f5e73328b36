import type { Update, UpdateId } from '@dinemic/core'

const MAX_UPDATES = 2000
const MAX_BYTES = 8 * 1024 * 1024

/** Callers' updates whose grant isn't known here yet. Bounded: the oldest make room, and come again when peers compare. */
export class Quarantine {
  readonly #byGrant = new Map<UpdateId, Update[]>()
  #count = 0
  #bytes = 0

  get size (): number {
    return this.#count
  }

  add (waitsFor: UpdateId, update: Update): void {
    const waiting = this.#byGrant.get(waitsFor) ?? []
    if (waiting.some(({ id }) => id === update.id)) return
    this.#byGrant.set(waitsFor, [...waiting, update])
    this.#count++
    this.#bytes += update.frame.length
    while (this.#count > MAX_UPDATES || this.#bytes > MAX_BYTES) this.release(this.#byGrant.keys().next().value!)
  }

  /** Takes out what waits for an update that has arrived. */
  release (id: UpdateId): Update[] {
    const released = this.#byGrant.get(id) ?? []
    this.#byGrant.delete(id)
    this.#count -= released.length
    for (const { frame } of released) this.#bytes -= frame.length
    return released
  }
}
