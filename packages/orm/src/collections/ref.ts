import type { ObjectId } from '@dinemic/core'
import type { OpenOptions } from '../options.js'

/** Opens the object that a ref points to, as an entity of its class. */
export type RefOpener = (id: ObjectId, options: OpenOptions | undefined) => Promise<object>

/** A pointer to another object: its id, which says nothing about whether the object is here. Made by `ref()`. */
export class Ref<T extends object = object> {
  readonly id: ObjectId
  readonly #open: RefOpener

  constructor (id: ObjectId, open: RefOpener) {
    this.id = id
    this.#open = open
  }

  /** As `Person.open(ref.id, options)`. */
  open (options?: OpenOptions): Promise<T> {
    return this.#open(this.id, options) as Promise<T>
  }

  toJSON (): ObjectId {
    return this.id
  }
}
