import { DinemicError, Sealed, epochOfBytes, openBytes, openValue, parseId, sealBytes, seedsOf, usableEpoch } from '@dinemic/core'
import type { CryptoProvider, KeyHolder, ObjectState, Place, Platform, Value, WireValue } from '@dinemic/core'
import type { Reader } from './engine.js'
import type { OpenedValues } from './opened-values.js'

export interface ReaderParts { readonly provider: CryptoProvider, readonly platform: Platform, readonly opened: OpenedValues }

/** Opens what the holders' keys open of one object. Seeds are derived when the first sealed value asks. */
export class KeyedReader implements Reader {
  readonly #parts: ReaderParts
  readonly #state: ObjectState
  readonly #holders: readonly KeyHolder[]
  #known: ReadonlyMap<string, Uint8Array> | undefined

  constructor (parts: ReaderParts, state: ObjectState, holders: readonly KeyHolder[]) {
    this.#parts = parts
    this.#state = state
    this.#holders = holders
  }

  sealed (value: Sealed): boolean {
    return !this.#seeds.has(value.epoch)
  }

  open ({ field, slot, element }: Parameters<Reader['open']>[0], value: WireValue): Value {
    if (!(value instanceof Sealed)) return value
    const object = this.#state.id
    const seed = this.#seeds.get(value.epoch)
    if (seed === undefined) throw sealedField(object, field)
    const place: Place = slot === 'register' ? { object, field, slot } : { object, field, slot, element: element ?? '' }
    return this.#parts.opened.get(value, place, () => openValue(this.#parts.provider, seed, place, value))
  }

  sealBytes (bytes: Uint8Array): Uint8Array {
    const usable = usableEpoch(this.#state)
    const seed = usable === undefined ? undefined : this.#seeds.get(usable.id)
    if (usable === undefined || seed === undefined) throw sealedField(this.#state.id, '$.seal')
    return sealBytes(this.#parts.provider, { epoch: usable.id, seed, object: this.#state.id, bytes, random: length => this.#parts.platform.random(length) })
  }

  openBytes (bytes: Uint8Array): Uint8Array {
    const seed = this.#seeds.get(epochOfBytes(bytes) ?? '')
    if (seed === undefined) throw sealedField(this.#state.id, '$.unseal')
    return openBytes(this.#parts.provider, seed, this.#state.id, bytes)
  }

  get #seeds (): ReadonlyMap<string, Uint8Array> {
    this.#known ??= new Map(this.#holders.flatMap(holder => [...seedsOf(this.#parts.provider, this.#state, holder)]))
    return this.#known
  }
}

function sealedField (object: string, field: string): DinemicError {
  const { model } = parseId(object)
  return new DinemicError('ORM_FIELD_SEALED', `${model}.${field} of ${object} is encrypted and no key for it is here. Open it { as: … } an object that its owner has authorised to read.`, { details: { object, field } })
}
