import type { AwaitedState } from '../state-types.js'
import type { UpdateId } from '../types.js'
import type { Operation, Update } from '../update-types.js'
import { cellsOf } from '../update/operations.js'

/**
 * Pointers to what doesn't count yet. Kept by the update that points, once: by target it would be targets times cells,
 * and a hostile writer would make a state of hundreds of times the bytes that he sends.
 */

/** The cells in which an update's values are dead before they come. */
export function deadCells (awaited: readonly AwaitedState[], update: UpdateId): ReadonlySet<string> {
  return new Set(awaited.flatMap(({ targets, cells }) => targets.includes(update) ? cells : []))
}

/** Without what waited for this update. */
export function withoutTarget (awaited: readonly AwaitedState[], target: UpdateId): readonly AwaitedState[] {
  if (!awaited.some(({ targets }) => targets.includes(target))) return awaited
  return awaited
    .map(pointers => ({ ...pointers, targets: pointers.targets.filter(id => id !== target) }))
    .filter(({ targets }) => targets.length > 0)
}

/** With the pointers of an update to what doesn't count. */
export function withPointers (awaited: readonly AwaitedState[], update: Update, operations: readonly Operation[], counts: (id: UpdateId) => boolean): readonly AwaitedState[] {
  const targets = update.supersedes.filter(id => !counts(id))
  const cells = operations.filter(isReplaceable).flatMap(cellsOf).sort()
  if (targets.length === 0 || cells.length === 0) return awaited
  return [...awaited, { update: update.id, targets, cells }].sort((a, b) => a.update < b.update ? -1 : 1)
}

/** Increments and the ends of elements are never superseded. */
function isReplaceable ({ op }: Operation): boolean {
  return op !== 'add' && op !== 'remove'
}
