import { DinemicError } from '@dinemic/core'
import type { ObjectState } from '@dinemic/core'

/** To be thrown where somebody who isn't the owner has nothing to encrypt with. */
export function epochPending (object: string, state: Pick<ObjectState, 'epochs'> | undefined): DinemicError {
  const why = state?.epochs.size === 0
    ? 'has no key to encrypt with, because nothing of it is encrypted. Its owner gives it one with the first field that the owner\'s class encrypts'
    : 'has no key to encrypt with at the moment: its owner\'s node makes one as soon as it is there'
  return new DinemicError('ORM_EPOCH_PENDING', `${object} ${why}. Try again then.`, { details: { object } })
}
