import type { Commit, Update } from '@dinemic/core'
import { findFork } from '../find-fork.js'
import { noProofRow, proofRow } from '../fork-row.js'
import type { LiveObject } from '../live-object.js'
import type { Account } from './account.js'
import type { Notes } from './notes.js'

type SettingRow = NonNullable<Commit['settings']>[number]

/** The forks that a stage finds: each is told, and its proof kept where there is room. */
export class ForkProofs {
  /** For the commit. */
  readonly rows: SettingRow[] = []
  readonly #live: LiveObject
  readonly #account: Account
  readonly #notes: Notes

  constructor (live: LiveObject, account: Account, notes: Notes) {
    this.#live = live
    this.#account = account
    this.#notes = notes
  }

  /** To be called before verdicts move: then the other one may go. `counts`: whether the proof falls under the quotas. */
  find (update: Update, counts: boolean): void {
    const live = this.#live
    const found = findFork(live, update)
    if (found === undefined) return
    const { proof, known } = found
    const kept = this.#account.takeContent(counts ? known?.size ?? 0 : 0) && known !== undefined
    const { object, author, root, seq, updates } = proof
    this.#notes.add('fork', { object, author, root, seq, updates, kept })
    if (!kept) return
    live.row = { ...live.row, forks: [...live.row.forks, known] }
    this.rows.push(proofRow(proof))
  }

  /** They go with the object. */
  dropAll (): void {
    const live = this.#live
    this.rows.push(...live.row.forks.map(noProofRow))
    live.row = { ...live.row, forks: [] }
  }
}
