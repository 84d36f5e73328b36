import { expect, test } from '@jest/globals'
import { compareBytes } from '@dinemic/core'
import { decodeCompact, encodeCompact } from '../src/compact-int.js'

const powers = Array.from({ length: 53 }, (_, exponent) => 2 ** exponent)
const numbers = [...new Set([0, ...powers.flatMap(power => [power - 1, power, power + 1])])].sort((a, b) => a - b)

test('every number comes back, and where the next begins', () => {
  for (const value of numbers) {
    const bytes = encodeCompact(value)
    expect(decodeCompact(bytes)).toEqual({ value, end: bytes.length })
    expect(decodeCompact(Uint8Array.of(9, ...bytes, 9), 1)).toEqual({ value, end: bytes.length + 1 })
  }
})

test('bytes sort as the numbers do', () => {
  const encoded = numbers.map(encodeCompact)
  expect([...encoded].reverse().sort(compareBytes)).toEqual(encoded)
})

test('small numbers are short', () => {
  expect([127, 128, 16_383, 16_384, 2 ** 21 - 1, 2 ** 53 - 1].map(value => encodeCompact(value).length)).toEqual([1, 2, 2, 3, 3, 8])
})

test('bytes that end too early are no number', () => {
  for (const value of numbers) expect(decodeCompact(encodeCompact(value).slice(0, -1))).toBeUndefined()
  expect(decodeCompact(new Uint8Array(9).fill(0xff))).toBeUndefined()
})
