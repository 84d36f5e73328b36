import { parseId } from '@dinemic/core'
import type { KeyRing, ObjectCommit, ObjectId, Platform, Update, UpdateId } from '@dinemic/core'
import type { Activity } from '../activity.js'
import { Breath } from '../breath.js'
import type { Care } from '../care.js'
import { totalOf } from '../counted.js'
import type { CommitEvent, HooksPort } from '../engine.js'
import type { AfterHook, AfterHooks } from '../hooks/after-hooks.js'
import { KeyedQueue } from '../keyed-queue.js'
import type { Masks } from '../masks.js'
import type { Objects } from '../objects.js'
import type { Quota } from '../quota.js'
import type { Report } from '../report.js'
import type { GroupCommit } from './group-commit.js'
import { Arrivals } from './arrivals.js'
import type { Arriving, Received } from './arrivals.js'
import { Stage } from './stage.js'
import type { Taken } from './taken.js'

/** Bytes of an object that isn't opened along with others: some hundred updates. */
const HEAVY = 128 * 1024

export interface PipelineParts {
  readonly commits: Pick<GroupCommit, 'commit'>
  readonly keys: KeyRing
  readonly objects: Objects
  readonly platform: Platform
  readonly masks: Masks
  readonly care: Care
  readonly quota: Quota
  readonly hooks: HooksPort
  readonly afterHooks: AfterHooks
  readonly activity: Activity
  readonly report: Report
  /** Whether each commit is on the disk before it resolves. Where keys are replaced it is in any case. */
  readonly sync: boolean
}

/** `needless`: links that are waited for no more, as what pointed to them has gone. */
export interface Written { readonly put: number, readonly drop: readonly UpdateId[], readonly needless: readonly UpdateId[] }

export interface Committed<T> { readonly result: T, readonly stages: readonly Stage[] }

/**
 * The one way in, for local and remote updates alike:
 * admit → verdict → before-hooks (`Stage`) → commit → after-hooks. Announcing is told to `onCommitted`.
 */
export class Pipeline {
  readonly #parts: PipelineParts
  readonly #turns = new KeyedQueue()
  readonly #arrivals: Arrivals
  readonly #written = new Set<(object: ObjectId, written: Written) => void>()
  readonly #listeners = new Set<(event: CommitEvent) => void>()

