import { sizeOf } from './sorted-tree.js'
import type { Tree } from './sorted-tree.js'

/** The nodes of a tree in order, from an index on. Written out, as a generator takes several times the memory, and states are walked all the time. */
export class SortedWalk<V, T> implements IterableIterator<T> {
  readonly #pick: (tree: Tree<V>) => T
  /** The next at the end, before it its ancestors that come later. */
  readonly #ahead: Tree<V>[] = []

  constructor (root: Tree<V> | null, from: number, pick: (tree: Tree<V>) => T) {
    this.#pick = pick
    let skip = from
    for (let tree = root; tree !== null;) {
      if (skip <= sizeOf(tree.left)) {
        this.#ahead.push(tree)
        tree = tree.left
      } else {
        skip -= sizeOf(tree.left) + 1
        tree = tree.right
      }
    }
  }

  next (): IteratorResult<T, undefined> {
    const tree = this.#ahead.pop()
    if (tree === undefined) return DONE
    for (let after = tree.right; after !== null; after = after.left) this.#ahead.push(after)
    return { done: false, value: this.#pick(tree) }
  }

  [Symbol.iterator] (): this {
    return this
  }
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined }
