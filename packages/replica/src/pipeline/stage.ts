import { SortedMap, applyingUpdate, clockMillis, emptyState } from '@dinemic/core'
import type { Commit, ObjectState, Platform, Update, UpdateId, VerdictChange } from '@dinemic/core'
import { Breath } from '../breath.js'
import type { RowChange } from '../care.js'
import { operationsOf } from '../cells.js'
import { isFinal } from '../counted.js'
import type { HooksPort } from '../engine.js'
import type { LiveObject } from '../live-object.js'
import { cellsBeside, encodeRow, shows } from '../object-row.js'
import type { ObjectRow } from '../object-row.js'
import type { Quota } from '../quota.js'
import type { Report, Reports } from '../report.js'
import { Account } from './account.js'
import { BeforeHooks, hasHooks } from './before-hooks.js'
import { ChangesInView } from './changes-in-view.js'
import type { ChangeInView, Origin } from './changes-in-view.js'
import { ForkProofs } from './fork-proofs.js'
import { NewMerge } from './new-merge.js'
import type { DueMerge } from './new-merge.js'
import { Notes } from './notes.js'
import { standingOf } from './standing.js'
import { OVER_QUOTA } from './taken.js'
import type { Taken } from './taken.js'

export interface StageParts { readonly hooks: HooksPort, readonly report: Report, readonly platform: Platform, readonly quota: Quota }

/**
 * The way of updates into one object, up to the commit: admit → verdict → before-hooks. Works on the live object;
 * a stage that isn't committed leaves the live object spoilt, to be thrown away.
 */
export class Stage {
  readonly live: LiveObject
  readonly #platform: Platform
  readonly #breath: Breath
  readonly #account: Account
  readonly #notes: Notes
  readonly #proofs: ForkProofs
  readonly #view: ChangesInView
  readonly #beforeHooks: BeforeHooks
  readonly #newMerge: NewMerge
  readonly #before: ObjectRow
  readonly #put = new Map<UpdateId, Update>()
  readonly #drop = new Set<UpdateId>()
  /** Links that were missing before the first of the dropped went. */
  #missing: readonly UpdateId[] = []
  /** Applied since a new merge is due: whether they are in conflict shows when it is done. */
  readonly #unheard: Update[] = []
  #local = false

  constructor (live: LiveObject, { hooks, report, platform, quota }: StageParts) {
    this.live = live
    this.#platform = platform
    this.#breath = new Breath(platform)
    this.#account = new Account(live, quota)
    this.#notes = new Notes(report)
    this.#proofs = new ForkProofs(live, this.#account, this.#notes)
    this.#view = new ChangesInView(live, hooks)
    this.#beforeHooks = new BeforeHooks(live, { hooks, view: this.#view, notes: this.#notes })
    this.#newMerge = new NewMerge(live, this.#breath)
    this.#before = live.row
  }

  get isEmpty (): boolean {
    return this.live.row === this.#before && this.#put.size === 0 && this.#drop.size === 0
  }

  /** Whether anything in it was written here. */
  get isLocal (): boolean {
    return this.#local
  }

