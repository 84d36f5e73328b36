import { expect, test } from '@jest/globals'
import { utf8 } from '../../src/bytes.js'
import { nativeProvider as provider } from '../../src/keys/native.js'
import { epochOfBytes, openBytes, sealBytes } from '../../src/seal/sealed-bytes.js'
import { counter, epoch, newSeed, object, reader, seed } from './world.js'

const sealed = sealBytes(provider, { epoch, seed, object, bytes: utf8('a photograph'), random: counter() })
const corrupt = expect.objectContaining({ code: 'ORM_FIELD_CORRUPT' })

test('sealed bytes name their epoch and open with its seed', () => {
  expect(sealed.length).toBe(32 + 24 + 16 + 12)
  expect(epochOfBytes(sealed)).toBe(epoch)
  expect(openBytes(provider, seed, object, sealed)).toEqual(utf8('a photograph'))
})

test('no bytes at all can be sealed', () => {
  const empty = sealBytes(provider, { epoch, seed, object, bytes: new Uint8Array(0), random: counter() })
  expect(openBytes(provider, seed, object, empty)).toEqual(new Uint8Array(0))
})

test('they open for no other object or seed, and neither damaged nor cut', () => {
  expect(() => openBytes(provider, seed, reader, sealed)).toThrow(corrupt)
  expect(() => openBytes(provider, newSeed, object, sealed)).toThrow(corrupt)
  expect(() => openBytes(provider, seed, object, sealed.map((byte, i) => i === 60 ? byte ^ 1 : byte))).toThrow(corrupt)
  for (let length = 0; length < sealed.length; length++) expect(() => openBytes(provider, seed, object, sealed.subarray(0, length))).toThrow(corrupt)
  expect(epochOfBytes(sealed.subarray(0, 71))).toBeUndefined()
})
