import { expect, test } from '@jest/globals'
import { bytesToMapKey, compareBytes, equalBytes, isWellFormed, utf8 } from '../src/bytes.js'

test('bytes are ordered one by one, and a prefix comes first', () => {
  const sorted = [[], [0], [0, 0], [0, 255], [1], [127], [128], [255]].map(bytes => Uint8Array.from(bytes))
  expect([...sorted].reverse().sort(compareBytes)).toEqual(sorted)
  expect(equalBytes(utf8('a'), utf8('a'))).toBe(true)
  expect(equalBytes(utf8('a'), utf8('b'))).toBe(false)
  expect(equalBytes(utf8('a'), utf8('ab'))).toBe(false)
})

test('well-formed is what UTF-8 gives back', () => {
  for (const text of ['', 'abc', 'ü€', '\u{1F600}', '\uFFFF']) expect(isWellFormed(text)).toBe(true)
  for (const text of ['\uD800', 'a\uDC00', '\uDE00\uD83D', 'a\uD83D']) expect(isWellFormed(text)).toBe(false)
})

test('map keys are as different as bytes', () => {
  const keys = Array.from({ length: 256 }, (_, byte) => bytesToMapKey(Uint8Array.of(7, byte)))
  expect(new Set(keys).size).toBe(256)
})
