import {
  Listener, OnAuthorizedUpdated, OnCreated, OnDeleted, OnRemove, OnUnauthorizedUpdate, OnUnauthorizedUpdated, isSealed
} from '@dinemic/node'
import type { Change } from '@dinemic/node'
import type { Person } from './model.js'

type HookName = 'OnCreated' | 'OnRemove' | 'OnAuthorizedUpdated' | 'OnUnauthorizedUpdate' | 'OnUnauthorizedUpdated' | 'OnDeleted'

/** What a hook was given, as plain data that fits through a pipe. */
export interface Report {
  readonly witness: string
  readonly hook: HookName
  readonly object: string
  readonly field?: string
  readonly before?: unknown
  readonly after?: unknown
  readonly caller: string
  readonly cause: string
  readonly proposal: boolean
  /** Who had proposed what the owner then signed. */
  readonly via?: string
}

/** Tells what it hears, and changes nothing. Which of its hooks ever run is up to the filter with which it is applied. */
export class Witness extends Listener {
  readonly #name: string
  readonly #tell: (report: Report) => void

  constructor (name: string, tell: (report: Report) => void) {
    super()
    this.#name = name
    this.#tell = tell
  }

  @OnCreated() created (change: Change<Person>): void { this.#report('OnCreated', change) }
  @OnRemove() remove (change: Change<Person>): void { this.#report('OnRemove', change) }
  @OnAuthorizedUpdated() updated (change: Change<Person>): void { this.#report('OnAuthorizedUpdated', change) }
  @OnUnauthorizedUpdate() attempted (change: Change<Person>): void { this.#report('OnUnauthorizedUpdate', change) }
  @OnUnauthorizedUpdated() taken (change: Change<Person>): void { this.#report('OnUnauthorizedUpdated', change) }
  @OnDeleted() deleted (change: Change<Person>): void { this.#report('OnDeleted', change) }

  #report (hook: HookName, { object, field, before, after, caller, cause, proposal, via }: Change<Person>): void {
    this.#tell({
      witness: this.#name,
      hook,
      object: object.id,
      field,
      before: isSealed(before) ? 'sealed' : before,
      after: isSealed(after) ? 'sealed' : after,
      caller,
      cause,
      proposal,
      ...(via === undefined ? {} : { via: via.author })
    })
  }
}
