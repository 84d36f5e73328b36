import { BoundedCache, parseId } from '@dinemic/core'
import type { KeyRing, ObjectId, Update } from '@dinemic/core'
import type { Admit, Newcomer } from '../engine.js'
import type { Objects } from '../objects.js'
import type { Report } from '../report.js'

const REMEMBERED = 5000

export interface DoorkeeperParts {
  readonly admit: Admit | undefined
  readonly objects: Objects
  readonly keys: KeyRing
  readonly report: Report
}

/**
 * Asks the application's `admit` about objects that aren't here yet: once, however many updates of one come at once or
 * wait for its first. What it throws is a no.
 */
export class Doorkeeper {
  readonly #parts: DoorkeeperParts
  readonly #answers = new BoundedCache<ObjectId, Promise<boolean>>(REMEMBERED)

  constructor (parts: DoorkeeperParts) {
    this.#parts = parts
  }

  async admits (object: ObjectId, updates: readonly Update[], peer: string): Promise<boolean> {
    const { admit, objects, keys } = this.#parts
    if (admit === undefined || await objects.row(object) !== undefined || await keys.has(object)) return true
    const answer = this.#answers.get(object) ?? this.#ask(admit, { id: object, model: parseId(object).model, size: sizeOf(updates), peer })
    this.#answers.set(object, answer)
    return await answer
  }

  async #ask (admit: Admit, newcomer: Newcomer): Promise<boolean> {
    try {
      return await admit(newcomer)
    } catch (error) {
      this.#parts.report('error', error)
      return false
    }
  }
}

function sizeOf (updates: readonly Update[]): number {
  return updates.reduce((sum, { frame }) => sum + frame.length, 0)
}
