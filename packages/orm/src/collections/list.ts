import { DinemicError, Sealed, equalValues } from '@dinemic/core'
import type { Value } from '@dinemic/core'
import type { ListBox } from './list-box.js'

/**
 * A list that several may edit at once: what two insert at one place stands there side by side, what one moves while
 * another changes it is moved and changed. All is staged until the entity's `save()`, which finds out what changed.
 *
 * There is no access by `list[i]`: use `at` and `set`.
 */
export class List<T> implements Iterable<T> {
  readonly #box: ListBox

  /** Lists come with their entity; assign an array to make one. */
  constructor (box: ListBox) {
    this.#box = box
  }

  get length (): number {
    return this.#box.content.size
  }

  /** Negative indexes count from the end; undefined beyond it. */
  at (index: number): T | undefined {
    const at = Math.trunc(index) || 0
    const element = this.#box.content.at(at < 0 ? this.length + at : at)
    return element === undefined ? undefined : this.#box.valueOf(element) as T
  }

  toArray (): T[] {
    return [...this]
  }

  /** Gives the new length. */
  push (...values: T[]): number {
    this.#box.splice(this.length, 0, values)
    return this.length
  }

  /** Puts values in front of what stands at `index` (the length: at the end). */
  insert (index: number, ...values: T[]): void {
    this.#box.splice(this.#index(index, `insert(${index}, …)`, this.length), 0, values)
  }

  /** Changes an element's value; it stays the same element. */
  set (index: number, value: T): void {
    this.#box.set(this.#index(index, `set(${index}, …)`, this.length - 1), value)
  }

  /** As `Array.prototype.splice`: gives the values taken out. */
  splice (start: number, count = Infinity, ...values: T[]): T[] {
    const from = start < 0 ? Math.max(this.length + start, 0) : Math.min(start, this.length)
    const taken = Math.min(Math.max(count, 0), this.length - from)
    return this.#box.splice(Math.trunc(from), Math.trunc(taken), values) as T[]
  }

  /** Takes the element at `from` to where it has the index `to`; it stays the same element. */
  move (from: number, to: number): void {
    const call = `move(${from}, ${to})`
    const source = this.#index(from, call, this.length - 1)
    const target = this.#index(to, call, this.length - 1)
    if (source !== target) this.#box.move(source, target)
  }

  /** Compares as values are stored: dates, bytes, arrays and plain objects by content. −1 if there is none. */
  indexOf (value: T, from = 0): number {
    let index = from < 0 ? Math.max(this.length + from, 0) : from
    for (const element of this.#box.content.order.values(index)) {
      const other = this.#box.peek(element)
      if (other === value || (!(other instanceof Sealed) && equalValues(other as Value, value as Value))) return index
      index++
    }
    return -1
  }

  includes (value: T): boolean {
    return this.indexOf(value) >= 0
  }

  /** Makes this the content. Elements whose values stay are kept as they are, with what others do to them meanwhile. */
  replace (values: Iterable<T>): void {
    this.#box.replace([...values])
  }

  * [Symbol.iterator] (): Iterator<T> {
    for (const element of this.#box.content.order.values()) yield this.#box.valueOf(element) as T
  }

  toJSON (): T[] {
    return this.toArray()
  }

  [Symbol.for('nodejs.util.inspect.custom')] (): T[] {
    return this.toArray()
  }

  /** Indexes that may be given go up to `last`. */
  #index (index: number, call: string, last: number): number {
    if (Number.isInteger(index) && index >= 0 && index <= last) return index
    throw new DinemicError('ORM_BAD_VALUE', `${this.#box.where}.${call}: the list ${describeLength(this.length)}, so ${describeIndexes(last)}.`)
  }
}

function describeLength (length: number): string {
  if (length === 0) return 'is empty'
  return length === 1 ? 'has 1 element' : `has ${length} elements`
}

function describeIndexes (last: number): string {
  if (last < 0) return 'it has no index yet. Add to it with push() or insert(0, …)'
  return last === 0 ? 'the index must be 0' : `the index must be an integer from 0 to ${last}`
}
