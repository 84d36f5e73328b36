import { SortedMap } from '../sorted-map.js'
import type { AwaitedState } from '../state-types.js'
import type { UpdateId } from '../types.js'
import type { Operation, Update } from '../update-types.js'
import { cellsOf } from '../update/operations.js'

/**
 * Pointers to what doesn't count yet: a pointer each, and the cells of each that points once. By target and cell it would
 * be targets times cells, and a hostile writer would make a state of hundreds of times the bytes that he sends.
 */

export const NOTHING_AWAITED: AwaitedState = { pointers: SortedMap.empty(), cells: SortedMap.empty(), counts: SortedMap.empty() }

/** Of the cells that an update's operations write those in which its values are dead before they come. */
export function deadCells (awaited: AwaitedState, update: UpdateId, operations: readonly Operation[]): ReadonlySet<string> {
  const dead = new Set<string>()
  const writers = writersTo(awaited, update)
  if (writers.length === 0) return dead
  const written = new Set(operations.flatMap(cellsOf))
  for (const writer of writers) {
    for (const cell of awaited.cells.get(writer)!) if (written.has(cell)) dead.add(cell)
    if (dead.size === written.size) break
  }
  return dead
}

/** Without what waited for this update. */
export function withoutTarget (awaited: AwaitedState, target: UpdateId): AwaitedState {
  let { pointers, cells, counts } = awaited
  for (const writer of writersTo(awaited, target)) {
    pointers = pointers.delete(target + writer)
    const left = counts.get(writer)! - 1
    counts = left === 0 ? counts.delete(writer) : counts.set(writer, left)
    if (left === 0) cells = cells.delete(writer)
  }
  return pointers === awaited.pointers ? awaited : { pointers, cells, counts }
}

/** With the pointers of an update to what doesn't count. */
export function withPointers (awaited: AwaitedState, update: Update, operations: readonly Operation[], counts: (id: UpdateId) => boolean): AwaitedState {
  const targets = new Set(update.supersedes.filter(id => !counts(id)))
  const cells = targets.size === 0 ? [] : operations.filter(isReplaceable).flatMap(cellsOf).sort()
  if (cells.length === 0) return awaited
  let { pointers } = awaited
  for (const target of targets) pointers = pointers.set(target + update.id, true)
  return { pointers, cells: awaited.cells.set(update.id, cells), counts: awaited.counts.set(update.id, targets.size) }
}

/** How many pointers each writer has. */
export function countsOf (pointers: SortedMap<true>): SortedMap<number> {
  const counts = new Map<UpdateId, number>()
  for (const key of pointers.keys()) counts.set(writerIn(key), (counts.get(writerIn(key)) ?? 0) + 1)
  return SortedMap.from(counts)
}

function writersTo ({ pointers }: AwaitedState, target: UpdateId): UpdateId[] {
  const writers: UpdateId[] = []
  for (const [key] of pointers.entries(pointers.rank(target))) {
    if (!key.startsWith(target)) break
    writers.push(writerIn(key))
  }
  return writers
}

/** Both ids are equally long. */
const writerIn = (key: string): UpdateId => key.slice(key.length / 2)

/** Increments and the ends of elements are never superseded. */
function isReplaceable ({ op }: Operation): boolean {
  return op !== 'add' && op !== 'remove'
}
