import { hexToBytes } from '../bytes.js'
import { decode } from '../codec/decode.js'
import { encode } from '../codec/encode.js'
import type { Encodable } from '../codec/format.js'
import { DinemicError } from '../errors.js'
import { parseId } from '../ids.js'
import type { CryptoProvider } from '../keys/provider.js'
import type { Platform } from '../ports/platform.js'
import type { ObjectId, Value } from '../types.js'
import { Sealed } from '../update-types.js'
import { epochSecret } from './epoch.js'
import { idPart, kdf } from './kdf.js'

/** Where a value stands; a ciphertext opens nowhere else. `element`: the key in a dict, the element's id in a list. */
export type Place =
  | { readonly object: ObjectId, readonly field: string, readonly slot: 'register' }
  | { readonly object: ObjectId, readonly field: string, readonly slot: 'dict' | 'list', readonly element: string }

export interface SealValue {
  readonly epoch: string
  /** The epoch's seed; left out by a writer who may not read, who then seals to the epoch's id. */
  readonly seed?: Uint8Array | undefined
  readonly place: Place
  readonly value: Value
  readonly random: Platform['random']
}

const SLOTS = { register: 0, dict: 1, list: 2 } as const

export function sealValue (provider: CryptoProvider, { epoch, seed, place, value, random }: SealValue): Sealed {
  const plaintext = encode(value)
  const nonce = random(24)
  if (seed !== undefined) {
    return new Sealed({ epoch, nonce, boxed: provider.box(valueKey(provider, seed, place), nonce, plaintext) })
  }
  const secret = random(32)
  const ephemeral = provider.exchangeKey(secret)
  const shared = provider.sharedSecret(secret, hexToBytes(epoch))
  if (shared === undefined) {
    throw new DinemicError('CORE_BAD_KEY', `The epoch ${epoch} of ${place.object} is a weak key, so ${nameOf(place)} can't be sealed to it. Its owner must start a new epoch.`)
  }
  const boxed = provider.box(sealedToKey(provider, shared, place, { epoch, ephemeral }), nonce, plaintext)
  return new Sealed({ epoch, nonce, boxed, ephemeral })
}

/**
 * The value in a `Sealed`, given the seed of its epoch. Throws `ORM_FIELD_CORRUPT` where it doesn't open or what is
 * inside isn't a value; the error tells nothing of what is inside (R13).
 */
export function openValue (provider: CryptoProvider, seed: Uint8Array, place: Place, sealed: Sealed): Value {
  const key = keyToOpen(provider, seed, place, sealed)
  const plaintext = key && provider.unbox(key, sealed.nonce, sealed.boxed)
  if (plaintext === undefined) throw corrupt(place, 'does not open with the key of its epoch: it was damaged, or sealed for another place')
  try {
    // Without the option `sealed` nothing but a Value comes out.
    return decode(plaintext) as Value
  } catch {
    throw corrupt(place, 'opens, but what is inside is not a value') // no cause: its text would speak of plaintext
  }
}

function keyToOpen (provider: CryptoProvider, seed: Uint8Array, place: Place, { epoch, ephemeral }: Sealed): Uint8Array | undefined {
  if (ephemeral === null) return valueKey(provider, seed, place)
  const shared = provider.sharedSecret(epochSecret(provider, seed), ephemeral)
  return shared && sealedToKey(provider, shared, place, { epoch, ephemeral })
}

function valueKey (provider: CryptoProvider, seed: Uint8Array, place: Place): Uint8Array {
  return kdf(provider, seed, 'value', placeParts(place))
}

function sealedToKey (provider: CryptoProvider, shared: Uint8Array, place: Place, to: { epoch: string, ephemeral: Uint8Array }): Uint8Array {
  return kdf(provider, shared, 'sealed-to', [...placeParts(place), hexToBytes(to.epoch), to.ephemeral])
}

function placeParts (place: Place): Encodable[] {
  const element = place.slot === 'register' ? null : place.element
  return [idPart(place.object), place.field, SLOTS[place.slot], element]
}

function nameOf (place: Place): string {
  return `${parseId(place.object).model}.${place.field}`
}

function corrupt (place: Place, problem: string): DinemicError {
  return new DinemicError('ORM_FIELD_CORRUPT', `${nameOf(place)} of ${place.object} ${problem}. The other fields are sound; write this one again to mend it.`,
    { details: { object: place.object, field: place.field } })
}
