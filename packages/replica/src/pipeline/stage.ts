import { CLOCK_BOUND, DinemicError, SortedMap, admissionOf, applyUpdate, isProposal, linkOf, mergeSteps, parseId, reasonOf } from '@dinemic/core'
import type { Commit, ObjectState, Platform, Update, UpdateId, VerdictChange } from '@dinemic/core'
import { clockMillis, emptyState } from '@dinemic/core'
import { Breath } from '../breath.js'
import type { HookProgress, HooksPort } from '../engine.js'
import type { KeptChange } from '../hooks/change-row.js'
import { findFork } from '../find-fork.js'
import { noProofRow, proofRow } from '../fork-row.js'
import { intendedChanges, visibleChanges } from '../hooks/field-changes.js'
import type { RowChange } from '../care.js'
import { continuesCreation } from './creation.js'
import { operationsOf } from '../cells.js'
import { conflictsOf } from '../conflicts.js'
import type { LiveObject } from '../live-object.js'
import type { MaskChange } from '../masks.js'
import { cellsBeside, encodeRow, shows } from '../object-row.js'
import type { ObjectRow } from '../object-row.js'
import { NOTHING_COUNTED, plus } from '../counted.js'
import type { Counted } from '../counted.js'
import { isFinal } from '../quota.js'
import type { Quota } from '../quota.js'
import type { Report, Reports } from '../report.js'
import { CLOSED, OVER_QUOTA } from './taken.js'
import type { Taken } from './taken.js'

export interface Origin { readonly local: boolean, readonly owned: boolean }

export interface StageParts { readonly hooks: HooksPort, readonly report: Report, readonly platform: Platform, readonly quota: Quota }

/** A new merge that is to come before anybody looks: what showed before what made it necessary, and to whom what it changes is put down. */
interface DueMerge { readonly before: ObjectState, readonly described: KeptChange }

/**
 * The way of updates into one object, up to the commit: admit → verdict → before-hooks. Works on the live object;
 * a stage that isn't committed leaves the live object spoilt, to be thrown away.
 */
export class Stage {
  readonly live: LiveObject
  readonly #hooks: HooksPort
  readonly #report: Report
  readonly #platform: Platform
  readonly #quota: Quota
  readonly #breath: Breath
  readonly #before: ObjectRow
  readonly #put = new Map<UpdateId, Update>()
  readonly #drop = new Set<UpdateId>()
  readonly #notes: (() => void)[] = []
  readonly #proofs: ReturnType<typeof proofRow>[] = []
  #local = false
  #due: DueMerge | undefined
  /** Applied since a merge is due: whether they are in conflict shows when it is done. */
  readonly #unheard: Update[] = []
  readonly changes: { readonly kept: KeptChange, readonly state: ObjectState | undefined }[] = []

  constructor (live: LiveObject, { hooks, report, platform, quota }: StageParts) {
    this.live = live
    this.#hooks = hooks
    this.#report = report
    this.#platform = platform
    this.#quota = quota
    this.#breath = new Breath(platform)
    this.#before = live.row
  }

  get #model (): string {
    return parseId(this.live.id).model
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

