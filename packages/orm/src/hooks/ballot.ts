import { DinemicError, reasonOf } from '@dinemic/core'
import type { ObjectChange } from '@dinemic/replica'
import type { Step } from './steps.js'

/** Where a hook stands, for error texts: names and ids only, never values, which may be secret (R13). */
export interface HookPlace {
  readonly step: Step
  /** The property, where the hook is about a field. */
  readonly field: string | undefined
  readonly change: ObjectChange
  readonly method: string
}

/**
 * How one hook decides on one change, by `reject()` and `accept()`. A refusal is kept, not only thrown: a hook that catches
 * its own `reject` has refused all the same.
 */
export class Ballot {
  readonly #place: HookPlace
  readonly #phase: 'before' | 'after'
  #refusal: DinemicError | undefined
  #acceptance: Promise<void> | undefined
  #closed = false

  constructor (place: HookPlace, phase: 'before' | 'after') {
    this.#place = place
    this.#phase = phase
  }

  /** What the hook gets as `change.reject`. Always throws. */
  readonly reject = (reason?: string): never => {
    if (this.#phase === 'after' || this.#closed) {
      throw new DinemicError('ORM_TOO_LATE', `reject() ${describePlace(this.#place)}: the change is decided. Refuse in a before-hook (OnUpdate for OnUpdated), before its method returns.`, detailsOf(this.#place))
    }
    const text = reason === undefined ? `refused ${describePlace(this.#place)}` : reasonOf(reason)
    this.#refusal = new DinemicError('ORM_VETOED', text, detailsOf(this.#place))
    throw this.#refusal
  }

  /**
   * What the hook gets as `change.accept`; throws at once where there is nothing to accept. It may be awaited or not: the
   * hook isn't over before it is settled.
   */
  readonly accept = (): Promise<void> => {
    const { step, change } = this.#place
    if (change.accept === undefined || this.#closed || !ACCEPTING_HOOK.test(step.hook)) {
      throw new DinemicError('ORM_NOT_AUTHORIZED', `accept() ${describePlace(this.#place)}: only an OnUnauthorized… before-hook accepts, only a proposal (change.proposal), and before its method returns.`, detailsOf(this.#place))
    }
    const acceptance = this.#acceptance ??= change.accept()
    acceptance.catch(() => {}) // settle() hands it on; a hook that doesn't await it must not bring the process down
    return acceptance
  }

  /** Whether the hook accepted. Throws where it refused and hid it, or accepted what this node may not sign. */
  async settle (): Promise<boolean> {
    if (this.#refusal !== undefined) throw this.#refusal
    await this.#acceptance
    return this.#acceptance !== undefined
  }

  /** What is said from now on doesn't count. */
  close (): void {
    this.#closed = true
  }
}

/** The hooks that may accept a proposal. */
export const ACCEPTING_HOOK = /^OnUnauthorized(Update|Delete|Remove)$/

/** `in OnUpdate (Person.check) of salary of Person:9uq…` */
export function describePlace ({ step, field, change, method }: HookPlace): string {
  return `in ${step.hook} (${method}) of ${field === undefined ? '' : `${field} of `}${change.object}`
}

export function detailsOf ({ step, field, change, method }: HookPlace): { details: Record<string, unknown> } {
  return { details: { object: change.object, hook: step.hook, method, field, update: change.update.id } }
}
