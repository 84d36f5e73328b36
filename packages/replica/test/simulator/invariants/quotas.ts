import type { UpdateId } from '@dinemic/core'
import { Quarantine } from '../../../src/sync/quarantine.js'
import type { World } from '../world.js'

/** Bounds of what waits for a grant (R22), of one node. */
const UPDATES = 2000
const BYTES = 8 * 1024 * 1024

/** Counts from outside what quarantines hold. They are made deep inside the engine: so the class is watched, until `stop`. */
export class Quotas {
  readonly stop: () => void
  readonly #world: World
  readonly #held = new Map<Quarantine, Map<UpdateId, number>>()

  constructor (world: World) {
    this.#world = world
    const { add, release } = Quarantine.prototype
    const heldBy = (quarantine: Quarantine): Map<UpdateId, number> => this.#heldBy(quarantine)
    Quarantine.prototype.add = function (waitsFor, update, peer) {
      heldBy(this).set(update.id, update.frame.length)
      const gone = add.call(this, waitsFor, update, peer)
      for (const { id } of gone) heldBy(this).delete(id)
      return gone
    }
    Quarantine.prototype.release = function (id) {
      const released = release.call(this, id)
      for (const update of released) heldBy(this).delete(update.id)
      return released
    }
    this.stop = () => { Object.assign(Quarantine.prototype, { add, release }) }
  }

  afterStep (): void {
    for (const held of this.#held.values()) {
      const bytes = [...held.values()].reduce((sum, length) => sum + length, 0)
      if (held.size > UPDATES || bytes > BYTES) this.#world.fail('quotas hold', `a quarantine holds ${held.size} updates of ${bytes} bytes`)
    }
  }

  #heldBy (quarantine: Quarantine): Map<UpdateId, number> {
    const held = this.#held.get(quarantine) ?? new Map<UpdateId, number>()
    this.#held.set(quarantine, held)
    return held
  }
}
