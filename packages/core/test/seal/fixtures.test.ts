import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { bytesToHex, hexToBytes } from '../../src/bytes.js'
import { encode } from '../../src/codec/encode.js'
import { nativeProvider } from '../../src/keys/native.js'
import { portableProvider } from '../../src/keys/portable.js'
import { epochId, epochSeed } from '../../src/seal/epoch.js'
import { openBytes, sealBytes } from '../../src/seal/sealed-bytes.js'
import { openValue, sealValue } from '../../src/seal/value.js'
import { openSeed, sealSeed, unwrapSeed, wrapSeed } from '../../src/seal/wrap.js'
import { counter, newSeed, nonce, object, ownerSeed, reader, readerSeed, seed } from './world.js'

// What these bytes say is on disks and in other hands: a change here breaks everybody's data.
const fixture = JSON.parse(readFileSync(new URL('../fixtures/seal.json', import.meta.url), 'utf8')) as Record<string, string>
const bytes = (name: string) => hexToBytes(fixture[name]!)

describe.each([nativeProvider, portableProvider])('sealed by fixed keys, $name', provider => {
  const epoch = fixture.epoch!

  test('ids and epochs', () => {
    expect({ object, reader }).toEqual({ object: fixture.object, reader: fixture.reader })
    expect(bytesToHex(epochSeed(provider, ownerSeed, object, nonce))).toBe(fixture.epochSeed)
    expect(epochId(provider, seed)).toBe(epoch)
  })

  test('wraps', () => {
    expect(bytesToHex(wrapSeed(provider, { ownerSeed, object, reader, epoch, seed }))).toBe(fixture.wrap)
    expect(unwrapSeed(provider, { readerSeed, reader, object, epoch, boxed: bytes('wrap') })).toEqual(seed)
    expect(bytesToHex(sealSeed(provider, { newSeed, object, epoch, seed }))).toBe(fixture.replaced)
    expect(openSeed(provider, { newSeed, object, epoch, boxed: bytes('replaced') })).toEqual(seed)
  })

  test('values', () => {
    const salary = { object, field: 'salary', slot: 'register' } as const
    const phone = { object, field: 'phones', slot: 'dict', element: 'home' } as const
    const byReader = sealValue(provider, { epoch, seed, place: salary, value: 1234, random: counter() })
    const byWriter = sealValue(provider, { epoch, place: phone, value: '+48 1', random: counter() })
    expect(bytesToHex(encode(byReader))).toBe(fixture.value)
    expect(bytesToHex(encode(byWriter))).toBe(fixture.valueSealedToEpoch)
    expect(openValue(provider, seed, salary, byReader)).toBe(1234)
    expect(openValue(provider, seed, phone, byWriter)).toBe('+48 1')
  })

  test('bytes', () => {
    const plain = new Uint8Array([1, 2, 3])
    expect(bytesToHex(sealBytes(provider, { epoch, seed, object, bytes: plain, random: counter() }))).toBe(fixture.bytes)
    expect(openBytes(provider, seed, object, bytes('bytes'))).toEqual(plain)
  })
})
