import { DinemicError } from '@dinemic/core'
import type { DictBox } from './dict-box.js'

/** Values by key, a string, in the order of the keys. Several may write at once: each key is on its own. All is staged until the entity's `save()`. */
export class Dict<T> implements Iterable<[string, T]> {
  readonly #box: DictBox

  /** Dicts come with their entity; assign a plain object to make one. */
  constructor (box: DictBox) {
    this.#box = box
  }

  get size (): number {
    return this.#box.content.size
  }

  get (key: string): T | undefined {
    return this.#box.get(key) as T | undefined
  }

  has (key: string): boolean {
    return this.#box.content.has(key)
  }

  /** Undefined as a value is the same as `delete`. */
  set (key: string, value: T): this {
    if (typeof key !== 'string') {
      throw new DinemicError('ORM_BAD_VALUE', `${this.#box.where}.set(): the key is of type ${typeof key}. Keys are strings.`)
    }
    if (value === undefined) this.#box.delete(key)
    else this.#box.set(key, value)
    return this
  }

  /** Whether it was there. */
  delete (key: string): boolean {
    const isThere = this.has(key)
    this.#box.delete(key)
    return isThere
  }

  keys (): IterableIterator<string> {
    return this.#box.content.keys()
  }

  * values (): IterableIterator<T> {
    for (const key of this.keys()) yield this.#box.get(key) as T
  }

  * entries (): IterableIterator<[string, T]> {
    for (const key of this.keys()) yield [key, this.#box.get(key) as T]
  }

  /** Makes this the content. */
  replace (content: { readonly [key: string]: T } | Iterable<readonly [string, T]>): void {
    // All of it before anything goes: it may be our own entries.
    const entries = [...isIterable(content) ? content : Object.entries(content)]
    this.#box.clear()
    for (const [key, value] of entries) this.set(key, value)
  }

  [Symbol.iterator] (): Iterator<[string, T]> {
    return this.entries()
  }

  toJSON (): { [key: string]: T } {
    return Object.fromEntries(this)
  }

  [Symbol.for('nodejs.util.inspect.custom')] (): Map<string, T> {
    return new Map(this)
  }
}

function isIterable<T> (content: object): content is Iterable<readonly [string, T]> {
  return Symbol.iterator in content
}
