import { expect, test } from '@jest/globals'
import { Sealed } from '@dinemic/core'
import type { Place, Value } from '@dinemic/core'
import { OpenedValues } from '../src/opened-values.js'

const sealed = () => new Sealed({ epoch: 'ab'.repeat(32), nonce: new Uint8Array(24), boxed: new Uint8Array(16) })
const place = { object: 'Person:x', field: 'tags', slot: 'list', element: 'e' } as const

function counting (value: Value): { open: () => Value, readonly opened: number } {
  let opened = 0
  return {
    open: () => { opened++; return value },
    get opened () { return opened }
  }
}

test('what was opened is opened once, and each reader has its own copy', () => {
  const values = new OpenedValues()
  const [value, { open }, counter] = [sealed(), counting('x'), counting({ deep: [new Uint8Array(2)] })]
  expect([values.get(value, place, open), values.get(value, place, counter.open)]).toEqual(['x', 'x'])
  const other = sealed()
  const first = values.get(other, place, counter.open) as { deep: Uint8Array[] }
  first.deep[0]![0] = 1
  expect(values.get(other, place, counter.open)).toEqual({ deep: [new Uint8Array(2)] })
  expect(counter.opened).toBe(1)
})

test.each<Place>([{ ...place, element: 'f' }, { ...place, slot: 'dict' }, { ...place, field: 'other' }, { ...place, object: 'Person:y' }, { object: 'Person:x', field: 'tags', slot: 'register' }])('a ciphertext that is moved to another place is opened there, or not', moved => {
  const values = new OpenedValues()
  const value = sealed()
  values.get(value, place, () => 'x')
  expect(() => values.get(value, moved, () => { throw new Error('corrupt') })).toThrow('corrupt')
  expect(values.get(value, place, () => 'y')).toBe('x')
})
