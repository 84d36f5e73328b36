import { build, find, insert, remove, sizeOf } from './sorted-tree.js'
import type { Tree } from './sorted-tree.js'
import { finish, sortInSteps } from './steps.js'
import type { Steps } from './steps.js'
import { SortedWalk } from './sorted-walk.js'

/** A key whose value differs between two maps; undefined: it isn't in that one. */
export interface MapChange<V> { readonly key: string, readonly before: V | undefined, readonly after: V | undefined }

/**
 * A map that is never changed, in the order in which JavaScript compares strings: `set` and `delete` give another one that
 * shares all but O(log n) of its nodes with this one, and what differs between two is found without a look at what they share.
 */
export class SortedMap<V extends {} | null> implements Iterable<readonly [string, V]> {
  static readonly #empty = new SortedMap<never>(null)
  readonly #root: Tree<V> | null

  private constructor (root: Tree<V> | null) {
    this.#root = root
  }

  static empty<V extends {} | null> (): SortedMap<V> {
    return SortedMap.#empty
  }

  /** All empty ones are one: a state has a dozen. */
  static #of<V extends {} | null> (root: Tree<V> | null): SortedMap<V> {
    return root === null ? SortedMap.#empty : new SortedMap(root)
  }

  /** Of entries in any order; of two with one key the later one stands. O(n) where they come in order. */
  static from<V extends {} | null> (entries: Iterable<readonly [string, V]>): SortedMap<V> {
    return finish(SortedMap.building([...entries]))
  }

  /** The same in steps. */
  static * building<V extends {} | null> (entries: readonly (readonly [string, V])[]): Steps<SortedMap<V>> {
    if (entries.every(([key], i) => i === 0 || entries[i - 1]![0] < key)) return SortedMap.#of(build(entries))
    yield
    const sorted = yield * sortInSteps(entries, ([a], [b]) => a < b ? -1 : a > b ? 1 : 0)
    return SortedMap.#of(build(sorted.filter(([key], i) => key !== sorted[i + 1]?.[0])))
  }

  get size (): number {
    return sizeOf(this.#root)
  }

  get (key: string): V | undefined {
    return find(this.#root, key)?.value
  }

  has (key: string): boolean {
    return find(this.#root, key) !== null
  }

  /** This map itself where the key has this very value. */
  set (key: string, value: V): SortedMap<V> {
    const root = insert(this.#root, key, value)
    return root === this.#root ? this : new SortedMap(root)
  }

  /** This map itself where there is no such key. */
  delete (key: string): SortedMap<V> {
    const root = remove(this.#root, key)
    return root === this.#root ? this : SortedMap.#of(root)
  }

  /** The entry at an index from 0 on, in O(log n). */
  at (index: number): readonly [string, V] | undefined {
    let left = index
    for (let tree = this.#root; tree !== null;) {
      const before = sizeOf(tree.left)
      if (left === before) return [tree.key, tree.value]
      if (left < before) tree = tree.left
      else {
        left -= before + 1
        tree = tree.right
      }
    }
    return undefined
  }

  /** How many keys are less than this one: the index that it has, or would have. O(log n). */
  rank (key: string): number {
    let rank = 0
    for (let tree = this.#root; tree !== null;) {
      if (key <= tree.key) tree = tree.left
      else {
        rank += sizeOf(tree.left) + 1
        tree = tree.right
      }
    }
    return rank
  }

  /** The entries from an index on. */
  entries (from = 0): IterableIterator<readonly [string, V]> {
    return new SortedWalk<V, readonly [string, V]>(this.#root, from, ({ key, value }) => [key, value])
  }

  [Symbol.iterator] (): IterableIterator<readonly [string, V]> {
    return this.entries()
  }

  keys (): IterableIterator<string> {
    return new SortedWalk<V, string>(this.#root, 0, ({ key }) => key)
  }

  values (from = 0): IterableIterator<V> {
    return new SortedWalk<V, V>(this.#root, from, ({ value }) => value)
  }

  /** A map of the same keys. O(n). */
  map<W extends {} | null> (task: (value: V, key: string) => W): SortedMap<W> {
    return finish(this.mapping(task))
  }

  /** The same in steps. */
  * mapping<W extends {} | null> (task: (value: V, key: string) => W): Steps<SortedMap<W>> {
    const entries: (readonly [string, W])[] = []
    for (const [key, value] of this) {
      entries.push([key, task(value, key)])
      yield
    }
    return SortedMap.#of(build(entries))
  }

  /**
   * What differs from an older map, by key: O(k log n) for k differences, where one was made of the other.
   * Both are walked at once; what comes next of each is a subtree as long as possible, and one that both have is passed over.
   */
  changesSince (older: SortedMap<V>): Iterable<MapChange<V>> {
    if (older.#root === this.#root) return []
    if (older.#root === null) return new SortedWalk<V, MapChange<V>>(this.#root, 0, ({ key, value }) => ({ key, before: undefined, after: value }))
    return this.#differences(older)
  }

  * #differences (older: SortedMap<V>): Iterable<MapChange<V>> {
    const before = rest(older.#root)
    const after = rest(this.#root)
    for (;;) {
      const old = before.at(-1)
      const now = after.at(-1)
      if (old === undefined && now === undefined) return
      if (old !== undefined && now !== undefined && old.tree === now.tree && old.whole === now.whole) {
        before.pop()
        after.pop()
      } else if (old?.whole === true && (now === undefined || !now.whole || old.tree.size >= now.tree.size)) open(before)
      else if (now?.whole === true) open(after)
      else yield * step(before, after)
    }
  }
}

/** What a walk has before it, the next at the end: a whole subtree, or the entry at its root alone. */
interface Ahead<V> { readonly tree: Tree<V>, readonly whole: boolean }

function rest<V> (root: Tree<V> | null): Ahead<V>[] {
  return root === null ? [] : [{ tree: root, whole: true }]
}

function open<V> (ahead: Ahead<V>[]): void {
  const { tree } = ahead.pop()!
  if (tree.right !== null) ahead.push({ tree: tree.right, whole: true })
  ahead.push({ tree, whole: false })
  if (tree.left !== null) ahead.push({ tree: tree.left, whole: true })
}

/** Past the lesser of two entries, or past both where they have one key. */
function * step<V> (before: Ahead<V>[], after: Ahead<V>[]): Iterable<MapChange<V>> {
  const old = before.at(-1)?.tree
  const now = after.at(-1)?.tree
  const isOld = old !== undefined && (now === undefined || old.key <= now.key)
  const isNow = now !== undefined && (old === undefined || now.key <= old.key)
  if (isOld) before.pop()
  if (isNow) after.pop()
  if (isOld && isNow && old.value === now.value) return
  yield { key: isOld ? old.key : now!.key, before: isOld ? old.value : undefined, after: isNow ? now.value : undefined }
}