  /** What this node's hooks hide of the object, before and after. */
  get masks (): MaskChange {
    return { object: this.live.id, before: this.#before.masked, after: this.live.row.masked }
  }

  /** Rows of the proofs of forks, for the commit. */
  get proofs (): NonNullable<Commit['settings']> {
    return this.#proofs
  }

  /** One update, decoded and verified. Throws only for a local one: `ORM_VETOED` when a before-hook refuses. */
  async take (update: Update, origin: Origin): Promise<Taken> {
    const { live } = this
    if (live.updates.has(update.id)) return { is: 'known' }
    const standing = this.#standing(update)
    if (standing.is !== 'admitted') return standing
    const weight = origin.local ? 0 : await this.#quota.weigh(live, update)
    const counted = this.#quota.withUpdate(live, update, weight)
    if (counted === undefined) return OVER_QUOTA
    this.#count(counted)
    this.#put.set(update.id, update)
    this.#drop.delete(update.id)
    this.#local ||= origin.local
    if (isFinal(update)) await this.#removeForGood(update, origin, weight)
    else {
      this.#findFork(update, weight > 0)
      await this.#settle(await this.#breath.through(live.adding(update)), origin)
    }
    this.#reportOddities(update)
    // Whoever writes here builds the next update on what this one has made.
    if (origin.local) await this.finish()
    return { is: 'taken' }
  }

  /** Does what `take` has put off: to be called after the last update. */
  async finish (): Promise<void> {
    if (this.#due !== undefined) await this.#mergeAnew(this.#due)
  }

  /** Shows what a hook had refused. False if it isn't masked. */
  async unmask (id: UpdateId, origin: Origin): Promise<boolean> {
    const { live } = this
    const update = live.updates.get(id)
    if (update === undefined || !live.row.masked.has(id)) return false
    const { full, visible } = live.row
    const masked = live.row.masked.delete(id)
    live.row = { ...live.row, visible: masked.size === 0 ? full : await this.#mergeOf(masked), masked }
    this.#keep(this.#describe(update, origin), visible, live.row.visible)
    return true
  }

  /** Admission alone, without a trace: what a validator asks before it forwards. */
  async standing (update: Update): Promise<Taken> {
    if (this.live.updates.has(update.id)) return { is: 'known' }
    const standing = this.#standing(update)
    if (standing.is !== 'admitted') return standing
    const counted = this.#quota.withUpdate(this.live, update, await this.#quota.weigh(this.live, update))
    return counted === undefined ? OVER_QUOTA : { is: 'taken' }
  }

  /** What falls under the quotas, where that has changed without an update: the object's key has come. */
  async recount (): Promise<void> {
    let counted = NOTHING_COUNTED
    for (const update of this.live.updates.values()) counted = plus(counted, update, await this.#quota.weigh(this.live, update))
    this.#count(counted)
  }

  /** It won't be committed. */
  giveUp (): void {
    this.#quota.moved(this.live.row.counted, this.#before.counted)
  }

  /** For the application, once it is committed. */
  note<K extends keyof Reports> (event: K, payload: Reports[K]): void {
    this.#notes.push(() => { this.#report(event, payload) })
  }

  /** Tells what was noted on the way; to be called once it is committed, so that who is told can ask on. */
  tell (): void {
    for (const note of this.#notes.splice(0)) note()
  }

  commit (): Commit['objects'][number] {
    return {
      object: this.live.id,
      state: encodeRow(this.live.row),
      cells: cellsBeside(this.#before, this.live.row),
      put: this.put.filter(update => !this.#drop.has(update.id)).map(({ id, frame, clock }) => ({ id, frame, millis: clockMillis(clock) })),
      drop: [...this.#drop].filter(id => !this.#put.has(id))
    }
  }

  #standing (update: Update): Taken | { is: 'admitted' } {
    const { live } = this
    const end = live.row.full.removed
    // Of several final removes the least id stands, everything else is gone.
    if (end?.final === true && !(isFinal(update) && update.id < end.update)) return { is: 'gone', tombstone: end.update }
    if (isProposal(update)) return { is: 'refused', why: 'it is a proposal, which nobody stores' }
    const admission = admissionOf(update, ref => live.grantAt(ref))
    if (admission.is !== 'admitted') return admission
    if (live.verdicts.refuses(linkOf(update))) return { is: 'refused', why: CLOSED }
    return admission
  }

  /** Verdicts have come or moved: what counts now is applied; what no longer counts makes the object merge anew. */
  async #settle (changes: readonly VerdictChange[], origin: Origin): Promise<void> {
    const waiting = new Set(changes.flatMap(({ id, verdict }) => verdict === 'ok' ? [id] : []))
    const revoked = changes.flatMap(({ id, verdict }) => verdict === 'revoked' ? [this.live.updates.get(id)!] : [])
    const due = changes.some(({ remerge }) => remerge) ? this.#describeMerge(changes, revoked, origin) : undefined
    // Before the first is applied: what shows until the new merge is nobody's business.
    if (due !== undefined) this.#due = this.#mergeDue(due)
    for (const id of [...waiting]) {
      const update = this.live.updates.get(id)!
      await this.#apply(update, origin, waiting)
      waiting.delete(id)
      await this.#breath.after(update)
    }
    for (const update of revoked) {
      await this.#breath.after(update)
      if (this.live.verdicts.isNamed(update)) continue
      this.#count(plus(this.live.row.counted, update, -await this.#quota.weigh(this.live, update)))
      this.#forget(update.id)
    }
    if (due !== undefined) this.#due = this.#mergeDue(due)
  }

  /** `waiting`: what counts and is applied after this one, or is this one. */
  async #apply (update: Update, origin: Origin, waiting: ReadonlySet<UpdateId>): Promise<void> {
    const { live } = this
    // A verdict may have moved on while the hooks of an earlier update ran.
    if (live.verdicts.verdict(update.id) !== 'ok') return
    if (this.#due !== undefined && this.#isHeardApart(update, this.#due)) await this.#mergeAnew(this.#due, waiting)
    const { full, visible, masked } = live.row
    const nextFull = applyUpdate(full, update, live.chains(waiting))
    const nextVisible = visible === full ? nextFull : applyUpdate(visible, update, live.chains(masked, waiting))
    const allowed = await this.#askHooks(update, origin, nextVisible)
    if (this.#due === undefined) this.#noteConflicts(update, nextFull)
    else this.#unheard.push(update)
    if (!allowed) {
      live.row = { ...live.row, full: nextFull, masked: masked.set(update.id, true) }
      return
    }
    live.row = { ...live.row, full: nextFull, visible: nextVisible }
    if (this.#due === undefined) this.#keep(this.#describe(update, origin), visible, nextVisible, operationsOf(update).map(operation => operation.field))
  }

  /** Runs the before-hooks. A refusal of a local update is thrown, of a remote one returned as false: it becomes a mask. `next`: what shows unless one refuses. */
  async #askHooks (update: Update, origin: Origin, next: ObjectState): Promise<boolean> {
    if (!hasHooks(update) || !this.#hooks.wantsBefore(this.#model)) return true
    const { visible } = this.live.row
    const described = this.#describe(update, origin)
    const creation = update.kind === 'genesis' && visible.genesis === null
    // The first values are sealed under an epoch that comes with them.
    const state = creation ? next : visible
    const progress: HookProgress = {}
    try {
      await this.#hooks.before({
        ...described, created: creation, removed: update.kind === 'remove', state,
        // Made for the first hook that looks: most models have none.
        get fields () { return intendedChanges(visible, operationsOf(update)) }
      }, progress)
      return true
    } catch (cause) {
      const reason = reasonOf(cause)
      if (origin.local) {
        throw new DinemicError('ORM_VETOED', `The change of ${update.object} was refused by a hook: ${reason}. Nothing was written.`, { cause, details: { object: update.object, update: update.id, hook: progress.hook } })
      }
      this.note('rejected', { update: update.id, object: update.object, code: 'ORM_VETOED', reason, hook: progress.hook, cause })
      return false
    }
  }

  /** The owner's remove: from now on it is all that there is of the object. */
  async #removeForGood (update: Update, origin: Origin, weight: number): Promise<void> {
    const { live } = this
    await this.finish()
    const full = { ...emptyState(live.id), removed: { update: update.id, final: true } }
    const allowed = await this.#askHooks(update, origin, full)
    for (const old of [...live.updates.values()]) {
      this.#forget(old.id)
      await this.#breath.after(old)
    }
    this.#count(plus(NOTHING_COUNTED, update, weight))
    this.#proofs.push(...live.row.forks.map(noProofRow))
    await this.#breath.through(live.adding(update))
    const { visible, counted } = live.row
    if (!allowed) {
      live.row = { full, visible, masked: SortedMap.from([[update.id, true]]), forks: [], counted }
      return
    }
    live.row = { full, visible: full, masked: SortedMap.empty(), forks: [], counted }
    this.#keep(this.#describe(update, origin), visible, full, [])
  }

  /** One merge for all that makes one necessary. Until then what comes is applied to a state that isn't quite right, as admission needs the grants in it. */
  #mergeDue (described: KeptChange): DueMerge {
    const { before, described: known } = this.#due ?? { before: this.live.row.visible, described }
    return { before, described: known.cause === 'revoked' ? known : described }
  }

  /** Whether hooks are to hear of an update by itself, and with the state that it meets. What the owner wrote behind a gap comes with what closed it. */
  #isHeardApart (update: Update, { described }: DueMerge): boolean {
    const follows = update.author === null && described.cause !== 'revoked'
    return !follows && hasHooks(update) && (this.#hooks.wantsBefore(this.#model) || this.#hooks.wantsAfter(this.#model))
  }

  /** The state from all that counts, without what is still to be applied: after a revocation, or where the owner's chain has closed a gap. */
  async #mergeAnew ({ before, described }: DueMerge, waiting: ReadonlySet<UpdateId> = new Set()): Promise<void> {
    const { live } = this
    this.#due = undefined
    let { masked } = live.row
    for (const id of live.row.masked.keys()) if (!live.updates.has(id)) masked = masked.delete(id)
    const nextFull = await this.#mergeOf(waiting)
    const nextVisible = masked.size === 0 ? nextFull : await this.#mergeOf(masked, waiting)
    live.row = { ...live.row, full: nextFull, visible: nextVisible, masked }
    for (const update of this.#unheard.splice(0)) this.#noteConflicts(update, nextFull)
    this.#keep(described, before, nextVisible)
  }

  #noteConflicts (update: Update, state: ObjectState): void {
    for (const conflict of conflictsOf(update, state)) this.note('conflict', conflict)
  }

  async #mergeOf (...without: readonly { has (id: UpdateId): boolean }[]): Promise<ObjectState> {
    const { live } = this
    let merged = emptyState(live.id)
    for (const { update, state } of mergeSteps(live.id, live.counting(...without), live.chains(...without))) {
      merged = state
      await this.#breath.after(update)
    }
    return merged
  }

  /** To whom a value that a new merge shows is put down: a revocation is the owner's doing. */
  #describeMerge (changes: readonly VerdictChange[], revoked: readonly Update[], origin: Origin): KeptChange {
    const close = changes.map(({ id }) => this.live.updates.get(id)).find(update => update?.kind === 'close')
    const cause = close ?? revoked[0] ?? this.live.updates.get(changes[0]!.id)!
    const described = this.#describe(cause, origin)
    return revoked.length === 0 ? described : { ...described, caller: this.live.id, authorized: true, cause: 'revoked', via: null, continuesCreation: false }
  }

  #forget (id: UpdateId): void {
    this.live.drop(id)
    this.#drop.add(id)
  }

