import { BoundedCache, DinemicError, parseId, within } from '@dinemic/core'
import type { KeyRing, ObjectId, Platform, Update } from '@dinemic/core'
import type { Admit, Newcomer } from '../engine.js'
import type { Objects } from '../objects.js'
import type { Report } from '../report.js'

const REMEMBERED = 5000
/** How long an answer may take, in ms: what comes from the same peer waits for it. */
const PATIENCE = 5000

export interface DoorkeeperParts {
  readonly admit: Admit | undefined
  readonly objects: Objects
  readonly keys: KeyRing
  readonly platform: Pick<Platform, 'schedule'>
  readonly report: Report
}

/**
 * Asks the application's `admit` about objects that aren't here yet: once for each of the last 5,000, however many updates
 * of one come at once or wait for its first. Whatever isn't true is a no: what it throws, another value, an answer that doesn't come.
 */
export class Doorkeeper {
  readonly #parts: DoorkeeperParts
  readonly #answers = new BoundedCache<ObjectId, Promise<boolean>>(REMEMBERED)

  constructor (parts: DoorkeeperParts) {
    this.#parts = parts
  }

  /** Whether there is anybody to ask. */
  get asks (): boolean {
    return this.#parts.admit !== undefined
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
      const answer: unknown = await within(this.#parts.platform, PATIENCE, {
        task: async () => await admit(newcomer),
        late: () => badAdmit(newcomer, `gave no answer within ${PATIENCE} ms`)
      })
      if (typeof answer !== 'boolean') throw badAdmit(newcomer, `gave ${answer === null ? 'null' : typeof answer === 'object' ? 'an object' : String(answer)}`)
      return answer
    } catch (error) {
      this.#parts.report('error', error)
      return false
    }
  }
}

function badAdmit ({ id, peer }: Newcomer, problem: string): DinemicError {
  return new DinemicError('REPLICA_BAD_ADMIT', `The option admit ${problem} about ${id}, so that it is not stored. It has to return true or false, or a promise of one, and must not wait for the network.`, { details: { object: id, peer } })
}

function sizeOf (updates: readonly Update[]): number {
  return updates.reduce((sum, { frame }) => sum + frame.length, 0)
}
