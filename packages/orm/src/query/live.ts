import { DinemicError } from '@dinemic/core'
import type { ObjectId, ObjectState } from '@dinemic/core'
import type { CommitEvent } from '@dinemic/replica'
import { checkOptions } from '../check-options.js'
import { didYouMean } from '../nearest.js'
import type { ModelSchema } from '../schema/types.js'
import type { EntityBase } from '../types.js'
import { entityOf, withCursor } from './find.js'
import type { QueryHost } from './host.js'
import { LiveSet, difference, rowsById } from './live-set.js'
import type { RowEvent } from './live-set.js'
import { planQuery } from './plan.js'
import type { Plan } from './plan.js'
import { Pulse } from './pulse.js'
import { rowOf, selectRows } from './select.js'
import type { ReadState, Row } from './select.js'
import type { LiveEvents, LiveOptions, LiveQuery, Query, Rows } from './types.js'

/** Throws `ORM_BAD_FILTER` for a field that the model doesn't have, `ORM_BAD_VALUE` for all else that is wrong. `ORM_NO_KEY` ends the iteration. */
export function live<T extends EntityBase> (host: QueryHost, schema: ModelSchema, query: Query<T> = {}, options: LiveOptions = {}): LiveQuery<T> {
  checkOptions(`${schema.target.name}.live()`, options, { signal: 'signal' })
  return new LiveRows(host, planQuery(host.engine.provider, schema, query), options)
}

interface LiveRow<T> extends Row { readonly entity: T }
type StateMap = Map<ObjectId, ObjectState | undefined>

/**
 * One loop, `#run`, owns the set. A commit only leaves the newest state of its object in `#changed`, so what waits is
 * bounded by the number of objects. The set moves without awaiting anything on the way: iterators always see a whole one.
 */
class LiveRows<T extends EntityBase> implements LiveQuery<T> {
  readonly #host: QueryHost
  readonly #plan: Plan
  readonly #options: LiveOptions
  readonly #stop = new AbortController()
  readonly #listeners = { added: new Set<Listener<T>>(), changed: new Set<Listener<T>>(), removed: new Set<Listener<T>>() }
  #iterators = 0
  #started = false
  #failure: { readonly error: unknown } | undefined

  /** Undefined during the first scan. */
  #set: LiveSet<LiveRow<T>> | undefined
  /** Grows with each result. */
  #version = 0
  #changed: StateMap = new Map()
  /** During the first scan: what those objects were like before they changed. */
  readonly #before: StateMap = new Map()
  readonly #work = new Pulse()
  readonly #news = new Pulse()

  constructor (host: QueryHost, plan: Plan, options: LiveOptions) {
    this.#host = host
    this.#plan = plan
    this.#options = options
  }

