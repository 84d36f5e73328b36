import { currentEpochs, unwrappedReaders, usableEpoch } from '@dinemic/core'
import type { KeyRing, ObjectState } from '@dinemic/core'
import type { CommitEvent, Engine } from './engine.js'
import type { Report } from './report.js'

/**
 * Sees to it that an object owned here has a usable epoch, and that each open reader has a wrap of it and of all others that
 * none replaces: two devices may have revoked at once, or a grant may have come from a device that knew another epoch.
 */
export class Caretaker {
  readonly #keys: KeyRing
  readonly #write: Engine['write']
  readonly #report: Report

  constructor (keys: KeyRing, write: Engine['write'], report: Report) {
    this.#keys = keys
    this.#write = write
    this.#report = report
  }

  /** Looks at an object that has changed. */
  async look ({ object, after }: CommitEvent): Promise<void> {
    try {
      if (after === undefined || !needsCare(after) || !await this.#keys.has(object)) return
      await this.#write([{ object, caller: object, base: after, operations: [], encrypted: [] }])
    } catch (error) {
      this.#report('error', error)
    }
  }
}

function needsCare (state: ObjectState): boolean {
  if (state.epochs.length === 0) return false
  return usableEpoch(state) === undefined || currentEpochs(state).some(({ id }) => unwrappedReaders(state, id).length > 0)
}
