import { setMaxListeners } from 'node:events'
import { parseId } from '@dinemic/core'
import type { ObjectId, ObjectState } from '@dinemic/core'
import type { Engine } from '@dinemic/replica'
import { Readable } from './cells/readable.js'
import { checkOptions } from './check-options.js'
import { ElementSource } from './collections/element-source.js'
import type { RunningOrm } from './default-node.js'
import type { HookHost } from './hooks/host.js'
import type { HookDispatcher } from './hooks/dispatcher.js'
import { hydrate } from './hydrate.js'
import type { EntityHome } from './hydrate.js'
import type { OpenOptions } from './options.js'
import type { QueryHost } from './query/host.js'
import { Schemas } from './schemas.js'
import type { EntityClass, ModelSchema } from './schema/types.js'
import { transact } from './transaction.js'
import type { Transaction } from './transaction.js'
import type { EntityBase, ModelClass, Objects } from './types.js'
import { ModelVerbs } from './verbs.js'

export interface OrmOptions {
  readonly engine: Engine
  readonly hooks: HookDispatcher
  readonly models: readonly EntityClass[]
  /** Where errors go that have no caller to be thrown at. */
  readonly report: (error: unknown) => void
}

/** The layer of classes on one engine: what a node's `use`, `transaction` and `objects` stand on. */
export class Orm implements RunningOrm, EntityHome, HookHost, QueryHost {
  readonly engine: Engine
  readonly hooks: HookDispatcher
  readonly schemas: Schemas
  readonly elements: ElementSource
  readonly readable = new Readable()
  readonly report: (error: unknown) => void
  readonly #stopping = new AbortController()

  /** Throws `ORM_NOT_A_MODEL`, `ORM_DUPLICATE_MODEL`. */
  constructor ({ engine, hooks, models, report }: OrmOptions) {
    this.engine = engine
    this.hooks = hooks
    this.schemas = new Schemas(models)
    this.elements = new ElementSource((length) => engine.platform.random(length))
    this.report = report
    setMaxListeners(0, this.#stopping.signal) // one for each live query, and there may be many
    hooks.attach(this)
  }

  get stopped (): AbortSignal {
    return this.#stopping.signal
  }

  /** Ends the live queries. Idempotent. */
  stop (): void {
    this.#stopping.abort()
  }

  /** Throws `ORM_NOT_A_MODEL`. */
  use<T extends EntityBase> (model: ModelClass<T>): Objects<T> {
    return new ModelVerbs<T>(this, this.schemas.of(model))
  }

  /** Commits what `task` collects in one atomic local batch; gives what `task` gives. */
  transaction<R> (task: (tx: Transaction) => R | Promise<R>): Promise<R> {
    return transact(this, task)
  }

  /** Ids of the objects that are here, of one model or of all, those that a keeper has no class for included. */
  async objects (options: { readonly model?: string, readonly owned?: boolean } = {}): Promise<ObjectId[]> {
    checkOptions('node.objects()', options, { model: 'text', owned: 'boolean' })
    const { model, owned = false } = options
    const { models: kept } = this.engine
    const models = model === undefined ? kept : [kept.includes(model) ? model : this.schemas.named(model).name]
    const found: ObjectId[] = []
    for (const name of models) {
      for await (const id of this.engine.ids(name)) {
        if (!owned || await this.engine.keys.has(id)) found.push(id)
      }
    }
    return found
  }

  /**
   * The snapshot of a state. It reads and writes as `caller`; without one as the object itself where its key is here, else
   * as the node. What hooks get reads with any key that is here: `readonly`, or with `readsAll` one that can be saved.
   */
  async entity (schema: ModelSchema, state: ObjectState, options: { readonly caller?: ObjectId, readonly readonly?: boolean, readonly readsAll?: boolean } = {}): Promise<EntityBase> {
    const owned = await this.engine.keys.has(state.id)
    const caller = options.caller ?? (owned ? state.id : this.engine.self)
    const reader = await (options.readonly === true || options.readsAll === true ? this.engine.reader(state, options.caller) : this.engine.reader(state, caller))
    return hydrate(this, schema, state, reader, { caller, owned, readonly: options.readonly ?? false })
  }

  /** Opens an object by its id alone. Throws `ORM_NOT_A_MODEL`. */
  readonly openRef = async (id: ObjectId, options: OpenOptions | undefined): Promise<EntityBase> => {
    const schema = this.schemas.named(parseId(id).model)
    return new ModelVerbs<EntityBase>(this, schema).open(id, options)
  }
}