  #count (counted: Counted): void {
    const { live } = this
    if (counted.law === live.row.counted.law && counted.content === live.row.counted.content) return
    this.#quota.moved(live.row.counted, counted)
    live.row = { ...live.row, counted }
  }

  /** Notes what the update changed in view, for the after-hooks. */
  #keep (described: KeptChange, before: ObjectState, after: ObjectState, names?: readonly string[]): void {
    if (!this.#hooks.wantsAfter(this.#model)) return
    const was = shows(before)
    const is = shows(after)
    if (!was && !is) return
    const created = !was && is
    const removed = was && !is
    const fields = removed ? [] : visibleChanges(created ? undefined : before, after, created ? [...names ?? [], ...after.fields.keys()] : names)
    if (fields.length === 0 && !created && !removed) return
    this.changes.push({ kept: { ...described, created, removed, fields }, state: is ? after : undefined })
  }

  #describe (update: Update, { local, owned }: Origin): KeptChange {
    const via = 'via' in update.body ? update.body.via : null
    return {
      object: update.object, update: { id: update.id, clock: update.clock }, caller: update.author ?? update.object,
      authorized: this.live.isAuthorized(update), owned, local, cause: local ? 'local' : 'remote', via, created: false, continuesCreation: continuesCreation(update, this.live.updates), removed: false, fields: []
    }
  }

  #findFork (update: Update, counts: boolean): void {
    const found = findFork(this.live, update)
    if (found === undefined) return
    const { proof } = found
    const counted = this.#quota.withContent(this.live.row.counted, counts ? found.known?.size ?? 0 : 0)
    const known = counted && found.known
    if (counted !== undefined) this.#count(counted)
    const { object, author, root, seq, updates } = proof
    this.note('fork', { object, author, root, seq, updates, kept: known !== undefined })
    if (known === undefined) return
    this.live.row = { ...this.live.row, forks: [...this.live.row.forks, known] }
    this.#proofs.push(proofRow(proof))
  }

  #reportOddities (update: Update): void {
    const ahead = clockMillis(update.clock) - this.#platform.now()
    if (ahead > CLOCK_BOUND) this.note('clock', { object: update.object, update: update.id, ahead })
    if (update.body.kind === 'unknown') this.note('incompatible', { object: update.object, update: update.id, version: update.version, model: parseId(update.object).model })
  }
}

/** Grants, closes and keys have no hooks and cannot be masked. */
function hasHooks (update: Update): boolean {
  return update.body.kind === 'genesis' || update.body.kind === 'change' || update.body.kind === 'remove'
}
