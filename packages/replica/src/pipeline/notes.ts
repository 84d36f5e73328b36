import { CLOCK_BOUND, clockMillis, parseId } from '@dinemic/core'
import type { ObjectState, Update } from '@dinemic/core'
import { conflictsOf } from '../conflicts.js'
import type { Report, Reports } from '../report.js'

/** What a stage finds that the application should hear of. Told once it is committed, so that who is told can ask on. */
export class Notes {
  readonly #report: Report
  readonly #untold: (() => void)[] = []

  constructor (report: Report) {
    this.#report = report
  }

  add<K extends keyof Reports> (event: K, payload: Reports[K]): void {
    this.#untold.push(() => { this.#report(event, payload) })
  }

  /** `state`: the one after the update. */
  addConflicts (update: Update, state: ObjectState): void {
    for (const conflict of conflictsOf(update, state)) this.add('conflict', conflict)
  }

  /** What is admitted all the same: a clock from the future, a version that this code doesn't know. */
  addOddities ({ id, object, clock, version, body }: Update, now: number): void {
    const ahead = clockMillis(clock) - now
    if (ahead > CLOCK_BOUND) this.add('clock', { object, update: id, ahead })
    if (body.kind === 'unknown') this.add('incompatible', { object, update: id, version, model: parseId(object).model })
  }

  tell (): void {
    for (const note of this.#untold.splice(0)) note()
  }
}
