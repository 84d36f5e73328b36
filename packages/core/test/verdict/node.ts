import type { UpdateId } from '../../src/types.js'
import type { Update } from '../../src/update-types.js'
import { linkOf } from '../../src/verdict/link.js'
import type { Link, VerdictChange } from '../../src/verdict/link.js'
import { Verdicts } from '../../src/verdict/verdicts.js'

/** What a node does with one object's updates, as far as verdicts go: admit, judge, drop. */
export class MiniNode {
  readonly verdicts = new Verdicts()
  /** Told of each update that is taken, and of what it changed. */
  readonly #taken: (update: Update, changes: readonly VerdictChange[]) => void
  readonly #drops: boolean
  #waiting: Update[] = []
  #took = 0

  constructor (options: { drops: boolean, taken?: (update: Update, changes: readonly VerdictChange[]) => void }) {
    this.#drops = options.drops
    this.#taken = options.taken ?? (() => {})
  }

  /** In turn, each waiting for the update that carries its grant. */
  offer (updates: readonly Update[]): void {
    for (const update of updates) {
      this.#waiting.push(update)
      this.#retry()
    }
  }

  /** Again and again, as reconciliation does, until nothing new is taken. */
  offerUntilQuiet (updates: readonly Update[]): void {
    for (let before = -1; before !== this.#took;) {
      before = this.#took
      this.offer(updates)
    }
  }

  #retry (): void {
    for (let found: Update | undefined; (found = this.#waiting.find(update => this.#hasGrant(linkOf(update)))) !== undefined;) {
      this.#waiting = this.#waiting.filter(update => update !== found)
      this.#take(found)
    }
  }

  #hasGrant ({ root, author }: Link): boolean {
    if (root === null) return true
    const subject = this.verdicts.links.get(root.id)?.subjects[root.index]
    return subject !== undefined && (subject === null || subject === author)
  }

  #take (update: Update): void {
    const link = linkOf(update)
    if (this.verdicts.links.has(link.id) || (this.#drops && this.verdicts.refuses(link))) return
    const changes = this.verdicts.add(link)
    this.#took++
    this.#taken(update, changes)
    if (!this.#drops) return
    for (const { id, verdict } of changes) {
      if (verdict === 'revoked' && !this.verdicts.isNamed({ id })) this.verdicts.drop(id)
    }
  }
}

export function verdictsOf (verdicts: Verdicts): Map<UpdateId, string> {
  return new Map([...verdicts.links.keys()].sort().map(id => [id, verdicts.verdict(id)!]))
}
