import { bytesToHex } from '@dinemic/core'
import type { ObjectId, StoredUpdate } from '@dinemic/core'
import { groupBy } from '../group-by.js'
import { setKeyOf } from '../reconcile/set-key.js'

/** The body of a frame begins behind the signature, with its head, the version and the kind, a byte each. */
const HEAD_AT = 64
const LAWS = [0, 1, 2, 4, 5].map(kind => `8a01${kind.toString(16).padStart(2, '0')}`)

export interface SentUpdate extends StoredUpdate { readonly object: ObjectId }

/** First what says who may do what, then the rest, each in the order given. */
export function lawFirst<T extends Pick<StoredUpdate, 'frame'>> (updates: readonly T[]): T[] {
  return [...updates.filter(isLaw), ...updates.filter(update => !isLaw(update))]
}

/** What says who may do what; then object by object, those that changed last first, each in the order of its clocks. */
export function inOrderOfTransfer (updates: readonly SentUpdate[]): SentUpdate[] {
  const objects = [...groupBy(updates, ({ object }) => object).values()].map(own => own.sort((a, b) => setKeyOf(a) < setKeyOf(b) ? -1 : 1))
  objects.sort((a, b) => setKeyOf(a.at(-1)!) > setKeyOf(b.at(-1)!) ? -1 : 1)
  return lawFirst(objects.flat())
}

/** Every kind but a change: genesis, grant, close, remove, keys. What a later version brings is a change until it is known better. */
function isLaw ({ frame }: Pick<StoredUpdate, 'frame'>): boolean {
  return LAWS.includes(bytesToHex(frame.subarray(HEAD_AT, HEAD_AT + 3)))
}
