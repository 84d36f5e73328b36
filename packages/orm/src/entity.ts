import type { ObjectId, UpdateId } from '@dinemic/core'
import type { ProposalAnswer } from '@dinemic/replica'
import { takeParts, writerOf } from './construct.js'
import { runningOrm } from './default-node.js'
import type { ActOptions, OpenOptions } from './options.js'
import type { LiveOptions, LiveQuery, Query, Rows } from './query/types.js'
import { registerBase } from './schema/registry.js'
import type { CreateOptions, CreateValues, EntityBase, Handle, ModelClass, Objects, RemoveOptions, SaveOptions } from './types.js'

/**
 * The base class of models. An entity is a snapshot of an object: an ordinary object whose fields are data properties.
 * Nothing moves until its own `save()` or `$.refresh()`; two opens of one object are two entities.
 *
 * The statics mean the only running node: `ORM_NO_NODE` without one, `ORM_WHICH_NODE` with several.
 */
export abstract class Entity implements EntityBase {
  declare readonly id: ObjectId
  declare readonly $: Handle

  /** Throws `ORM_USE_CREATE` when called by a user. */
  constructor () {
    const { id, handle } = takeParts(this, new.target.name)
    Object.defineProperty(this, 'id', { value: id, enumerable: true })
    // Not enumerable: an entity that is printed, compared or turned into JSON shows its fields and no machinery.
    Object.defineProperty(this, '$', { value: handle })
  }

  /**
   * Signs and commits what is staged: atomic, all of it or nothing. Gives the ids of the updates, `[]` if nothing was staged.
   * Saves of one entity queue; what is assigned meanwhile stays staged; a refused save keeps it staged.
   * With `propose` it resolves to the answers of the connected peers.
   */
  save (options: SaveOptions & { readonly propose: true }): Promise<ProposalAnswer[]>
  save (options?: SaveOptions): Promise<UpdateId[]>
  save (options: SaveOptions = {}): Promise<UpdateId[] | ProposalAnswer[]> {
    return writerOf(this).save(options)
  }

  /** Ends the object; what is staged is not saved. The owner's removal is final. */
  remove (options: { readonly propose: true }): Promise<ProposalAnswer[]>
  remove (options?: RemoveOptions): Promise<UpdateId[]>
  remove (options: RemoveOptions = {}): Promise<UpdateId[] | ProposalAnswer[]> {
    return writerOf(this).remove(options)
  }

  static async create<T extends Entity> (this: ModelClass<T>, values: CreateValues<T>, options?: CreateOptions): Promise<T> {
    return verbs(this, 'create').create(values, options)
  }

  static async open<T extends Entity> (this: ModelClass<T>, id: ObjectId, options?: OpenOptions): Promise<T> {
    return verbs(this, 'open').open(id, options)
  }

  static async get<T extends Entity> (this: ModelClass<T>, id: ObjectId, options?: ActOptions): Promise<T | undefined> {
    return verbs(this, 'get').get(id, options)
  }

  static async find<T extends Entity> (this: ModelClass<T>, query?: Query<T>): Promise<Rows<T>> {
    return verbs(this, 'find').find(query)
  }

  static async first<T extends Entity> (this: ModelClass<T>, query?: Query<T>): Promise<T | undefined> {
    return verbs(this, 'first').first(query)
  }

  static async count<T extends Entity> (this: ModelClass<T>, query?: Query<T>): Promise<number> {
    return verbs(this, 'count').count(query)
  }

  static async ids<T extends Entity> (this: ModelClass<T>, options?: { readonly owned?: boolean }): Promise<ObjectId[]> {
    return verbs(this, 'ids').ids(options)
  }

  static live<T extends Entity> (this: ModelClass<T>, query?: Query<T>, options?: LiveOptions): LiveQuery<T> {
    return verbs(this, 'live').live(query, options)
  }
}

registerBase(Entity)

function verbs<T extends EntityBase> (model: ModelClass<T>, verb: string): Objects<T> {
  return runningOrm(`${model.name}.${verb}()`).use(model)
}
