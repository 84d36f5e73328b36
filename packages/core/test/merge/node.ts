import { applyUpdate, emptyState, mergeAll } from '../../src/merge/apply.js'
import type { Chains } from '../../src/merge/apply.js'
import type { ObjectState } from '../../src/state-types.js'
import type { UpdateId } from '../../src/types.js'
import type { Update } from '../../src/update-types.js'
import type { VerdictChange } from '../../src/verdict/link.js'
import { MiniNode } from '../verdict/node.js'
import { OBJECT } from '../verdict/world.js'

/** A node that keeps the merged state up to date, as the pipeline does. */
export class MergingNode {
  readonly #node: MiniNode
  readonly #updates = new Map<UpdateId, Update>()
  state: ObjectState = emptyState(OBJECT)
  remerged = 0

  constructor (options: { drops: boolean }) {
    this.#node = new MiniNode({ ...options, taken: (update, changes) => this.#take(update, changes) })
  }

  offer (updates: readonly Update[]): void {
    this.#node.offerUntilQuiet(updates)
  }

  /** What counts, in the order of arrival. */
  counting (): Update[] {
    return [...this.#updates.values()].filter(({ id }) => this.#node.verdicts.verdict(id) === 'ok')
  }

  chains (waiting: ReadonlySet<UpdateId> = new Set()): Chains {
    const { verdicts } = this.#node
    return {
      verdict: id => waiting.has(id) ? 'pending' : verdicts.verdict(id),
      isAncestor: (ancestor, of) => verdicts.isAncestor(ancestor, of)
    }
  }

  mergeAll (): ObjectState {
    return mergeAll(OBJECT, this.counting(), this.chains())
  }

  #take (update: Update, changes: readonly VerdictChange[]): void {
    this.#updates.set(update.id, update)
    if (changes.some(({ remerge }) => remerge)) {
      this.remerged++
      this.state = this.mergeAll()
      return
    }
    const waiting = new Set(changes.flatMap(({ id, verdict }) => verdict === 'ok' ? [id] : []))
    for (const id of [...waiting]) {
      this.state = applyUpdate(this.state, this.#updates.get(id)!, this.chains(waiting))
      waiting.delete(id)
    }
  }
}
