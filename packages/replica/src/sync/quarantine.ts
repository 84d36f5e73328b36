import type { Update, UpdateId } from '@dinemic/core'
import { SharedRoom } from './shared-room.js'

const UPDATES = 2000
const BYTES = 8 * 1024 * 1024

interface Waiting { readonly update: Update, readonly waitsFor: UpdateId }

/** Callers' updates whose grant isn't known here yet. Bounded: the oldest of the peer that has brought most make room, and come again when peers compare. */
export class Quarantine {
  readonly #room = new SharedRoom<Waiting>({ entries: UPDATES, bytes: BYTES })
  readonly #byGrant = new Map<UpdateId, Map<UpdateId, Update>>()

  get size (): number {
    return this.#room.size
  }

  has (id: UpdateId): boolean {
    return this.#room.get(id) !== undefined
  }

  /** Gives what had to make room. */
  add (waitsFor: UpdateId, update: Update, peer: string): Update[] {
    if (this.has(update.id)) return []
    const waiting = this.#byGrant.get(waitsFor) ?? new Map<UpdateId, Update>()
    this.#byGrant.set(waitsFor, waiting.set(update.id, update))
    const gone = this.#room.put(update.id, { update, waitsFor }, { peer, bytes: update.frame.length })
    for (const { update: { id }, waitsFor: grant } of gone) {
      this.#byGrant.get(grant)!.delete(id)
      if (this.#byGrant.get(grant)!.size === 0) this.#byGrant.delete(grant)
    }
    return gone.map(waiting => waiting.update)
  }

  /** Takes out what waits for an update that has arrived. */
  release (id: UpdateId): Update[] {
    const released = [...this.#byGrant.get(id)?.values() ?? []]
    this.#byGrant.delete(id)
    for (const update of released) this.#room.delete(update.id)
    return released
  }
}
