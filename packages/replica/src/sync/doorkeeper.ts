import { BoundedCache, parseId } from '@dinemic/core'
import type { KeyRing, ObjectId, Update } from '@dinemic/core'
import type { Admit } from '../engine.js'
import type { Objects } from '../objects.js'
import type { Report } from '../report.js'

const REMEMBERED = 5000

export interface DoorkeeperParts {
  readonly admit: Admit | undefined
  readonly objects: Objects
  readonly keys: KeyRing
  readonly report: Report
}

/** Asks the application's `admit` about objects that aren't here yet. Its answer is remembered; what it throws is a no. */
export class Doorkeeper {
  readonly #parts: DoorkeeperParts
  readonly #turnedAway = new BoundedCache<ObjectId, true>(REMEMBERED)

  constructor (parts: DoorkeeperParts) {
    this.#parts = parts
  }

  async admits (object: ObjectId, updates: readonly Update[], peer: string): Promise<boolean> {
    const { admit, objects, keys, report } = this.#parts
    if (admit === undefined || await objects.row(object) !== undefined || await keys.has(object)) return true
    if (this.#turnedAway.get(object) !== undefined) return false
    const size = updates.reduce((sum, { frame }) => sum + frame.length, 0)
    let admitted = false
    try {
      admitted = await admit({ id: object, model: parseId(object).model, size, peer })
    } catch (error) {
      report('error', error)
    }
    if (!admitted) this.#turnedAway.set(object, true)
    return admitted
  }
}
