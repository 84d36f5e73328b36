import { currentEpochs, isDinemicError, unwrappedReaders, usableEpoch } from '@dinemic/core'
import type { KeyRing, ObjectId, ObjectState, Platform } from '@dinemic/core'
import type { CommitEvent, Engine } from './engine.js'
import type { Report } from './report.js'

export interface CaretakerParts {
  readonly keys: KeyRing
  readonly platform: Platform
  readonly state: Engine['state']
  readonly write: Engine['write']
  readonly report: Report
}

/** How long to wait for a close that others know of, in ms: it may never come. */
const PATIENCE = 60_000

/**
 * Sees to it that an object owned here has a usable epoch, and that each open reader has a wrap of it and of all others that
 * none replaces: two devices may have revoked at once, or a grant may have come from a device that knew another epoch.
 *
 * An epoch that replaces one that isn't here tells of a close that hasn't arrived. Who mends without it lets in whom it
 * shuts out, the devices that know it mend that in turn, and so on at the speed of the network: so it is waited for.
 */
export class Caretaker {
  readonly #parts: CaretakerParts
  /** What ends the wait, by the object that waits. */
  readonly #waiting = new Map<ObjectId, () => void>()
  #stopped = false

  constructor (parts: CaretakerParts) {
    this.#parts = parts
  }

  stop (): void {
    this.#stopped = true
    for (const cancel of this.#waiting.values()) cancel()
  }

  /** Looks at an object that has changed. */
  async look ({ object, after }: Pick<CommitEvent, 'object' | 'after'>): Promise<void> {
    if (after === undefined || this.#stopped || !needsCare(after)) return
    if (lacksEpochs(after)) this.#wait(object)
    else await this.#mend(object)
  }

  #wait (object: ObjectId): void {
    if (this.#waiting.has(object)) return
    this.#waiting.set(object, this.#parts.platform.schedule(PATIENCE, () => {
      this.#waiting.delete(object)
      void this.#mend(object)
    }))
  }

  async #mend (object: ObjectId): Promise<void> {
    const { keys, state, write, report } = this.#parts
    try {
      const base = await state(object)
      if (base === undefined || !needsCare(base) || !await keys.has(object)) return
      await write([{ object, caller: object, base, operations: [], encrypted: [] }])
    } catch (error) {
      if (isDinemicError(error, 'ORM_NOT_FOUND')) return // removed meanwhile: there is nothing to mend
      report('error', error)
    }
  }
}

function needsCare (state: ObjectState): boolean {
  if (state.epochs.length === 0) return false
  return usableEpoch(state) === undefined || currentEpochs(state).some(({ id }) => unwrappedReaders(state, id).length > 0)
}

function lacksEpochs (state: ObjectState): boolean {
  const known = new Set(state.epochs.map(({ id }) => id))
  return state.epochs.some(({ replaces }) => replaces.some(({ id }) => !known.has(id)))
}