  get put (): readonly Update[] {
    return [...this.#put.values()]
  }

  /** What it changes in view, for the after-hooks. */
  get changes (): readonly ChangeInView[] {
    return this.#view.list
  }

  /** The visible states before and after, undefined where nothing shows. */
  get shown (): { before: ObjectState | undefined, after: ObjectState | undefined } {
    const show = (state: ObjectState): ObjectState | undefined => shows(state) ? state : undefined
    return { before: show(this.#before.visible), after: show(this.live.row.visible) }
  }

  /** What is kept of the object, before and after. */
  get rows (): RowChange {
    return { object: this.live.id, before: this.#before, after: this.live.row }
  }

  /**
   * Whether anything in it was written here that begins an epoch or ends a grant. Values sealed under the epoch may be
   * elsewhere when this machine's power goes: what came before them must not go with it, or nobody knows who is shut out.
   */
  get replacesKeys (): boolean {
    return this.#local && this.put.some(({ kind }) => kind === 'close' || kind === 'keys')
  }

  /** Rows of the proofs of forks, for the commit. */
  get proofs (): NonNullable<Commit['settings']> {
    return this.#proofs.rows
  }

  /** One update, decoded and verified. Throws only for a local one: `ORM_VETOED` when a before-hook refuses. */
  async take (update: Update, origin: Origin): Promise<Taken> {
    const { live } = this
    const standing = standingOf(update, live)
    if (standing.is !== 'admitted') return standing
    const weight = origin.local ? 0 : await this.#account.weigh(update)
    if (!this.#account.take(update, weight)) return OVER_QUOTA
    this.#put.set(update.id, update)
    this.#drop.delete(update.id)
    this.#local ||= origin.local
    if (isFinal(update)) await this.#removeForGood(update, origin, weight)
    else {
      this.#proofs.find(update, weight > 0)
      await this.#settle(await this.#breath.through(live.adding(update)), origin)
    }
    this.#notes.addOddities(update, this.#platform.now())
    // Whoever writes here builds the next update on what this one has made.
    if (origin.local) await this.finish()
    return { is: 'taken' }
  }

  /** Does what `take` has put off: to be called after the last update. */
  async finish (): Promise<void> {
    await this.#mergeIfDue()
  }

  /** Shows what a hook had refused. False if it isn't masked. */
  async unmask (id: UpdateId, origin: Origin): Promise<boolean> {
    const { live } = this
    const update = live.updates.get(id)
    if (update === undefined || !live.row.masked.has(id)) return false
    const { full, visible } = live.row
    const masked = live.row.masked.delete(id)
    live.row = { ...live.row, visible: masked.size === 0 ? full : await this.#newMerge.without(masked), masked }
    this.#view.enter(this.#view.describe(update, origin), visible, live.row.visible)
    return true
  }

  /** Links that were missing, and that nobody waits for any more: what pointed to them has been dropped. */
  get needless (): readonly UpdateId[] {
    const { row, verdicts } = this.live
    const needed = new Set(this.#missing.length === 0 || row.full.removed?.final === true ? [] : verdicts.missing())
    return this.#missing.filter(id => !needed.has(id))
  }

  /** Admission alone, without a trace: what a validator asks before it forwards. */
  async standing (update: Update): Promise<Taken> {
    const standing = standingOf(update, this.live)
    if (standing.is !== 'admitted') return standing
    return await this.#account.hasRoom(update) ? { is: 'taken' } : OVER_QUOTA
  }

  /** What falls under the quotas, where that has changed without an update: the object's key has come. */
  async recount (): Promise<void> {
    await this.#account.recount()
  }

  /** It won't be committed. */
  giveUp (): void {
    this.#account.giveUp()
  }

  /** For the application, once it is committed. */
  note<K extends keyof Reports> (event: K, payload: Reports[K]): void {
    this.#notes.add(event, payload)
  }

  /** To be called once it is committed. */
  tell (): void {
    this.#notes.tell()
  }

  async commit (): Promise<Commit['objects'][number]> {
    return {
      object: this.live.id,
      state: encodeRow(this.live.row),
      cells: await this.#breath.all(cellsBeside(this.#before, this.live.row)),
      put: this.put.filter(update => !this.#drop.has(update.id)).map(({ id, frame, clock }) => ({ id, frame, millis: clockMillis(clock) })),
      drop: [...this.#drop].filter(id => !this.#put.has(id))
    }
  }

  /** Verdicts have come or moved: what counts now is applied; what no longer counts makes the object merge anew. */
  async #settle (changes: readonly VerdictChange[], origin: Origin): Promise<void> {
    const waiting = new Set<UpdateId>()
    const revoked: Update[] = []
    for (const { id, verdict } of changes) {
      if (verdict === 'ok') waiting.add(id)
      else if (verdict === 'revoked') revoked.push(this.live.updates.get(id)!)
    }
    const due = changes.some(({ remerge }) => remerge) ? this.#view.describeMerge(changes, revoked, origin) : undefined
    // Before the first is applied: what shows until the new merge is nobody's business.
    if (due !== undefined) this.#newMerge.demand(due)
    for (const id of [...waiting]) {
      const update = this.live.updates.get(id)!
      await this.#apply(update, origin, waiting)
      waiting.delete(id)
      await this.#breath.after(update)
    }
    for (const update of revoked) {
      await this.#breath.after(update)
      if (this.live.verdicts.isNamed(update)) continue
      await this.#account.release(update)
      this.#forget(update.id)
    }
    // It may be done already, for one of these that hooks hear of apart: what was applied since may belong before what was merged.
    if (due !== undefined) this.#newMerge.demand(due)
  }

  /** `waiting`: what counts and is applied after this one, or is this one. */
  async #apply (update: Update, origin: Origin, waiting: ReadonlySet<UpdateId>): Promise<void> {
    const { live } = this
    // A verdict may have moved on while the hooks of an earlier update ran.
    if (live.verdicts.verdict(update.id) !== 'ok') return
    const { due } = this.#newMerge
    if (due !== undefined && this.#isHeardApart(update, due)) await this.#mergeIfDue(waiting)
    const { full, visible, masked } = live.row
    const nextFull = await this.#breath.through(applyingUpdate(full, update, live.chains(waiting)))
    const nextVisible = visible === full ? nextFull : await this.#breath.through(applyingUpdate(visible, update, live.chains(masked, waiting)))
    const allowed = await this.#beforeHooks.allow(update, origin, nextVisible)
    const isDue = this.#newMerge.due !== undefined
    if (isDue) this.#unheard.push(update)
    else this.#notes.addConflicts(update, nextFull)
    if (!allowed) {
      live.row = { ...live.row, full: nextFull, masked: masked.set(update.id, true) }
      return
    }
    live.row = { ...live.row, full: nextFull, visible: nextVisible }
    if (!isDue) this.#view.enter(this.#view.describe(update, origin), visible, nextVisible, operationsOf(update).map(operation => operation.field))
  }

  /** Whether hooks are to hear of an update by itself, and with the state that it meets. What the owner wrote behind a gap comes with what closed it. */
  #isHeardApart (update: Update, { described }: DueMerge): boolean {
    const follows = update.author === null && described.cause !== 'revoked'
    return !follows && (this.#beforeHooks.want(update) || (hasHooks(update) && this.#view.isWatched))
  }

  async #mergeIfDue (waiting?: ReadonlySet<UpdateId>): Promise<void> {
    const done = await this.#newMerge.run(waiting)
    if (done === undefined) return
    const { full, visible } = this.live.row
    for (const update of this.#unheard.splice(0)) this.#notes.addConflicts(update, full)
    this.#view.enter(done.described, done.before, visible)
  }

  /** The owner's remove: from now on it is all that there is of the object. */
  async #removeForGood (update: Update, origin: Origin, weight: number): Promise<void> {
    const { live } = this
    await this.finish()
    const full = { ...emptyState(live.id), removed: { update: update.id, final: true } }
    const allowed = await this.#beforeHooks.allow(update, origin, full)
    for (const old of [...live.updates.values()]) {
      this.#forget(old.id)
      await this.#breath.after(old)
    }
    this.#account.leave(update, weight)
    this.#proofs.dropAll()
    await this.#breath.through(live.adding(update))
    const { visible } = live.row
    if (!allowed) {
      live.row = { ...live.row, full, masked: SortedMap.from([[update.id, true]]) }
      return
    }
    live.row = { ...live.row, full, visible: full, masked: SortedMap.empty() }
    this.#view.enter(this.#view.describe(update, origin), visible, full, [])
  }

  #forget (id: UpdateId): void {
    if (this.#drop.size === 0) this.#missing = this.live.verdicts.missing()
    this.live.drop(id)
    this.#drop.add(id)
  }
}
