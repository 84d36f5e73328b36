import { decode, encode } from '@dinemic/core'
import type { Commit, KeyRing, Store, Update } from '@dinemic/core'
import type { RowChange } from './care.js'
import { PAID_LAW, isFinal, isLaw, plus, totalOf, weightOf } from './counted.js'
import type { Counted } from './counted.js'
import type { LiveObject } from './live-object.js'

/** What strangers may take of this node's disk, in bytes. */
export interface QuotaOptions {
  /** With all objects; 8 GiB by default. */
  readonly disk?: number
  /** With one object; 256 MiB by default. */
  readonly object?: number
}

const GIB = 1024 ** 3
/** Beyond what is paid, law may go over the quotas by this part of them. */
const HEADROOM = 1 / 8
/** This part of the smaller quota must have become free before what found no room is worth asking for again. */
const ENOUGH = 1 / 16
const ROW = 'quota'

/**
 * Keeps count of what strangers take, so that they can't fill the disk. What is written in the name of a key that is here doesn't
 * count, and in an object whose key is here nothing does but what is written under a grant to anyone: the others its owner chose.
 */
export class Quota {
  readonly disk: number
  readonly object: number
  readonly #keys: Pick<KeyRing, 'has'>
  #used = 0
  #stored = 0
  /** What has become free since something was refused; undefined: nothing was. */
  #freed: number | undefined

  constructor (keys: Pick<KeyRing, 'has'>, { disk = 8 * GIB, object = GIB / 4 }: QuotaOptions = {}) {
    this.#keys = keys
    this.disk = disk
    this.object = object
  }

  async load (store: Pick<Store, 'setting'>): Promise<void> {
    const row = await store.setting(ROW)
    this.#used = this.#stored = row === undefined ? 0 : decode(row) as number
  }

  /** What strangers take in all, with what is about to be committed. */
  get used (): number {
    return this.#used
  }

  /** What an update counts; 0 for what is no stranger's. */
  async weigh (live: LiveObject, update: Update): Promise<number> {
    if (await this.#keys.has(update.author ?? live.id)) return 0
    const byAnyone = update.root !== null && live.grantAt(update.root)?.subject === null
    return !byAnyone && await this.#keys.has(live.id) ? 0 : weightOf(update.frame.length)
  }

  /** What counts with one more update; undefined where there is no room for it. The removal of an object makes room. */
  withUpdate (live: LiveObject, update: Update, weight: number): Counted | undefined {
    const { counted } = live.row
    if (weight === 0) return counted
    const next = plus(counted, update, weight)
    const isExempt = isLaw(update) && live.updates.size > 0
    const passes = isExempt
      ? next.law <= PAID_LAW || isFinal(update) || this.#hasRoom(counted, next, 1 + HEADROOM)
      : this.#hasRoom(counted, next, 1)
    return passes ? next : this.#refuse()
  }

  /** Whether all of these fit, at the most that each may count. What doesn't may find room one by one. */
  hasRoomFor (updates: readonly Update[], counted: readonly Counted[]): boolean {
    const most = updates.reduce((sum, { frame }) => sum + weightOf(frame.length) + PAID_LAW, 0)
    return this.#used + most <= this.disk && counted.every(one => totalOf(one) + most <= this.object)
  }

  /** What counts with so much more content; undefined where there is no room for it. */
  withContent (counted: Counted, weight: number): Counted | undefined {
    if (weight === 0) return counted
    const next = { ...counted, content: counted.content + weight }
    return this.#hasRoom(counted, next, 1) ? next : this.#refuse()
  }

  /** Whether what was refused is worth asking for again. Says so once. */
  takeRoomAgain (): boolean {
    // With a quota of nothing, nothing that becomes free is enough.
    if (!this.#freed || this.#freed < Math.min(this.disk, this.object) * ENOUGH) return false
    this.#freed = undefined
    return true
  }

  /** An object counts anew, be it committed or not yet. */
  moved (before: Counted, after: Counted): void {
    this.#used += totalOf(after) - totalOf(before)
  }

  /** For the commit that these are in, before it: its row has what the earlier ones have changed. */
  apply (changes: readonly Pick<RowChange, 'before' | 'after'>[]): NonNullable<Commit['settings']> {
    const delta = deltaOf(changes)
    if (delta === 0) return []
    this.#stored += delta
    return [{ name: ROW, value: encode(this.#stored) }]
  }

  /** They were committed. */
  committed (changes: readonly Pick<RowChange, 'before' | 'after'>[]): void {
    if (this.#freed !== undefined) this.#freed += Math.max(0, -deltaOf(changes))
  }

  /** They weren't. */
  undo (changes: readonly Pick<RowChange, 'before' | 'after'>[]): void {
    this.#stored -= deltaOf(changes)
  }

  #refuse (): undefined {
    this.#freed ??= 0
  }

  #hasRoom (before: Counted, next: Counted, part: number): boolean {
    const total = totalOf(next)
    return total <= this.object * part && this.#used + total - totalOf(before) <= this.disk * part
  }
}

function deltaOf (changes: readonly Pick<RowChange, 'before' | 'after'>[]): number {
  return changes.reduce((sum, { before, after }) => sum + totalOf(after.counted) - totalOf(before.counted), 0)
}
