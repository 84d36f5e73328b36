import { DinemicError } from '@dinemic/core'
import type { ObjectId, UpdateId } from '@dinemic/core'
import type { Engine, ProposalAnswer, WriteRequest } from '@dinemic/replica'
import type { EntityBase, Handle, ModelClass, RemoveOptions, SaveOptions } from './types.js'

/** What an entity is born with. */
export interface EntityParts {
  readonly id: ObjectId
  readonly handle: Handle
  readonly writer: EntityWriter
}

export interface EntityWriter {
  save (options: SaveOptions): Promise<UpdateId[] | ProposalAnswer[]>
  remove (options: RemoveOptions): Promise<UpdateId[] | ProposalAnswer[]>
  /** Waits for the saves before it, then holds back those after it until `settle`. */
  enlist (options?: { readonly remove?: boolean }): Promise<Enlisted>
  /** An error of the engine about this object, in the words of the class; any other as it is. */
  told (error: unknown): unknown
  /** The engine of the node that opened the entity. */
  readonly engine: Engine
  /** Entities are enlisted in this order, so that two transactions never wait for each other. */
  readonly serial: number
}

/** One entity's part of a write. */
export interface Enlisted {
  /** Undefined if nothing is staged. */
  readonly request: WriteRequest | undefined
  /** Must be called, however the write ended. */
  settle (committed: boolean): Promise<void>
}

/** The parts of the entity that `construct` is about to make: its constructor takes no arguments, so they wait here. */
let waiting: EntityParts | undefined
const writers = new WeakMap<object, EntityWriter>()

/** Makes an instance; the only way to do so. */
export function construct<T extends EntityBase> (target: ModelClass<T>, parts: EntityParts): T {
  waiting = parts
  try {
    return Reflect.construct(target, []) as T
  } finally {
    waiting = undefined
  }
}

/** For the constructor of `Entity`: takes the parts away, so that a further `new` inside a user's constructor finds none. */
export function takeParts (entity: object, className: string): EntityParts {
  const parts = waiting
  waiting = undefined
  if (parts === undefined) {
    throw new DinemicError('ORM_USE_CREATE', `new ${className}() makes no object: an object needs a key pair and a signed first update. Use await ${className}.create({ … }).`)
  }
  writers.set(entity, parts.writer)
  return parts
}

export function writerOf (entity: object): EntityWriter {
  const writer = writers.get(entity)
  if (writer === undefined) {
    throw new DinemicError('ORM_USE_CREATE', 'save() and remove() were called on something that is no entity, such as a copy of one. Call them on what create(), open() or find() gave.')
  }
  return writer
}
