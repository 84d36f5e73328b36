import { decode, encode } from '@dinemic/core'
import type { Commit, ObjectCommit, Platform, Store } from '@dinemic/core'
import { Breath } from '../breath.js'
import type { Companion } from '../pipeline/group-commit.js'
import { decodeNode, encodeNode } from './radix-node.js'
import { RadixSums } from './radix-sums.js'
import type { SetChange } from './radix-sums.js'
import type { RangeSums } from './range-sums.js'
import { changesOf, decodeChanges, encodeChanges } from './set-journal.js'
import type { SetChanges } from './set-journal.js'

/** How far the rows of sums may lag behind: what a start has to read at most. */
const LAG = { batches: 256, changes: 4096 } as const
/** Changes that are added up at once: some ms. */
const AT_ONCE = 1024
/** Keys that one check goes through at most. */
const CHECKED = 1024

export interface SetSumsParts {
  readonly store: Store
  readonly platform: Platform
  /** Runs a task while nothing is written. */
  readonly alone: <T>(task: () => Promise<T>) => Promise<T>
  /** Follows a task that nobody waits for. */
  readonly track: (what: string, task: Promise<void>) => void
}

/**
 * The sums of each model's reconciled set, kept in rows of the store (R17). Each batch leaves a row that says what it changed;
 * these changes reach the sums when somebody compares, and the rows of sums now and then, when the journal is struck off up to
 * a watermark. A start reads the journal from the watermark on, and nothing else.
 */
export class SetSums implements Companion {
  readonly #parts: SetSumsParts
  readonly #treeByModel = new Map<string, RadixSums>()
  /** Written, and not in the trees yet. */
  readonly #pending = new Map<string, SetChange[]>()
  #waiting = 0
  #writing: SetChanges = new Map()
  #unflushed = 0
  /** The last row of the journal, and the last whose changes are in the rows of sums. */
  #last = 0
  #watermark = 0
  #catchingUp = false

  constructor (parts: SetSumsParts) {
    this.#parts = parts
  }

  async load (): Promise<void> {
    const { store } = this.#parts
    const row = await store.setting(WATERMARK)
    this.#watermark = this.#last = row === undefined ? 0 : decode(row) as number
    for (;;) {
      const changes = await store.setting(journalName(this.#last + 1))
      if (changes === undefined) return
      this.#last++
      this.#note(decodeChanges(changes))
    }
  }

  /** Brings all rows up to date, for the next start. */
  async close (): Promise<void> {
    if (this.#last > this.#watermark) await this.#parts.alone(async () => { await this.#catchUp({ flush: true }) })
  }

  /** A model's set as it is now. */
  async of (model: string): Promise<RangeSums> {
    if (this.#pending.size > 0) await this.#parts.alone(async () => { await this.#catchUp() })
    return this.#tree(model)
  }

  /** Counts a small part anew and mends its sums if they are wrong: a disk may have lost what it said it had written. */
  async check (model: string, prefix: string): Promise<void> {
    await this.#parts.alone(async () => {
      await this.#catchUp()
      const keys = await this.#parts.store.setKeys(model, { prefix, limit: CHECKED + 1 })
      if (keys.length <= CHECKED) await this.#tree(model).correct(prefix, keys)
    })
  }

  async rowsFor (objects: readonly ObjectCommit[]): Promise<NonNullable<Commit['settings']>> {
    this.#writing = await changesOf(this.#parts.store, objects)
    if (this.#writing.size === 0) return []
    return [{ name: journalName(this.#last + 1), value: await new Breath(this.#parts.platform).through(encodeChanges(this.#writing)) }]
  }

  written (): void {
    if (this.#writing.size === 0) return
    this.#last++
    this.#note(this.#writing)
    if (this.#catchingUp || !(this.#lags || this.#waiting >= AT_ONCE)) return
    this.#catchingUp = true
    this.#parts.track('adding up what was written', this.#parts.alone(async () => { await this.#catchUp() }).finally(() => { this.#catchingUp = false }))
  }

  get #lags (): boolean {
    return this.#last - this.#watermark >= LAG.batches || this.#unflushed >= LAG.changes
  }

  /** Nothing is being written: so what the store holds is what the trees and the pending changes make together. */
  async #catchUp ({ flush = false } = {}): Promise<void> {
    for (const [model, changes] of this.#pending) {
      await this.#tree(model).apply(changes, new Breath(this.#parts.platform))
      this.#pending.delete(model)
      this.#waiting -= changes.length
    }
    if (flush || this.#lags) await this.#flush()
  }

  async #flush (): Promise<void> {
    const nodes = [...this.#treeByModel].map(([model, tree]) => ({ model, tree, changed: tree.takeChanged() }))
    const rows = nodes.flatMap(({ model, changed }) => [...changed].map(([prefix, node]) => ({ name: nodeName(model, prefix), value: node === undefined ? null : encodeNode(node) })))
    const done = Array.from({ length: this.#last - this.#watermark }, (_, i) => ({ name: journalName(this.#watermark + 1 + i), value: null }))
    try {
      await this.#parts.store.commit({ objects: [], settings: [...rows, ...done, { name: WATERMARK, value: encode(this.#last) }] })
    } catch (error) {
      for (const { tree } of nodes) tree.giveBack()
      throw error
    }
    for (const { tree } of nodes) tree.stored()
    this.#watermark = this.#last
    this.#unflushed = 0
  }

  #note (changes: SetChanges): void {
    for (const [model, list] of changes) {
      const pending = this.#pending.get(model)
      if (pending === undefined) this.#pending.set(model, [...list])
      else for (const change of list) pending.push(change)
      this.#unflushed += list.length
      this.#waiting += list.length
    }
  }

  #tree (model: string): RadixSums {
    const known = this.#treeByModel.get(model)
    if (known !== undefined) return known
    const { store } = this.#parts
    const tree = new RadixSums({
      node: async prefix => {
        const row = await store.setting(nodeName(model, prefix))
        return row && decodeNode(row)
      },
      keys: async (prefix, limit) => await store.setKeys(model, { prefix, limit })
    })
    this.#treeByModel.set(model, tree)
    return tree
  }
}

const WATERMARK = 'sums'
const journalName = (number: number): string => `sums/${number}`
const nodeName = (model: string, prefix: string): string => `sums/${model}/${prefix}`
