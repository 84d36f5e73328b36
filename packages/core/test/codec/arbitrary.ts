import fc from 'fast-check'
import { bytesToHex } from '../../src/bytes.js'
import type { Encodable } from '../../src/codec/format.js'
import { Sealed } from '../../src/update-types.js'
import type { Value } from '../../src/types.js'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map(plain)
/** fast-check's arrays may come from another realm than the test's. */
const plain = (array: Uint8Array) => new Uint8Array(array)
const key = fc.string({ unit: 'binary', maxLength: 40 }).filter(text => text !== '__proto__')

const leaf = fc.oneof(
  fc.constantFrom(null, true, false, 0, -1, 23, 24, 255, 256, 65535, 65536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 1 - 2 ** 53, 2 ** 53, 0.1, 0n, -1n, ''),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(number => number === 0 ? 0 : number),
  fc.bigInt({ min: -(2n ** 512n), max: 2n ** 512n - 1n }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.date({ noInvalidDate: true }).map(date => new Date(date.getTime())),
  fc.uint8Array({ maxLength: 300 }).map(plain)
)

const { tree } = fc.letrec<{ tree: Value }>(tie => ({
  tree: fc.oneof({ maxDepth: 5, withCrossShrink: true }, leaf, fc.array(tie('tree'), { maxLength: 6 }), fc.dictionary(key, tie('tree'), { maxKeys: 6, noNullPrototype: true }))
}))

/** Any canonical value. */
export const anyValue = tree

export const anySealed = fc.record({
  epoch: bytes(32).map(bytesToHex),
  nonce: bytes(24),
  boxed: fc.uint8Array({ minLength: 16, maxLength: 80 }).map(plain),
  ephemeral: fc.option(bytes(32))
}).map(parts => new Sealed(parts))

/** Any value, some of them with sealed ones in places. */
export const anyEncodable: fc.Arbitrary<Encodable> = fc.oneof<fc.Arbitrary<Encodable>[]>(anyValue, anySealed, fc.array(fc.oneof<fc.Arbitrary<Encodable>[]>(anyValue, anySealed), { maxLength: 4 }))
