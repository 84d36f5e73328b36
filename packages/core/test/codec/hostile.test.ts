import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { bytesToHex, hexToBytes } from '../../src/bytes.js'
import { decode } from '../../src/codec/decode.js'
import { encode } from '../../src/codec/encode.js'
import { isDinemicError } from '../../src/errors.js'
import { Sealed } from '../../src/update-types.js'
import { anyEncodable } from './arbitrary.js'

const refused = expect.objectContaining({ name: 'DinemicError', code: 'CORE_BAD_ENCODING' })
const sealed = new Sealed({ epoch: '01'.repeat(32), nonce: new Uint8Array(24), boxed: new Uint8Array(16) })
const sealedHex = bytesToHex(encode(sealed))

describe('decode refuses', () => {
  test.each([
    ['nothing', ''],
    ['an item cut short', '1901'],
    ['a string cut short', '6261'],
    ['an array cut short', '8201'],
    ['trailing bytes', '0000'],
    ['a byte for an integer below 24', '1817'],
    ['two bytes for 255', '1900ff'],
    ['four bytes for 65535', '1a0000ffff'],
    ['eight bytes for 2^32 − 1', '1b00000000ffffffff'],
    ['a long head of a string', '780161'],
    ['a long head of an array', '980101'],
    ['a long tag', 'd802' + '41ff'],
    ['2^53', '1b0020000000000000'],
    ['−2^53', '3b001fffffffffffff'],
    ['2^64 − 1', '1bffffffffffffffff'],
    ['a half float', 'f93e00'],
    ['a single float', 'fa3fc00000'],
    ['an integer as a float', 'fb3ff0000000000000'],
    ['−0', 'fb8000000000000000'],
    ['NaN', 'fb7ff8000000000000'],
    ['infinity', 'fbfff0000000000000'],
    ['undefined', 'f7'],
    ['a simple value', 'e0'],
    ['a simple value in two bytes', 'f8ff'],
    ['a break', 'ff'],
    ['reserved lengths', '1c'],
    ['an indefinite string', '7f6161ff'],
    ['indefinite bytes', '5f4101ff'],
    ['an indefinite array', '9f01ff'],
    ['an indefinite map', 'bf616101ff'],
    ['an overlong character', '62c080'],
    ['a surrogate', '63eda080'],
    ['a stray continuation', '6180'],
    ['an integer as a key', 'a10101'],
    ['bytes as a key', 'a1416101'],
    ['keys out of order', 'a2616201616101'],
    ['a longer key first', 'a262616101616201'],
    ['a key twice', 'a2616101616102'],
    ['__proto__', 'a1695f5f70726f746f5f5f01'],
    ['a bigint with a leading zero', 'c24100'],
    ['a bigint of 65 bytes', 'c25841' + 'ff'.repeat(65)],
    ['a bigint that is text', 'c26161'],
    ['another tag', 'c11a00000000'],
    ['a tag in a tag', 'd9d1e0d9d1e000'],
    ['a date that is a float', 'd9d1e0fb3ff8000000000000'],
    ['a date out of range', 'd9d1e01b001eb208c2dc0001'],
    ['a sealed value where none may be', sealedHex],
    ['17 arrays', '81'.repeat(16) + '80'],
    ['17 maps', 'a16161'.repeat(16) + 'a0'],
    ['more items than bytes', '830101'],
    ['more pairs than bytes', 'a2616101'],
    ['2^32 items', '9b000000010000000000'],
    ['2^53 − 1 bytes', '5b001fffffffffffff00']
  ])('%s', (_, hex) => {
    expect(() => decode(hexToBytes(hex))).toThrow(refused)
  })

  test.each([
    ['two parts', sealedHex.replace('e183', 'e182')],
    ['five parts', sealedHex.replace('e183', 'e185')],
    ['a map', sealedHex.replace('e183', 'e1a3')],
    ['a short epoch', sealedHex.replace('5820' + '01', '581f')],
    ['a short box', sealedHex.replace('50' + '00'.repeat(16), '4f' + '00'.repeat(15))],
    ['a short ephemeral key', sealedHex.replace('e183', 'e184') + '581f' + '00'.repeat(31)]
  ])('a sealed value with %s', (_, hex) => {
    expect(hex).not.toBe(sealedHex)
    expect(() => decode(hexToBytes(hex), { sealed: 'any' })).toThrow(refused)
  })

  test('a sealed value at any other depth than the one named, and inside maps', () => {
    expect(decode(encode([[sealed]]), { sealed: 2 })).toEqual([[sealed]])
    for (const [value, at] of [[[sealed], 2], [[[sealed]], 1], [[[[sealed]]], 2], [[{ a: sealed }], 2], [sealed, 1]] as const) {
      expect(() => decode(encode(value), { sealed: at })).toThrow(refused)
    }
    expect(decode(encode([{ a: sealed }, [sealed]]), { sealed: 'any' })).toEqual([{ a: sealed }, [sealed]])
  })

  test('a map inside does not open the depth outside it', () => {
    expect(decode(encode([{ a: [1] }, [sealed]]), { sealed: 2 })).toEqual([{ a: [1] }, [sealed]])
  })

  test.each([
    ['81', 1], ['82', 1], ['9bffffffffffffffff', 9], ['9a00040000', 5], ['bbffffffffffffffff', 9], ['a16161', 3], ['c2', 1], ['d9d1e1', 3],
    ['5b', 1], ['7f', 1], ['ff', 1], ['00', 1], ['8f80', 2], ['9a0003fff080', 6]
  ])('256 KiB of %s at once', (hex, length) => {
    const bytes = hexToBytes(hex.repeat(Math.ceil(256 * 1024 / length)))
    const before = performance.now()
    expect(() => decode(bytes, { sealed: 'any' })).toThrow(refused)
    // Microseconds, unless something is built before it is checked; the rest of the bound is for a busy machine.
    expect(performance.now() - before).toBeLessThan(250)
  })

  test.each([['00', 1], ['40', 1], ['80', 1], ['a0', 1], ['4101', 2], ['62c3bc', 3], ['c240', 2]])('256 KiB of %s in an array are no burden', (hex, length) => {
    const count = Math.floor((256 * 1024 - 5) / length)
    const bytes = hexToBytes('9a' + count.toString(16).padStart(8, '0') + hex.repeat(count))
    const before = process.memoryUsage().rss
    expect(decode(bytes)).toHaveLength(count)
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 2 ** 20)
  })

  test('no more items are built than the reader allows, in whatever lists and maps they are', () => {
    const value = [[1, 2], { a: 3, b: [4] }]
    expect(decode(encode(value), { maxItems: 9 })).toEqual(value) // 2, 2, 2 keys and 2 values, 1
    expect(() => decode(encode(value), { maxItems: 8 })).toThrow(expect.objectContaining({ code: 'CORE_BAD_ENCODING' }))
  })

  test('no mutation is accepted that does not encode to itself', () => {
    const mutated = fc.tuple(anyEncodable, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }))
    let accepted = 0
    fc.assert(fc.property(mutated, ([value, changes]) => {
      const bytes = encode(value)
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte
      const decoded = tryDecode(bytes)
      if (decoded === undefined) return true
      accepted++
      return bytesToHex(encode(decoded)) === bytesToHex(bytes)
    }), { numRuns: 2000 })
    expect(accepted).toBeGreaterThan(100)
  })

  test('random bytes neither', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 24 }), bytes => {
      const decoded = tryDecode(bytes)
      return decoded === undefined || bytesToHex(encode(decoded)) === bytesToHex(bytes)
    }), { numRuns: 5000 })
  })
})

/** Undefined where it is refused; any other error fails the test. */
function tryDecode (bytes: Uint8Array) {
  try {
    return decode(bytes, { sealed: 'any' })
  } catch (error) {
    if (isDinemicError(error, 'CORE_BAD_ENCODING')) return undefined
    throw error
  }
}
