import { DinemicError } from '@dinemic/core'
import type { DictBox } from './dict-box.js'

/** Values by key, a string. Several may write at once: each key is on its own. All is staged until the entity's `save()`. */
export class Dict<T> implements Iterable<[string, T]> {
  readonly #box: DictBox

  /** Dicts come with their entity; assign a plain object to make one. */
  constructor (box: DictBox) {
    this.#box = box
  }

  get size (): number {
    return this.#box.entries.size
  }

  get (key: string): T | undefined {
    return this.#box.entries.get(key) as T | undefined
  }

  has (key: string): boolean {
    return this.#box.entries.has(key)
  }

  /** Undefined as a value is the same as `delete`. */
  set (key: string, value: T): this {
    if (typeof key !== 'string') {
      throw new DinemicError('ORM_BAD_VALUE', `${this.#box.where}.set(): the key is of type ${typeof key}. Keys are strings.`)
    }
    if (value === undefined) this.#box.entries.delete(key)
    else this.#box.entries.set(key, value)
    return this
  }

  /** Whether it was there. */
  delete (key: string): boolean {
    return this.#box.entries.delete(key)
  }

  keys (): IterableIterator<string> {
    return this.#box.entries.keys()
  }

  values (): IterableIterator<T> {
    return this.#box.entries.values() as IterableIterator<T>
  }

  entries (): IterableIterator<[string, T]> {
    return this.#box.entries.entries() as IterableIterator<[string, T]>
  }

  /** Makes this the content. */
  replace (content: { readonly [key: string]: T } | Iterable<readonly [string, T]>): void {
    this.#box.entries.clear()
    for (const [key, value] of isIterable(content) ? content : Object.entries(content)) this.set(key, value)
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
