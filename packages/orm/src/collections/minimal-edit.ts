import { Sealed, bytesToHex, checkValue, encode, isDinemicError } from '@dinemic/core'
import type { ListElement } from '@dinemic/core'
import type { ElementSource } from './element-source.js'
import { newElements } from './list-element.js'

/**
 * The list that holds `values`, made of as many of the old elements as can stay where they are: what others do to them
 * meanwhile then still means something. Takes n log n: equal values are paired in order of appearance, and of the
 * pairs the longest sequence that is in order stays (Schensted 1961; the longest common subsequence where no value repeats).
 */
export function minimalEdit (old: readonly ListElement[], values: readonly unknown[], source: ElementSource): ListElement[] {
  const kept = longestInOrder(pair(old, values))
  const result: ListElement[] = []
  let next = 0
  for (let i = 0; i <= kept.length; i++) {
    const at = kept[i]?.at ?? values.length
    const stays = kept[i] === undefined ? undefined : old[kept[i]!.from]!
    const between = newElements(values.slice(next, at), result.at(-1)?.position, stays?.position, source)
    // No room between two that stay: then none stays, and new elements have all the room there is.
    if (between === undefined) return minimalEdit([], values, source)
    for (const element of between) result.push(element)
    if (stays !== undefined) result.push(stays)
    next = at + 1
  }
  return result
}

/** The old element at `from` has the value that the new list has at `at`. */
interface Pair { readonly from: number, readonly at: number }

function pair (old: readonly ListElement[], values: readonly unknown[]): Pair[] {
  const oldKeys = old.map(({ value }) => keyOf(value))
  const newKeys = values.map(keyOf)
  // Common ends first: with values that repeat, pairing by order alone would shift everything behind an insertion.
  const shorter = Math.min(old.length, values.length)
  const same = (from: number, at: number): boolean => oldKeys[from] !== undefined && oldKeys[from] === newKeys[at]
  let head = 0
  while (head < shorter && same(head, head)) head++
  let tail = 0
  while (tail < shorter - head && same(old.length - 1 - tail, values.length - 1 - tail)) tail++

  const places = new Map<string, number[]>()
  for (let from = old.length - tail - 1; from >= head; from--) {
    const key = oldKeys[from]
    if (key === undefined) continue
    const known = places.get(key)
    if (known === undefined) places.set(key, [from])
    else known.push(from)
  }
  const pairs: Pair[] = []
  for (let i = 0; i < head; i++) pairs.push({ from: i, at: i })
  for (let at = head; at < values.length - tail; at++) {
    const key = newKeys[at]
    const from = key === undefined ? undefined : places.get(key)?.pop()
    if (from !== undefined) pairs.push({ from, at })
  }
  for (let i = tail; i > 0; i--) pairs.push({ from: old.length - i, at: values.length - i })
  return pairs
}

/** Of pairs with ascending `at` the longest sequence with ascending `from`. */
function longestInOrder (pairs: readonly Pair[]): Pair[] {
  /** ends[n]: where the sequence of length n + 1 that ends lowest so far ends. */
  const ends: number[] = []
  const previous: (number | undefined)[] = []
  pairs.forEach(({ from }, i) => {
    let low = 0
    let high = ends.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (pairs[ends[middle]!]!.from < from) low = middle + 1
      else high = middle
    }
    previous[i] = ends[low - 1]
    ends[low] = i
  })
  const sequence: Pair[] = []
  for (let i = ends.at(-1); i !== undefined; i = previous[i]) sequence.push(pairs[i]!)
  return sequence.reverse()
}

/** Equal for what is stored alike; undefined for what equals nothing: what is sealed, or no value at all (`save()` will say so). */
function keyOf (value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return `${typeof value} ${String(value)}`
  if (value instanceof Sealed) return undefined
  try {
    return bytesToHex(encode(checkValue(value, 'an element')))
  } catch (error) {
    if (isDinemicError(error)) return undefined
    throw error
  }
}