  constructor (parts: PipelineParts) {
    this.#parts = parts
    const { platform, keys, hooks } = parts
    this.#arrivals = new Arrivals({
      platform,
      turn: async (objects, work) => { await this.turn(objects, async open => { await work(async object => ({ stage: await open(object), owned: await keys.has(object) })) }) },
      isHeavy: async object => await this.#isHeavy(object),
      isFree: object => !this.#turns.has(object),
      isAskedAbout: object => hooks.wantsBefore(parseId(object).model)
    })
  }

  /** Called for each object of a commit, in the same turn of the event loop in which it resolved, with how many updates came and which left. */
  onWritten (listener: (object: ObjectId, written: Written) => void): void {
    this.#written.add(listener)
  }

  /** Called after each commit that changed what an object shows. Returns the undo. */
  onCommit (listener: (event: CommitEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => { this.#listeners.delete(listener) }
  }

  /** Whether somebody has the turn of an object, or waits for it. */
  isBusy (object: ObjectId): boolean {
    return this.#turns.has(object)
  }

  /** Whether an update would be admitted now. Leaves no trace. */
  async standing (update: Update): Promise<Taken> {
    return await (await this.#open(update.object)).standing(update)
  }

  /** Whether the quotas certainly have room for all of these: each by itself may find some, and not all of them. */
  async hasRoomFor (updates: readonly Update[]): Promise<boolean> {
    const rows = await Promise.all([...new Set(updates.map(({ object }) => object))].map(async id => await this.#parts.objects.row(id)))
    return this.#parts.quota.hasRoomFor(updates, rows.flatMap(row => row?.counted ?? []))
  }

  /**
   * Takes updates from the network: what became of each, object by object, and which links are missing since, with whether a
   * close names them. What comes while others have the turn goes in together.
   */
  async receive (arriving: readonly Arriving[]): Promise<Received[]> {
    return await this.#arrivals.receive(arriving)
  }

  /** From now on nothing from the network is taken, not even what waits for its turn. */
  stopReceiving (): void {
    this.#arrivals.stop()
  }

  /**
   * Takes the turn of these objects, lets `work` fill stages, and commits them in one batch. If `work` throws, nothing
   * is written. Resolves after the commit; the after-hooks run on.
   */
  async turn<T> (ids: readonly ObjectId[], work: (open: (id: ObjectId) => Promise<Stage>) => Promise<T>): Promise<Committed<T>> {
    return await this.#parts.activity.track(`updates of ${ids.length > 3 ? `${ids.length} objects` : ids.join(', ')}`, this.#turns.run(ids, async () => {
      const { objects } = this.#parts
      const stages = new Map<ObjectId, Stage>()
      const open = async (id: ObjectId): Promise<Stage> => {
        const stage = stages.get(id) ?? await this.#open(id)
        stages.set(id, stage)
        return stage
      }
      try {
        const result = await work(open)
        for (const stage of stages.values()) await stage.finish()
        const changed = [...stages.values()].filter(stage => !stage.isEmpty)
        const kept = await this.#commit(changed)
        this.#tell(changed, kept)
        return { result, stages: changed }
      } catch (error) {
        for (const [id, stage] of stages) {
          objects.spoilt(id)
          stage.giveUp()
        }
        throw error
      }
    }))
  }

  async #commit (stages: readonly Stage[]): Promise<AfterHook[][]> {
    const { objects, afterHooks, masks, care, quota } = this.#parts
    if (stages.length === 0) return []
    const breath = new Breath(this.#parts.platform)
    const hooks: AfterHook[][] = []
    const objectsToCommit: ObjectCommit[] = []
    for (const stage of stages) {
      hooks.push(await breath.all(afterHooks.prepare(parseId(stage.live.id).model, stage.changes)))
      objectsToCommit.push(await stage.commit())
    }
    const rows = stages.map(stage => stage.rows)
    const needs = await care.changesOf(rows)
    const sync = this.#parts.sync || stages.some(stage => stage.replacesKeys)
    try {
      await this.#parts.commits.commit({
        objects: objectsToCommit,
        events: hooks.flatMap(list => list.flatMap(({ event }) => event ?? [])),
        acknowledged: afterHooks.takeDone(),
        settings: [...masks.apply(rows), ...care.apply(needs), ...quota.apply(rows), ...stages.flatMap(stage => stage.proofs)]
      }, { sync })
    } catch (error) {
      masks.undo(rows)
      care.undo(needs)
      quota.undo(rows)
      throw error
    }
    quota.committed(rows)
    stages.forEach((stage, i) => { objects.committed(stage.live, objectsToCommit[i]!) })
    for (const [i, { object, put, drop }] of objectsToCommit.entries()) {
      for (const listener of this.#written) listener(object, { put: put.length, drop, needless: stages[i]!.needless })
    }
    return hooks
  }

  /** Of what is new here nothing is. What is this node's own isn't counted: whom it has let in may make that heavy. */
  async #isHeavy (id: ObjectId): Promise<boolean> {
    const { objects } = this.#parts
    const live = objects.atHand(id)
    if (live !== undefined) return live.bytes > HEAVY
    const row = await objects.row(id)
    return row !== undefined && totalOf(row.counted) > HEAVY
  }

  async #open (id: ObjectId): Promise<Stage> {
    return new Stage(await this.#parts.objects.live(id), this.#parts)
  }

  #tell (stages: readonly Stage[], hooks: readonly AfterHook[][]): void {
    for (const list of hooks) void this.#parts.afterHooks.run(list)
    for (const stage of stages) stage.tell()
    for (const stage of stages) {
      const { before, after } = stage.shown
      if (before === after) continue
      const event = { object: stage.live.id, before, after, local: stage.isLocal }
      for (const listener of this.#listeners) this.#call(listener, event)
    }
  }

  /** What is committed stays committed, whatever a listener thinks of it. */
  #call (listener: (event: CommitEvent) => void, event: CommitEvent): void {
    try {
      listener(event)
    } catch (error) {
      this.#parts.report('error', error)
    }
  }
}
