import { DinemicError, FollowingSignal, parseId } from '@dinemic/core'
import type { ObjectId, ObjectState } from '@dinemic/core'
import { checkedCaller } from './caller.js'
import { checkOptions } from './check-options.js'
import { writerOf } from './construct.js'
import { newEntity } from './create.js'
import { currentHook } from './hooks/context.js'
import type { EntityHome } from './hydrate.js'
import type { ActOptions, OpenOptions } from './options.js'
import { count, find, first, ids } from './query/find.js'
import type { QueryHost } from './query/host.js'
import { live } from './query/live.js'
import type { LiveOptions, LiveQuery, Query, Rows } from './query/types.js'
import type { ModelSchema } from './schema/types.js'
import type { CreateOptions, CreateValues, EntityBase, Objects } from './types.js'

/** The verbs of one model on one node. */
export class ModelVerbs<T extends EntityBase> implements Objects<T> {
  readonly #host: EntityHome & QueryHost
  readonly #schema: ModelSchema

  constructor (host: EntityHome & QueryHost, schema: ModelSchema) {
    this.#host = host
    this.#schema = schema
  }

  async create (values: CreateValues<T>, options?: CreateOptions): Promise<T> {
    this.#checkRunning('create')
    const entity = newEntity(this.#host, this.#schema, values, options)
    await writerOf(entity).save({})
    return entity as T
  }

  async open (id: ObjectId, options: OpenOptions = {}): Promise<T> {
    checkOptions(`${this.#schema.target.name}.open()`, options, { as: 'any', removed: 'boolean', timeout: 'timeout', signal: 'signal' })
    const { as, ...wait } = options
    this.#checkModel(id, 'open')
    this.#checkRunning('open')
    const caller = await checkedCaller(this.#host.engine.keys, as) // Before waiting for the object: who can't act needn't wait.
    return this.#entity(await this.#arrival(id, wait), caller)
  }

  async get (id: ObjectId, options: ActOptions = {}): Promise<T | undefined> {
    checkOptions(`${this.#schema.target.name}.get()`, options, { as: 'any', removed: 'boolean' })
    const { as, removed = false } = options
    this.#checkModel(id, 'get')
    this.#checkRunning('get')
    const caller = await checkedCaller(this.#host.engine.keys, as)
    const state = await this.#host.engine.state(id, { removed })
    return state === undefined ? undefined : this.#entity(state, caller)
  }

  async find (query?: Query<T>): Promise<Rows<T>> {
    this.#checkRunning('find')
    return find(this.#host, this.#schema, query)
  }

  async first (query?: Query<T>): Promise<T | undefined> {
    this.#checkRunning('first')
    return first(this.#host, this.#schema, query)
  }

  async count (query?: Query<T>): Promise<number> {
    this.#checkRunning('count')
    return count(this.#host, this.#schema, query)
  }

  async ids (options: { readonly owned?: boolean } = {}): Promise<ObjectId[]> {
    checkOptions(`${this.#schema.target.name}.ids()`, options, { owned: 'boolean' })
    this.#checkRunning('ids')
    return ids(this.#host.engine, this.#schema.name, options)
  }

  live (query?: Query<T>, options?: LiveOptions): LiveQuery<T> {
    this.#checkRunning('live')
    return live(this.#host, this.#schema, query, options)
  }

  /** Who still waits when the node stops is told so, and doesn't wait for his time to be out. */
  async #arrival (id: ObjectId, { signal, ...options }: Omit<OpenOptions, 'as'>): Promise<ObjectState> {
    const { engine, stopped } = this.#host
    const here = await engine.state(id, options)
    if (here !== undefined) return here
    using ending = new FollowingSignal(stopped)
    const either = signal === undefined ? ending.signal : AbortSignal.any([signal, ending.signal])
    try {
      return await engine.wait(id, { ...options, signal: either })
    } catch (error) {
      if (error !== stopped.reason || !stopped.aborted) throw error
      throw new DinemicError('NODE_STOPPED', `${this.#schema.target.name}.open('${id}') was still waiting for the object when its node was stopped.`, { details: { id } })
    }
  }

  async #entity (state: ObjectState, caller: ObjectId | undefined): Promise<T> {
    return await this.#host.entity(this.#schema, state, caller === undefined ? {} : { caller }) as T
  }

  /** Hooks that are under way may still read while the node waits for them. */
  #checkRunning (verb: string): void {
    if (!this.#host.stopped.aborted || currentHook() !== undefined) return
    throw new DinemicError('NODE_STOPPED', `${this.#schema.target.name}.${verb}() came when its node was stopping or had stopped. Start another one with Node.start(); on the same path it has all that this one had.`)
  }

  #checkModel (id: ObjectId, verb: string): void {
    const { model } = parseId(id)
    const { name, target } = this.#schema
    if (model === name) return
    throw new DinemicError('ORM_WRONG_MODEL', `${target.name}.${verb}('${id}'): the id is that of a ${model}, and ${target.name} opens objects of the model ${name}. Use the class of ${model}.`, { details: { id, model } })
  }
}
