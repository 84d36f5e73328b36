import { describe, expect, test } from '@jest/globals'
import { decode as cborgDecode } from 'cborg'
import fc from 'fast-check'
import { bytesToHex, hexToBytes } from '../../src/bytes.js'
import { decode } from '../../src/codec/decode.js'
import { encode } from '../../src/codec/encode.js'
import { equalValues } from '../../src/codec/equal-values.js'
import type { Encodable } from '../../src/codec/format.js'
import { Sealed } from '../../src/update-types.js'
import { anyEncodable, anyValue } from './arbitrary.js'

const sealed = new Sealed({ epoch: '01'.repeat(32), nonce: new Uint8Array(24).fill(2), boxed: new Uint8Array(16).fill(3) })
const sealedHex = 'd9d1e183' + '5820' + '01'.repeat(32) + '5818' + '02'.repeat(24) + '50' + '03'.repeat(16)

describe('encode and decode', () => {
  test.each<[string, Encodable, string]>([
    ['null', null, 'f6'],
    ['false', false, 'f4'],
    ['true', true, 'f5'],
    ['0', 0, '00'],
    ['23', 23, '17'],
    ['24', 24, '1818'],
    ['256', 256, '190100'],
    ['65536', 65536, '1a00010000'],
    ['2^32', 2 ** 32, '1b0000000100000000'],
    ['2^53 − 1', Number.MAX_SAFE_INTEGER, '1b001fffffffffffff'],
    ['−1', -1, '20'],
    ['1 − 2^53', Number.MIN_SAFE_INTEGER, '3b001ffffffffffffe'],
    ['2^53', 2 ** 53, 'fb4340000000000000'],
    ['1.5, never a half', 1.5, 'fb3ff8000000000000'],
    ['a subnormal', 5e-324, 'fb0000000000000001'],
    ['0n', 0n, 'c240'],
    ['255n', 255n, 'c241ff'],
    ['256n', 256n, 'c2420100'],
    ['−1n', -1n, 'c340'],
    ['−257n', -257n, 'c3420100'],
    ['the largest bigint', 2n ** 512n - 1n, 'c25840' + 'ff'.repeat(64)],
    ['the least bigint', -(2n ** 512n), 'c35840' + 'ff'.repeat(64)],
    ['text', 'ü€', '65c3bce282ac'],
    ['a byte order mark', '\uFEFFa', '64efbbbf61'],
    ['24 characters', 'abcdefghijklmnopqrstuvwx', '7818' + '6162636465666768696a6b6c6d6e6f707172737475767778'],
    ['bytes', new Uint8Array([1, 2]), '420102'],
    ['a date', new Date(1700000000000), 'd9d1e01b0000018bcfe56800'],
    ['a date before 1970', new Date(-1), 'd9d1e020'],
    ['the last date', new Date(8.64e15), 'd9d1e01b001eb208c2dc0000'],
    ['an array', [1, [2]], '82018102'],
    ['shorter keys first, then by bytes', { b: 1, aa: 2, a: 3, '\uFFFF': 4, '\u{10000}': 5, ab: 6 }, 'a6' + '616103' + '616201' + '62616102' + '62616206' + '63efbfbf04' + '64f090808005'],
    ['sealed', sealed, sealedHex],
    ['sealed by one who cannot read', new Sealed({ ...sealed, ephemeral: new Uint8Array(32).fill(4) }), sealedHex.replace('e183', 'e184') + '5820' + '04'.repeat(32)]
  ])('%s', (_, value, hex) => {
    expect(bytesToHex(encode(value))).toBe(hex)
    expect(decode(hexToBytes(hex), { sealed: 'any' })).toEqual(value)
  })

  test('−0 becomes 0', () => {
    expect(Object.is(decode(encode([-0])), [-0])).toBe(false)
    expect(decode(encode(-0))).toBe(0)
  })

  test('a Buffer is bytes, and what is decoded is a copy', () => {
    expect(decode(encode(Buffer.from([1, 2])))).toEqual(new Uint8Array([1, 2]))
    const frame = Buffer.from('420102', 'hex')
    const bytes = decode(frame)
    frame.fill(0)
    expect(bytes).toEqual(new Uint8Array([1, 2]))
  })

  test('decode(encode(v)) equals v', () => {
    fc.assert(fc.property(anyEncodable, value => expect(decode(encode(value), { sealed: 'any' })).toEqual(value)), { numRuns: 500 })
  })

  test('equal values have equal encodings, others have others', () => {
    fc.assert(fc.property(anyValue, anyValue, (a, b) => equalValues(a, b) === (bytesToHex(encode(a)) === bytesToHex(encode(b)))), { numRuns: 500 })
  })

  test('what is encoded is ordinary CBOR to others', () => {
    const tags = {
      2: (content: () => unknown) => BigInt('0x0' + bytesToHex(content() as Uint8Array)),
      3: (content: () => unknown) => -1n - BigInt('0x0' + bytesToHex(content() as Uint8Array)),
      53728: (content: () => unknown) => new Date(content() as number)
    }
    fc.assert(fc.property(anyValue, value => expect(cborgDecode(encode(value), { strict: true, tags })).toEqual(value)), { numRuns: 300 })
  })

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['NaN', NaN],
    ['infinity', -Infinity],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['an invalid date', new Date(NaN)],
    ['a bigint of 65 bytes', 2n ** 512n],
    ['a lone surrogate', 'a\uD800'],
    ['a lone surrogate as a key', { '\uDC00': 1 }],
    ['the key __proto__', JSON.parse('{"__proto__":1}')],
    ['a hole', [1, , 2]], // eslint-disable-line no-sparse-arrays
    ['17 arrays', JSON.parse('['.repeat(17) + ']'.repeat(17))],
    ['a short nonce', new Sealed({ ...sealed, nonce: new Uint8Array(23) })]
  ])('%s has no encoding, wherever it stands', (_, value) => {
    for (const bad of [value, [value], { a: value }]) {
      expect(() => encode(bad as Encodable)).toThrow(expect.objectContaining({ code: 'CORE_BAD_ENCODING' }))
    }
    expect(bytesToHex(encode([1]))).toBe('8101')
  })

  test('depth is the caller’s to choose', () => {
    const nested = JSON.parse('['.repeat(17) + ']'.repeat(17))
    expect(decode(encode(nested, { maxDepth: 17 }), { maxDepth: 17 })).toEqual(nested)
    expect(() => decode(encode(nested, { maxDepth: 17 }))).toThrow(expect.objectContaining({ code: 'CORE_BAD_ENCODING' }))
  })

  test('a getter may encode, and an error leaves nothing behind', () => {
    const object = { get a () { return encode([1, 2, 3]) }, b: 'after' }
    expect(decode(encode(object))).toEqual({ a: new Uint8Array([0x83, 1, 2, 3]), b: 'after' })
    expect(() => encode(['x', NaN])).toThrow(expect.objectContaining({ code: 'CORE_BAD_ENCODING' }))
    expect(bytesToHex(encode([[1]]))).toBe('818101')
  })

  test('large values grow the buffer, and small ones after them are right', () => {
    const large = Array.from({ length: 5000 }, (_, i) => `item ${i} with some length to it`)
    expect(decode(encode(large))).toEqual(large)
    expect(bytesToHex(encode('a'))).toBe('6161')
  })
})
