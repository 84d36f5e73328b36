/**
 * Weight-balanced search trees that are never changed in place (Adams, "Efficient sets: a balancing act", 1993), with the
 * balance parameters that Hirai and Yamamoto proved sound ("Balancing weight-balanced trees", 2011).
 */
export interface Tree<V> {
  readonly key: string
  readonly value: V
  readonly left: Tree<V> | null
  readonly right: Tree<V> | null
  readonly size: number
}

/** Neither side weighs more than so many times the other, */
const DELTA = 3
/** and a rotation is double where the inner grandchild weighs so many times the outer one. */
const GAMMA = 2

export function sizeOf (tree: Tree<unknown> | null): number {
  return tree === null ? 0 : tree.size
}

export function node<V> (left: Tree<V> | null, key: string, value: V, right: Tree<V> | null): Tree<V> {
  return { key, value, left, right, size: sizeOf(left) + 1 + sizeOf(right) }
}

export function find<V> (tree: Tree<V> | null, key: string): Tree<V> | null {
  let at = tree
  while (at !== null && at.key !== key) at = key < at.key ? at.left : at.right
  return at
}

/** The same tree where the key has this very value. */
export function insert<V> (tree: Tree<V> | null, key: string, value: V): Tree<V> {
  if (tree === null) return node(null, key, value, null)
  const { left, right } = tree
  if (key === tree.key) return tree.value === value ? tree : node(left, key, value, right)
  if (key < tree.key) {
    const changed = insert(left, key, value)
    return changed === left ? tree : balance(changed, tree, right)
  }
  const changed = insert(right, key, value)
  return changed === right ? tree : balance(left, tree, changed)
}

/** The same tree where there is no such key. */
export function remove<V> (tree: Tree<V> | null, key: string): Tree<V> | null {
  if (tree === null) return null
  const { left, right } = tree
  if (key === tree.key) return glue(left, right)
  if (key < tree.key) {
    const changed = remove(left, key)
    return changed === left ? tree : balance(changed, tree, right)
  }
  const changed = remove(right, key)
  return changed === right ? tree : balance(left, tree, changed)
}

/** Of entries in ascending order of their keys. */
export function build<V> (entries: readonly (readonly [string, V])[], from = 0, to = entries.length): Tree<V> | null {
  if (from === to) return null
  const middle = (from + to) >>> 1
  const [key, value] = entries[middle]!
  return node(build(entries, from, middle), key, value, build(entries, middle + 1, to))
}

/** One tree of two whose sizes are in balance, or were before one of them gained or lost one entry. */
function balance<V> (left: Tree<V> | null, { key, value }: Tree<V>, right: Tree<V> | null): Tree<V> {
  if (right !== null && weight(right) > DELTA * weight(left)) {
    const { left: inner, right: outer } = right
    if (inner === null || weight(inner) < GAMMA * weight(outer)) return node(node(left, key, value, inner), right.key, right.value, outer)
    return node(node(left, key, value, inner.left), inner.key, inner.value, node(inner.right, right.key, right.value, outer))
  }
  if (left !== null && weight(left) > DELTA * weight(right)) {
    const { left: outer, right: inner } = left
    if (inner === null || weight(inner) < GAMMA * weight(outer)) return node(outer, left.key, left.value, node(inner, key, value, right))
    return node(node(outer, left.key, left.value, inner.left), inner.key, inner.value, node(inner.right, key, value, right))
  }
  return node(left, key, value, right)
}

/** All of `left` stands before all of `right`. */
function glue<V> (left: Tree<V> | null, right: Tree<V> | null): Tree<V> | null {
  if (left === null) return right
  if (right === null) return left
  if (left.size > right.size) {
    const last = end(left, 'right')
    return balance(remove(left, last.key), last, right)
  }
  const first = end(right, 'left')
  return balance(left, first, remove(right, first.key))
}

function end<V> (tree: Tree<V>, side: 'left' | 'right'): Tree<V> {
  let at = tree
  for (let next = at[side]; next !== null; next = at[side]) at = next
  return at
}

const weight = (tree: Tree<unknown> | null): number => sizeOf(tree) + 1
