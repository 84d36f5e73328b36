import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { checkValue } from '../../src/codec/check-value.js'
import { encode } from '../../src/codec/encode.js'
import { equalValues } from '../../src/codec/equal-values.js'
import type { Value } from '../../src/types.js'
import { anyValue } from './arbitrary.js'

class Money { readonly amount = 1 }
const cycle: unknown[] = [1]
cycle.push({ back: cycle })

describe('checkValue', () => {
  test('gives a copy that nobody else holds', () => {
    const given = { list: [1, { deep: new Uint8Array([1]) }], when: new Date(5) }
    const copy = checkValue(given, 'Person.x')
    expect(copy).toEqual(given)
    given.when.setTime(6)
    ;(given.list[1] as { deep: Uint8Array }).deep[0] = 9
    expect(copy).toEqual({ list: [1, { deep: new Uint8Array([1]) }], when: new Date(5) })
  })

  test('the copy is canonical', () => {
    expect(Object.is(checkValue(-0, 'x'), 0)).toBe(true)
    expect(checkValue(Buffer.from([1]), 'x')?.constructor).toBe(Uint8Array)
    expect(Object.getPrototypeOf(checkValue(Object.create(null), 'x'))).toBe(Object.prototype)
    const shared = [1]
    expect(checkValue([shared, shared], 'x')).toEqual([[1], [1]])
  })

  test('each value passes unchanged, and what passes has an encoding', () => {
    fc.assert(fc.property(anyValue, value => {
      const copy = checkValue(value, 'x')
      expect(copy).toEqual(value)
      expect(encode(copy).length).toBeGreaterThan(0)
    }))
  })

  test.each<[unknown, RegExp]>([
    [NaN, /^Person\.x is NaN\./],
    [[1, -Infinity], /^Person\.x\[1\] is -Infinity\./],
    [undefined, /^Person\.x is undefined\. .*use null, or delete the field\.$/],
    [{ street: [1, 2, undefined] }, /^Person\.x\.street\[2\] is undefined\./],
    [{ 'a b': () => 1 }, /^Person\.x\["a b"\] is a function\./],
    [[Symbol('s')], /^Person\.x\[0\] is a symbol\./],
    [{ [Symbol('s')]: 1 }, /^Person\.x has a symbol as a key\./],
    [new Date(NaN), /^Person\.x is an invalid Date\./],
    ['secret \uD800', /^Person\.x is a string with a lone surrogate\./],
    [{ '\uDC00': 1 }, /^Person\.x has a key with a lone surrogate\./],
    [[1, , 2], /^Person\.x\[1\] is a hole\./], // eslint-disable-line no-sparse-arrays
    [cycle, /^Person\.x\[1\]\.back contains itself\./],
    [new Money(), /^Person\.x is an instance of Money\./],
    [new Map(), /^Person\.x is an instance of Map\./],
    [[new Float32Array(1)], /^Person\.x\[0\] is an instance of Float32Array\./],
    [2n ** 512n, /^Person\.x is a bigint of more than 64 bytes\./],
    [-(2n ** 512n) - 1n, /^Person\.x is a bigint of more than 64 bytes\./],
    [JSON.parse('{"__proto__":1}'), /^Person\.x has the key __proto__\./],
    [JSON.parse('['.repeat(17) + ']'.repeat(17)), /^Person\.x(\[0\]){16} is nested more than 16 deep\./]
  ])('refuses %p', (value, text) => {
    const check = () => checkValue(value, 'Person.x')
    expect(check).toThrow(expect.objectContaining({ code: 'ORM_BAD_VALUE' }))
    expect(check).toThrow(text)
    expect(check).not.toThrow(/secret/)
  })
})

describe('equalValues', () => {
  test('goes by meaning', () => {
    fc.assert(fc.property(anyValue, value => equalValues(value, checkValue(value, 'x'))))
    expect(equalValues({ a: 1, b: [new Date(1)] }, { b: [new Date(1)], a: 1 })).toBe(true)
  })

  test.each<[Value, Value]>([
    [1, '1'], [1, 1n], [null, {}], [[], {}], [new Date(0), {}], [{}, new Date(0)], [new Date(0), new Date(1)], [new Uint8Array(1), [0]],
    [new Uint8Array([1]), new Uint8Array([2])], [[1], [1, 2]], [{ a: 1 }, { b: 1 }], [{ a: 1 }, { a: 1, b: 1 }], [{ toString: 1 }, { a: 1 }]
  ])('%p is not %p', (a, b) => {
    expect(equalValues(a, b)).toBe(false)
    expect(equalValues(b, a)).toBe(false)
  })
})