  on<E extends keyof LiveEvents<T>> (event: E, listener: LiveEvents<T>[E]): this {
    checkListener(event, listener, Object.keys(this.#listeners))
    this.#listeners[event].add(listener)
    this.#start()
    return this
  }

  off<E extends keyof LiveEvents<T>> (event: E, listener: LiveEvents<T>[E]): this {
    checkListener(event, listener, Object.keys(this.#listeners))
    this.#listeners[event].delete(listener)
    this.#stopIfUnused()
    return this
  }

  stop (): void {
    this.#stop.abort()
    this.#work.fire()
    this.#news.fire()
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    this.stop()
  }

  async * [Symbol.asyncIterator] (): AsyncGenerator<Rows<T>, void, undefined> {
    this.#iterators++
    this.#start()
    let seen = 0
    try {
      while (true) {
        while (this.#version === seen && !this.#isOver()) await this.#news.wait()
        if (this.#failure !== undefined) throw this.#failure.error
        if (this.#isOver() || this.#set === undefined) return
        seen = this.#version
        const rows = this.#set.rows
        yield withCursor(rows.map(({ entity }) => entity), this.#plan, this.#set.more ? rows.at(-1) : undefined)
      }
    } finally {
      this.#iterators--
      this.#stopIfUnused()
    }
  }

  #start (): void {
    if (this.#started || this.#isOver()) return
    this.#started = true
    const { stopped } = this.#host
    const { signal } = this.#options
    // A signal of its own: Node warns of a leak where more than ten listen to one.
    for (const end of [stopped, ...signal === undefined ? [] : [AbortSignal.any([signal])]]) {
      if (end.aborted) return this.stop()
      end.addEventListener('abort', () => this.stop(), { once: true, signal: this.#stop.signal })
    }
    void this.#run()
  }

  async #run (): Promise<void> {
    const undo = this.#host.engine.onCommit((event) => this.#note(event))
    try {
      this.#set = await this.#scan((id, state) => this.#before.has(id) ? this.#before.get(id) : state)
      this.#tell([])
      while (!this.#isOver()) {
        if (this.#changed.size === 0) await this.#work.wait()
        else await this.#update(this.#set)
      }
    } catch (error) {
      this.#failure = { error }
      if (this.#iterators === 0) this.#host.report(error)
    } finally {
      undo()
      this.stop()
    }
  }

  /**
   * During the first scan the rows are those of the moment when the query started; what changes meanwhile is applied
   * afterwards and told as news, so that no listener misses it.
   */
  #note ({ object, before, after }: CommitEvent): void {
    if (!object.startsWith(`${this.#plan.schema.name}:`)) return
    if (this.#set === undefined && !this.#before.has(object)) this.#before.set(object, before)
    this.#changed.set(object, after)
    this.#work.fire()
  }

  async #update (set: LiveSet<LiveRow<T>>): Promise<void> {
    const states = this.#changed
    this.#changed = new Map()
    const rows = new Map<ObjectId, LiveRow<T> | undefined>()
    for (const [id, state] of states) rows.set(id, await this.#load(await rowOf(this.#host.engine, this.#plan, state)))
    const before = set.rows
    const events = set.apply(rows)
    if (events !== undefined) return this.#tell(events)
    // The states at hand are taken before those of the store, so that what didn't change is recognised as such.
    const known = (id: ObjectId, state: ObjectState | undefined) =>
      this.#changed.has(id) ? this.#changed.get(id) : states.has(id) ? states.get(id) : set.get(id)?.state ?? state
    this.#set = await this.#scan(known)
    this.#tell(difference(rowsById(before), rowsById(this.#set.rows)))
  }

  async #scan (choose: (id: ObjectId, stored: ObjectState | undefined) => ObjectState | undefined): Promise<LiveSet<LiveRow<T>>> {
    const readState: ReadState = async (id) => {
      const stored = await this.#host.engine.state(id)
      return choose(id, stored)
    }
    const rows: LiveRow<T>[] = []
    for (const row of await selectRows(this.#host.engine, this.#plan, readState)) rows.push(await this.#load(row))
    return new LiveSet(this.#plan, rows)
  }

  async #load (row: Row): Promise<LiveRow<T>>
  async #load (row: Row | undefined): Promise<LiveRow<T> | undefined>
  async #load (row: Row | undefined): Promise<LiveRow<T> | undefined> {
    if (row === undefined) return undefined
    const known = this.#set?.get(row.id)
    return known?.state === row.state ? known : { ...row, entity: await entityOf<T>(this.#host, this.#plan, row) }
  }

  /** A new result: the first rows (no event), or one for each batch of changes that the rows show. */
  #tell (events: readonly RowEvent<LiveRow<T>>[]): void {
    if (this.#version > 0 && events.length === 0) return
    this.#version++
    this.#news.fire()
    for (const { event, row } of events) {
      for (const listener of this.#listeners[event]) {
        if (this.#isOver()) return
        this.#call(listener, row.entity)
      }
    }
  }

  #call (listener: Listener<T>, row: T): void {
    try {
      listener(row)
    } catch (error) {
      this.#host.report(error)
    }
  }

  #isOver (): boolean {
    return this.#stop.signal.aborted
  }

  #stopIfUnused (): void {
    const { added, changed, removed } = this.#listeners
    if (this.#iterators + added.size + changed.size + removed.size === 0) this.stop()
  }
}

type Listener<T> = (row: T) => void

function checkListener (event: string, listener: unknown, events: readonly string[]): void {
  if (!events.includes(event)) throw new DinemicError('ORM_BAD_VALUE', `A live query has no event '${String(event)}'.${didYouMean(String(event), events)} It has: ${events.join(', ')}.`)
  if (typeof listener !== 'function') throw new DinemicError('ORM_BAD_VALUE', `A live query was given a listener of type ${typeof listener} for '${event}'. Give a function: .on('${event}', row => { … }).`)
}
