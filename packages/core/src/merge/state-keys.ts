import { bytesToHex } from '../bytes.js'
import type { EpochState } from '../state-types.js'
import type { UpdateId } from '../types.js'
import type { Wrap } from '../update-types.js'

/** Nobody is kept from repeating the epoch of another update. */
export const epochKey = ({ id, update }: Pick<EpochState, 'id' | 'update'>): string => id + update

/** Wraps that say the same are one. */
export const wrapKey = ({ epoch, subject, boxed }: Wrap): string => `${epoch} ${subject} ${bytesToHex(boxed)}`

/** Ids are of one length, so no other proposal's key begins like this. */
export const endorsementKey = (proposal: UpdateId, field: string): string => proposal + field
