import { expect, test } from '@jest/globals'
import { isDinemicError, DinemicError } from '@dinemic/core'
import { helper } from './tmp-helper.js'

declare const DECORATORS: string
function d (...a: unknown[]): undefined { console.log(DECORATORS, a.length, typeof a[1]); return undefined }
class A { @(d as any) name!: string }
test('probe', async () => {
  expect(helper()).toBe(1)
  expect(isDinemicError(new DinemicError('X_Y', 'x'))).toBe(true)
  void new A()
  let closed = false
  { await using x = { async [Symbol.asyncDispose] () { closed = true } } ; void x }
  expect(closed).toBe(true)
})
