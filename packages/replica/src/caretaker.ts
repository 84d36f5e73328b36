import { lacksEpochs, needsKeys, usableEpoch } from '@dinemic/core'
import type { KeyRing, ObjectId, ObjectState, Platform } from '@dinemic/core'
import type { Activity } from './activity.js'
import type { Care } from './care.js'
import type { Report } from './report.js'

export interface CaretakerParts {
  readonly care: Care
  readonly activity: Activity
  readonly keys: KeyRing
  readonly platform: Platform
  /** What all nodes agree on. */
  readonly state: (object: ObjectId) => Promise<ObjectState | undefined>
  /** Writes epochs and wraps as far as what is known here allows. */
  readonly mend: (object: ObjectId) => Promise<void>
  /** Asks the peers for all that they have of the object. */
  readonly ask: (object: ObjectId) => Promise<unknown>
  /** Takes an object out of the list, durably, unless it needs keys by now. */
  readonly strikeOff: (object: ObjectId) => Promise<void>
  readonly report: Report
}

/** How long to wait for a close that others know of before an epoch is made without it, in ms: it may never come. */
const PATIENCE = 60_000
/** How long an object rests after a new epoch, in ms: devices that don't know the same may each have a reason to replace the other's. */
const REST = 1000
/** How long after the start, in ms: the network isn't up before. */
const SETTLING = 1000

/**
 * Sees to it that each object owned here has a usable epoch, and that each open reader has a wrap of it and of all others
 * that none replaces: two devices may have revoked at once, or a grant may have come from a device that knew another epoch.
 *
 * An epoch that replaces one that isn't here tells of a close that hasn't arrived; it is asked for and waited for. Who
 * makes keys without it makes them for fewer readers (see `sureReaders`), and the devices that know it must mend that.
 */
export class Caretaker {
  readonly #parts: CaretakerParts
  /** What ends the wait or the rest of an object. */
  readonly #waiting = new Map<ObjectId, () => void>()
  readonly #resting = new Map<ObjectId, () => void>()
  #cancelStart = (): void => {}
  #stopped = false

  constructor (parts: CaretakerParts) {
    this.#parts = parts
  }

  /** Looks soon at what a crash or a stop has left. */
  start (): void {
    this.#cancelStart = this.#parts.platform.schedule(SETTLING, () => {
      for (const object of this.#parts.care.objects) this.look(object)
    })
  }

  stop (): void {
    this.#stopped = true
    this.#cancelStart()
    for (const cancel of [...this.#waiting.values(), ...this.#resting.values()]) cancel()
  }

  /** Looks at an object that is in the list. If `patient`, it waits for what is known to be missing. */
  look (object: ObjectId, { patient = true } = {}): void {
    if (this.#stopped || this.#resting.has(object) || !this.#parts.care.has(object)) return
    void this.#parts.activity.track(`looking after the keys of ${object}`, this.#look(object, patient))
  }

  async #look (object: ObjectId, patient: boolean): Promise<void> {
    const { keys, state, strikeOff, mend, report } = this.#parts
    try {
      const known = await state(object)
      if (known === undefined || !needsKeys(known) || !await keys.has(object)) return await strikeOff(object)
      if (patient && lacksEpochs(known)) return await this.#wait(object)
      if (usableEpoch(known) === undefined) this.#after(REST, this.#resting, object, () => { this.look(object) })
      await mend(object)
    } catch (error) {
      report('error', error)
    }
  }

  async #wait (object: ObjectId): Promise<void> {
    if (this.#waiting.has(object)) return
    this.#after(PATIENCE, this.#waiting, object, () => { this.look(object, { patient: false }) })
    await this.#parts.ask(object)
  }

  #after (ms: number, timers: Map<ObjectId, () => void>, object: ObjectId, task: () => void): void {
    if (this.#stopped) return
    timers.set(object, this.#parts.platform.schedule(ms, () => {
      timers.delete(object)
      task()
    }))
  }
}
