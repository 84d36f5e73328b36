import { admissionOf, isProposal, linkOf } from '@dinemic/core'
import type { Update } from '@dinemic/core'
import type { LiveObject } from '../live-object.js'
import { isFinal } from '../counted.js'
import { CLOSED } from './taken.js'
import type { Taken } from './taken.js'

/** Whether an update is admitted, by what is here of its object. The quotas have a say after that. */
export function standingOf (update: Update, live: LiveObject): Taken | { readonly is: 'admitted' } {
  if (live.updates.has(update.id)) return { is: 'known' }
  const end = live.row.full.removed
  // Of several final removes the least id stands, everything else is gone.
  if (end?.final === true && !(isFinal(update) && update.id < end.update)) return { is: 'gone', tombstone: end.update }
  if (isProposal(update)) return { is: 'refused', why: 'it is a proposal, which nobody stores' }
  const admission = admissionOf(update, ref => live.grantAt(ref))
  if (admission.is !== 'admitted') return admission
  if (live.verdicts.refuses(linkOf(update))) return { is: 'refused', why: CLOSED }
  return admission
}
