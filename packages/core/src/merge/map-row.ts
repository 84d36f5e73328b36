import type { Encodable } from '../codec/format.js'
import type { CellWrite } from '../ports/store.js'
import { SortedMap } from '../sorted-map.js'
import type { Steps } from '../steps.js'
import { cellName } from './cell-names.js'
import { encodeCell } from './cell-rows.js'
import type { Pen, Reading, Wire } from './cell-rows.js'

type Entry<V> = readonly [string, V]

/** How the entries of one kind of map are written. */
export interface Shape<V> {
  /** Of the map in the names of cells. */
  readonly letter: string
  /** An entry that weighs more lies apart. */
  readonly most: number
  /** About how many bytes a value takes, see `weigh.ts`. Where it is left out none is large. */
  readonly weigh?: (value: V) => number
  toWire (key: string, value: V, pen: Pen): Encodable[]
  /** In steps where maps lie within the entry. */
  fromWire (wire: Wire, reading: Reading, holder: string): Entry<V> | Steps<Entry<V>>
  /** Of maps and registers within the entries: what has to be written beside, where an entry was another before. */
  readonly inner?: (holder: string, before: V | undefined, now: V | undefined) => Iterable<CellWrite>
}

/** With more entries than this each lies in a cell of its own, so that an edit writes what it changes and no more. */
const MOST_ENTRIES = 64

/**
 * A map as it stands in the row that holds it: how many entries lie apart, then the others. A function of the state alone:
 * what is read back is what was written.
 */
export function mapToWire<V extends {}> (map: SortedMap<V>, shape: Shape<V>, pen: Pen): Encodable[] {
  if (!pen.whole && map.size > MOST_ENTRIES) return [map.size]
  const wire: Encodable[] = [0]
  for (const [key, value] of map) if (pen.whole || !isLarge(key, value, shape)) wire.push(shape.toWire(key, value, pen))
  wire[0] = map.size + 1 - wire.length
  return wire
}

export function * wireToMap<V extends {}> (wire: Encodable | undefined, shape: Shape<V>, reading: Reading, holder = ''): Steps<SortedMap<V>> {
  const [apart, ...here] = wire as readonly [number, ...Wire[]]
  const entries: Entry<V>[] = []
  const beside = reading.shelf.take(holder + shape.letter, apart)
  for (const { wire: entry, writers } of [...here.map(wire => ({ wire, writers: reading.writers })), ...beside]) {
    const read = shape.fromWire(entry, { ...reading, writers }, holder)
    entries.push('next' in read ? yield * read : read)
    yield
  }
  return yield * SortedMap.building(entries)
}

/** What has to be written beside the row where `before` is stored. Undefined: nothing is, or nothing is to be. */
export function mapWrites<V extends {}> (before: SortedMap<V> | undefined, now: SortedMap<V> | undefined, shape: Shape<V>, holder = ''): Iterable<CellWrite> {
  const old = before ?? SortedMap.empty<V>()
  const map = now ?? SortedMap.empty<V>()
  return old === map || (allTogether(old, shape) && allTogether(map, shape)) ? [] : writesOf(old, map, shape, holder)
}

function * writesOf<V extends {}> (old: SortedMap<V>, map: SortedMap<V>, shape: Shape<V>, holder: string): Generator<CellWrite> {
  const wasLarge = old.size > MOST_ENTRIES
  const isLargeNow = map.size > MOST_ENTRIES
  // Where all move, what stayed the same moves too.
  for (const { key, before, after } of wasLarge === isLargeNow ? map.changesSince(old) : allOf(old, map)) {
    const was = before !== undefined && (wasLarge || isLarge(key, before, shape))
    const is = after !== undefined && (isLargeNow || isLarge(key, after, shape))
    const isInner = shape.inner !== undefined && before !== after
    if (!was && !is && !isInner) continue
    const name = cellName(holder, shape.letter, key)
    if (is && !(was && before === after)) yield { name, value: encodeCell(pen => shape.toWire(key, after, pen)) }
    else if (was && !is) yield { name, value: null }
    if (isInner) yield * shape.inner(name, before, after)
  }
}

function * allOf<V extends {}> (old: SortedMap<V>, now: SortedMap<V>): Iterable<{ key: string, before: V | undefined, after: V | undefined }> {
  for (const [key, after] of now) yield { key, before: old.get(key), after }
  for (const [key, before] of old) if (!now.has(key)) yield { key, before, after: undefined }
}

/** Few entries, none of which is large or has anything beside it. */
function allTogether<V extends {}> (map: SortedMap<V>, { weigh, inner }: Shape<V>): boolean {
  return map.size === 0 || (map.size <= MOST_ENTRIES && weigh === undefined && inner === undefined)
}

function isLarge<V extends {}> (key: string, value: V, shape: Shape<V>): boolean {
  return shape.weigh !== undefined && shape.weigh(value) + key.length > shape.most
}

/** What was found out of a map; it never changes. */
const known = new WeakMap<object, number>()

/** What of a map doesn't lie apart, where that is no more than `most`. */
export function weighMap<V extends {}> (map: SortedMap<V>, shape: Shape<V>, most: number): number {
  if (map.size === 0 || map.size > MOST_ENTRIES) return 0
  const found = known.get(map)
  if (found !== undefined) return found
  let weight = 0
  for (const [key, value] of map) {
    const entry = key.length + (shape.weigh?.(value) ?? 0)
    if (entry <= shape.most) weight += entry
    if (weight > most) break
  }
  known.set(map, weight)
  return weight
}
