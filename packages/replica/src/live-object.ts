import { Verdicts, finish, linkOf, refKey } from '@dinemic/core'
import type { Chains, Grant, GrantRef, ObjectId, Update, UpdateId } from '@dinemic/core'
import type { ObjectRow } from './object-row.js'

/** Asks about an object as it was committed last: in its turn it may hold what a hook is still to refuse. */
export type Look = <T>(object: ObjectId, question: (live: LiveObject) => T) => Promise<T>

interface Ids { has (id: UpdateId): boolean }

/**
 * An object that is being written: its row and its admitted updates with their verdicts. Belongs to whoever holds the
 * object's turn in the queue; one that was changed and not committed must be thrown away.
 */
export class LiveObject {
  readonly id: ObjectId
  row: ObjectRow
  readonly updates = new Map<UpdateId, Update>()
  readonly verdicts = new Verdicts()
  /** Of all frames. */
  bytes = 0

  constructor (id: ObjectId, row: ObjectRow, updates: readonly Update[]) {
    this.id = id
    this.row = row
    for (const update of updates) finish(this.adding(update))
  }

  /** In steps, see `Verdicts`. */
  adding (update: Update): ReturnType<Verdicts['adding']> {
    this.updates.set(update.id, update)
    this.bytes += update.frame.length
    return this.verdicts.adding(linkOf(update))
  }

  drop (id: UpdateId): void {
    this.bytes -= this.updates.get(id)?.frame.length ?? 0
    this.updates.delete(id)
    this.verdicts.drop(id)
  }

  /** The grant at a place; null: there is none; undefined: the update that would carry it isn't here. */
  grantAt (ref: GrantRef): Grant | null | undefined {
    const found = this.row.full.grants.get(refKey(ref))
    if (found !== undefined) return found.grant
    const carrier = this.updates.get(ref.id)
    // What an update of a later version carries, a later version of this code will see.
    return carrier === undefined || carrier.body.kind === 'unknown' ? undefined : null
  }

  /** Signed by the owner or under a grant to its author's own id. */
  isAuthorized (update: Update): boolean {
    return update.author === null || (update.root !== null && this.grantAt(update.root)?.subject === update.author)
  }

  /** What counts, for the merge of all or of what isn't masked or still to be applied. */
  * counting (...without: readonly Ids[]): Generator<Update> {
    for (const update of this.updates.values()) {
      if (this.verdicts.verdict(update.id) === 'ok' && !without.some(ids => ids.has(update.id))) yield update
    }
  }

  /** For the merge: without what is masked, and what counts but is still to be applied. */
  chains (...without: readonly Ids[]): Chains {
    return {
      verdict: id => without.some(ids => ids.has(id)) ? 'pending' : this.verdicts.verdict(id),
      isAncestor: (ancestor, update) => this.verdicts.isAncestor(ancestor, update)
    }
  }
}
