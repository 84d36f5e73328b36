import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decode } from '../../src/codec/decode.js'
import { encode } from '../../src/codec/encode.js'
import { formatId, parseId } from '../../src/ids.js'
import { nativeProvider as provider } from '../../src/keys/native.js'
import { idPart, kdf } from '../../src/seal/kdf.js'
import { openValue, sealValue } from '../../src/seal/value.js'
import type { Place } from '../../src/seal/value.js'
import { Sealed } from '../../src/update-types.js'
import { anyValue } from '../codec/arbitrary.js'
import { counter, epoch, newEpoch, newSeed, object, reader, seed } from './world.js'

const place: Place = { object, field: 'salary', slot: 'register' }
const corrupt = expect.objectContaining({ code: 'ORM_FIELD_CORRUPT' })
const company = formatId('Company', parseId(object).key)

const places: Place[] = [
  place,
  { ...place, object: reader },
  { ...place, object: company },
  { ...place, field: 'age' },
  { object, field: 'salary', slot: 'dict', element: 'a' },
  { object, field: 'salary', slot: 'dict', element: 'b' },
  { object, field: 'salary', slot: 'dict', element: '' },
  { object, field: 'salary', slot: 'list', element: 'a' }
]

describe.each([['by a reader', seed], ['by a writer who may not read', undefined]])('a value sealed %s', (_, writerSeed) => {
  const seal = (at: Place, value: Parameters<typeof encode>[0] = 1234, random = counter()) =>
    sealValue(provider, { epoch, seed: writerSeed, place: at, value: value as number, random })

  test('opens with the seed of its epoch', () => {
    fc.assert(fc.property(anyValue, value => {
      const sealed = seal(place, value)
      expect(openValue(provider, seed, place, sealed)).toEqual(value)
      expect(sealed.ephemeral === null).toBe(writerSeed !== undefined)
    }), { numRuns: 30 })
  })

  test('survives the wire', () => {
    const sealed = decode(encode(seal(place)), { sealed: 'any' }) as Sealed
    expect(openValue(provider, seed, place, sealed)).toBe(1234)
  })

  test('opens nowhere but in its place', () => {
    for (const at of places) {
      const sealed = seal(at)
      for (const other of places) {
        if (other === at) continue
        expect(() => openValue(provider, seed, other, sealed)).toThrow(corrupt)
      }
    }
  })

  test('opens with no other seed, and not when damaged', () => {
    const sealed = seal(place)
    expect(() => openValue(provider, newSeed, place, sealed)).toThrow(corrupt)
    expect(() => openValue(provider, seed, place, new Sealed({ ...sealed, boxed: sealed.boxed.map(byte => byte ^ 1) }))).toThrow(corrupt)
    expect(() => openValue(provider, seed, place, new Sealed({ ...sealed, nonce: new Uint8Array(24).fill(9) }))).toThrow(corrupt)
    expect(() => openValue(provider, seed, place, new Sealed({ ...sealed, ephemeral: new Uint8Array(32) }))).toThrow(corrupt)
  })

  test('takes nonce and ephemeral key from the source of randomness, anew each time', () => {
    const random = counter()
    expect(seal(place, 1, random).boxed).not.toEqual(seal(place, 1, random).boxed)
  })
})

test('what was sealed to an epoch by its id is bound to that id', () => {
  const sealed = sealValue(provider, { epoch, place, value: 'x', random: counter() })
  expect(() => openValue(provider, seed, place, new Sealed({ ...sealed, epoch: newEpoch }))).toThrow(corrupt)
})

test('nothing is sealed to a weak epoch', () => {
  expect(() => sealValue(provider, { epoch: '00'.repeat(32), place, value: 'x', random: counter() })).toThrow(expect.objectContaining({ code: 'CORE_BAD_KEY' }))
})

test('what opens and is no value is corrupt, and the error keeps what was inside to itself', () => {
  const nonce = new Uint8Array(24)
  const key = kdf(provider, seed, 'value', [idPart(object), 'salary', 0, null])
  for (const inside of [new Uint8Array([0x18, 0x07]), encode(new Sealed({ epoch, nonce, boxed: new Uint8Array(16) })), new Uint8Array(0)]) {
    const sealed = new Sealed({ epoch, nonce, boxed: provider.box(key, nonce, inside) })
    const error = errorOf(() => openValue(provider, seed, place, sealed))
    expect(error).toMatchObject({ code: 'ORM_FIELD_CORRUPT', details: { object, field: 'salary' } })
    expect(error).toHaveProperty('message', expect.stringMatching(/^Person\.salary of Person:\w+ opens, but/))
    expect(error).not.toHaveProperty('cause')
  }
})

function errorOf (use: () => unknown): unknown {
  try {
    use()
  } catch (error) {
    return error
  }
  throw new Error('it did not throw')
}
