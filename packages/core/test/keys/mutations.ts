import fc from 'fast-check'
import { hexToBytes } from '../../src/bytes.js'

/** Changes to a signature directed at the encodings on which implementations of Ed25519 disagree. */

export interface Signed { readonly publicKey: Uint8Array, readonly message: Uint8Array, readonly signature: Uint8Array }
export type Mutation = (signed: Signed) => Signed

export const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n
const P = 2n ** 255n - 19n
const SIGN = 2n ** 255n

/** The eight points of small order and their non-canonical encodings. */
export const SMALL_ORDER_KEYS = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000080',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000080',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff'
].map(hexToBytes)

const flip = (bytes: Uint8Array, bit: number) => {
  const changed = bytes.slice()
  changed[(bit >> 3) % bytes.length]! ^= 1 << (bit & 7)
  return changed
}
const withR = (r: Uint8Array): Mutation => signed => ({ ...signed, signature: join(r, signed.signature.subarray(32)) })
const withS = (change: (s: bigint) => bigint): Mutation => signed => ({ ...signed, signature: join(signed.signature.subarray(0, 32), littleEndian(change(toBigint(signed.signature.subarray(32))))) })
const withKey = (change: (key: Uint8Array) => Uint8Array): Mutation => signed => ({ ...signed, publicKey: change(signed.publicKey) })

const smallOrder = fc.constantFrom(...SMALL_ORDER_KEYS)
const bit = fc.nat(255)
const nonCanonical = fc.tuple(fc.bigInt({ min: 0n, max: 18n }), fc.boolean()).map(([y, sign]) => littleEndian(P + y + (sign ? SIGN : 0n)))

export const anyMutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.constant<Mutation>(signed => signed),
  fc.bigInt({ min: 1n, max: 15n }).map(times => withS(s => s + times * ORDER)),
  fc.constantFrom(0n, 1n, ORDER - 1n, ORDER, ORDER + 1n, 2n ** 252n, 2n ** 253n, 2n ** 256n - 1n).map(s => withS(() => s)),
  fc.constant(withS(s => ORDER - s)),
  bit.map(n => withS(s => s ^ 1n << BigInt(n))),
  smallOrder.map(withR),
  nonCanonical.map(withR),
  bit.map(n => (signed: Signed) => withR(flip(signed.signature.subarray(0, 32), n))(signed)),
  smallOrder.map(key => withKey(() => key)),
  nonCanonical.map(key => withKey(() => key)),
  bit.map(n => withKey(key => flip(key, n))),
  fc.tuple(smallOrder, smallOrder).map(([r, key]): Mutation => signed => withS(() => 0n)(withR(r)({ ...signed, publicKey: key }))),
  fc.nat(70).map((length): Mutation => signed => ({ ...signed, signature: signed.signature.slice(0, length) })),
  bit.map((n): Mutation => signed => ({ ...signed, message: flip(signed.message, n) }))
)

export function toBigint (bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => sum << 8n | BigInt(byte), 0n)
}

/** 32 bytes, modulo 2^256. */
export function littleEndian (number: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number(number >> BigInt(8 * i) & 0xffn))
}

function join (r: Uint8Array, s: Uint8Array): Uint8Array {
  return Uint8Array.from([...r, ...s])
}
