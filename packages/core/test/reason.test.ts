import { expect, test } from '@jest/globals'
import { reasonOf } from '../src/reason.js'

const unreadable = Object.defineProperty(new Error('never seen'), 'message', { get () { throw new Error('no') } })
const unspeakable = { toString () { throw new Error('no') } }

test.each([
  [new RangeError('too far'), 'too far'],
  ['text', 'text'],
  [undefined, 'undefined'],
  [Symbol('s'), 'Symbol(s)'],
  [Object.assign(new Error('x'), { message: Symbol('m') }), 'Symbol(m)'],
  ['half \ud800', 'half \ufffd'],
  [Object.create(null), 'what was thrown can\'t be put into words'],
  [unspeakable, 'what was thrown can\'t be put into words'],
  [unreadable, 'what was thrown can\'t be put into words']
])('%# comes out as text', (thrown, text) => {
  expect(reasonOf(thrown)).toBe(text)
})

test('is of bounded length', () => {
  expect(reasonOf('x'.repeat(1_000_000))).toHaveLength(2000)
})
