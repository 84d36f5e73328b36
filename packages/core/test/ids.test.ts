import { describe, expect, test } from '@jest/globals'
import { bytesToHex, hexToBytes } from '../src/bytes.js'
import { formatId, isId, isModelName, parseId } from '../src/ids.js'

const key = hexToBytes('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a')
const id = 'Person:FVen3X669xLzsi6N2V91DoiyzHzg1uAgqiT8jZ9nS96Z'
const badId = expect.objectContaining({ name: 'DinemicError', code: 'CORE_BAD_ID' })

describe('ids', () => {
  test('name and key, there and back', () => {
    expect(formatId('Person', key)).toBe(id)
    expect(parseId(id).model).toBe('Person')
    expect(bytesToHex(parseId(id).key)).toBe(bytesToHex(key))
    expect(formatId('Node', key)).not.toBe(id)
  })

  test('an id stays what it is when the bytes that it was made of are overwritten, be they a Buffer', () => {
    for (const [model, bytes] of [['Bytes', new Uint8Array(key)], ['Buffer', Buffer.from(key)]] as const) {
      const made = formatId(model, bytes)
      bytes.fill(0)
      expect(bytesToHex(parseId(made).key)).toBe(bytesToHex(key))
    }
  })

  test('thousands of ids pass through the bounded caches unharmed', () => {
    const ids = Array.from({ length: 10_000 }, (_, i) => {
      const other = key.slice()
      other[1] = i & 0xff
      other[2] = i >> 8
      return formatId('Person', other)
    })
    expect(new Set(ids).size).toBe(10_000)
    ids.forEach((other, i) => {
      expect(parseId(other).key[1]).toBe(i & 0xff)
      expect(parseId(other).key[2]).toBe(i >> 8)
    })
  })

  test.each([
    ['nothing', ''],
    ['no colon', 'Person'],
    ['no key', 'Person:'],
    ['no model', id.slice('Person'.length)],
    ['a bad model name', id.replace('Person', '2Person')],
    ['a model name of 65 characters', id.replace('Person', 'P'.repeat(65))],
    ['a character outside base58', id.replace('FV', '0V')],
    ['two missing characters', id.slice(0, -2)],
    ['a further character', id + '1'],
    ['a leading 1', id.replace(':', ':1')],
    ['a trailing space', id + ' '],
    ['a second colon', id.replace(':', '::')],
    ['a megabyte', 'Person:' + '1'.repeat(1 << 20)],
    ['a key of all zeros, which is of small order', 'Person:' + '1'.repeat(32)]
  ])('%s is no id', (_, bad) => {
    expect(() => parseId(bad)).toThrow(badId)
    expect(isId(bad)).toBe(false)
  })

  test.each([
    ['the neutral element', '01' + '00'.repeat(31)],
    ['the neutral element, with the sign bit', '01' + '00'.repeat(30) + '80'],
    ['order 2', 'ec' + 'ff'.repeat(30) + '7f'],
    ['order 4', '00'.repeat(31) + '80'],
    ['order 8', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'],
    ['y = p', 'ed' + 'ff'.repeat(30) + '7f'],
    ['y = p + 3, which means y = 3', 'f0' + 'ff'.repeat(30) + '7f'],
    ['31 bytes', 'aa'.repeat(31)]
  ])('no id has a weak key: %s', (_, hex) => {
    expect(() => formatId('Person', hexToBytes(hex))).toThrow(badId)
  })

  test('the text says what was given, what is wrong and what to do', () => {
    expect(() => parseId('Person')).toThrow(/^"Person" is not an object's id: it has no colon\. .*entity\.id\.$/)
  })

  test('only a string is an id', () => {
    expect(isId(id)).toBe(true)
    expect([undefined, null, 7, {}, key].some(isId)).toBe(false)
  })

  test('model names', () => {
    expect(['Person', 'p', 'A_1', 'N'.repeat(64)].every(isModelName)).toBe(true)
    expect(['', '_a', '1a', 'a-b', 'a:b', 'Ä', 'a\n', 'N'.repeat(65)].some(isModelName)).toBe(false)
  })
})
