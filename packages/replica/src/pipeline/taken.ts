import type { UpdateId } from '@dinemic/core'

/** What became of one update on its way in. */
export type Taken =
  | { readonly is: 'taken' } | { readonly is: 'known' }
  | { readonly is: 'waits', readonly for: UpdateId }
  | { readonly is: 'refused', readonly why: string, readonly code?: string }
  | { readonly is: 'gone', readonly tombstone: UpdateId }
  /** The node is stopping. Comparing brings it after the next start. */
  | { readonly is: 'left' }

export const LEFT: Taken = { is: 'left' }

/** Why what a close revokes is refused. It is for as long as no other close names it. */
export const CLOSED = 'its grant was closed'

export const NO_ROOM = 'the quotas of this node leave no room for it'
export const OVER_QUOTA: Taken = { is: 'refused', why: NO_ROOM, code: 'REPLICA_OVER_QUOTA' }
