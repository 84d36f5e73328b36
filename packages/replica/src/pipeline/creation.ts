import { LIMITS } from '@dinemic/core'
import type { Update, UpdateId } from '@dinemic/core'
import { OPERATION_BYTES } from '../author/split.js'

/** Of a creation that goes on for longer, the rest counts as later changes: each update is asked for the way back. */
const LONGEST = 256

/**
 * Whether a change belongs to the creation of its object. First values that don't fit into the genesis follow in changes
 * that were signed with it: their clocks are neighbours, and no two of them would have fitted into one.
 */
export function continuesCreation (change: Update, known: ReadonlyMap<UpdateId, Update>): boolean {
  if (change.author !== null || change.seq > LONGEST) return false
  let update = change
  while (update.kind === 'change') {
    const before = known.get(update.prev ?? '')
    if (before === undefined || update.clock !== before.clock + 1n || fitTogether(before, update)) return false
    update = before
  }
  return update.kind === 'genesis'
}

function fitTogether (before: Update, update: Update): boolean {
  const operations = 'operations' in before.body ? before.body.operations.length : 0
  return operations < LIMITS.operations && before.frame.length + update.frame.length <= OPERATION_BYTES
}
