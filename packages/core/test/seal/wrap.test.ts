import { describe, expect, test } from '@jest/globals'
import { concatBytes, hexToBytes, utf8 } from '../../src/bytes.js'
import { formatId, parseId } from '../../src/ids.js'
import { nativeProvider as provider } from '../../src/keys/native.js'
import { epochSeed } from '../../src/seal/epoch.js'
import { kdf } from '../../src/seal/kdf.js'
import { openSeed, sealSeed, unwrapSeed, wrapSeed } from '../../src/seal/wrap.js'
import { littleEndian } from '../keys/mutations.js'
import { epoch, newEpoch, newSeed, object, ownerSeed, reader, readerSeed, seed, stranger, strangerSeed } from './world.js'

describe('derived keys', () => {
  test('are HKDF over purpose, a zero byte and the parts as CBOR', () => {
    const info = concatBytes(utf8('dinemic/test'), hexToBytes('00' + '8283' + '6141' + '05' + 'f6' + '4101'))
    expect(kdf(provider, ownerSeed, 'test', [['A', 5, null], new Uint8Array([1])])).toEqual(provider.hkdf(ownerSeed, info, 32))
  })

  test('the seed of an epoch depends on owner, object, model and nonce', () => {
    const sameKey = formatId('Company', parseId(object).key)
    const seeds = [
      seed, newSeed,
      epochSeed(provider, readerSeed, object, new Uint8Array(16).fill(4)),
      epochSeed(provider, ownerSeed, reader, new Uint8Array(16).fill(4)),
      epochSeed(provider, ownerSeed, sameKey, new Uint8Array(16).fill(4))
    ]
    expect(new Set(seeds.map(String)).size).toBe(seeds.length)
    expect(() => epochSeed(provider, ownerSeed, object, new Uint8Array(15))).toThrow(expect.objectContaining({ code: 'CORE_BAD_KEY' }))
  })
})

describe('a wrapped seed', () => {
  const boxed = wrapSeed(provider, { ownerSeed, object, reader, epoch, seed })

  test('is for its reader', () => {
    expect(boxed.length).toBe(48)
    expect(unwrapSeed(provider, { readerSeed, reader, object, epoch, boxed })).toEqual(seed)
    expect(unwrapSeed(provider, { readerSeed: strangerSeed, reader: stranger, object, epoch, boxed })).toBeUndefined()
    expect(unwrapSeed(provider, { readerSeed: strangerSeed, reader, object, epoch, boxed })).toBeUndefined()
  })

  test('opens for no other object, reader name, model or epoch, and not when damaged', () => {
    const right = { readerSeed, reader, object, epoch, boxed }
    const company = formatId('Company', parseId(object).key)
    const otherName = formatId('Node', parseId(reader).key)
    for (const wrong of [{ object: stranger }, { object: company }, { reader: otherName }, { epoch: newEpoch }, { boxed: boxed.map(byte => byte ^ 1) }, { boxed: new Uint8Array(5) }]) {
      expect(unwrapSeed(provider, { ...right, ...wrong })).toBeUndefined()
    }
  })

  test('that is not the seed of the epoch it names is refused', () => {
    const lie = wrapSeed(provider, { ownerSeed, object, reader, epoch, seed: newSeed })
    expect(unwrapSeed(provider, { readerSeed, reader, object, epoch, boxed: lie })).toBeUndefined()
    const short = wrapSeed(provider, { ownerSeed, object, reader, epoch, seed: seed.subarray(1) })
    expect(unwrapSeed(provider, { readerSeed, reader, object, epoch, boxed: short })).toBeUndefined()
  })

  test('is not made for a key that is off the curve', () => {
    const nobody = formatId('Person', littleEndian(2n))
    expect(() => wrapSeed(provider, { ownerSeed, object, reader: nobody, epoch, seed })).toThrow(expect.objectContaining({ code: 'CORE_BAD_ID' }))
    expect(unwrapSeed(provider, { readerSeed, reader, object: nobody, epoch, boxed })).toBeUndefined()
  })
})

describe('the seed of a replaced epoch', () => {
  const boxed = sealSeed(provider, { newSeed, object, epoch, seed })

  test('opens with the new one, never the reverse', () => {
    expect(boxed.length).toBe(48)
    expect(openSeed(provider, { newSeed, object, epoch, boxed })).toEqual(seed)
    expect(openSeed(provider, { newSeed: seed, object, epoch, boxed })).toBeUndefined()
  })

  test('is bound to object and epoch', () => {
    expect(openSeed(provider, { newSeed, object: reader, epoch, boxed })).toBeUndefined()
    expect(openSeed(provider, { newSeed, object, epoch: newEpoch, boxed })).toBeUndefined()
    const lie = sealSeed(provider, { newSeed, object, epoch, seed: newSeed })
    expect(openSeed(provider, { newSeed, object, epoch, boxed: lie })).toBeUndefined()
  })
})
