import { createHash } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import { hexToBytes } from '../../src/bytes.js'

/** Inputs directed at the encodings on which implementations of Ed25519 and X25519 disagree. */

export interface Signed { readonly seed: Uint8Array, readonly publicKey: Uint8Array, readonly message: Uint8Array, readonly signature: Uint8Array }
export interface Mutation { readonly target: 'S' | 'R' | 'A' | 'other', readonly apply: (signed: Signed) => Signed }
export interface Exchange { readonly secret: Uint8Array, readonly publicKey: Uint8Array, readonly plain: boolean }

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

/** The multiples of a point of order 8. */
const TORSION = Array.from({ length: 7 }).reduce<(typeof ed25519.Point.ZERO)[]>(points => [...points, points.at(-1)!.add(ed25519.Point.fromBytes(SMALL_ORDER_KEYS[6]!))], [ed25519.Point.ZERO])

/** The points of small order of Curve25519 and of its twist, and their encodings beyond p. */
export const WEAK_EXCHANGE_KEYS = [
  0n, 1n, P - 1n, P, P + 1n,
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n
].map(littleEndian)

const flip = (bytes: Uint8Array, bit: number) => {
  const changed = bytes.slice()
  changed[(bit >> 3) % bytes.length]! ^= 1 << (bit & 7)
  return changed
}
const withR = (change: (r: Uint8Array) => Uint8Array): Mutation => ({
  target: 'R', apply: signed => ({ ...signed, signature: join(change(signed.signature.subarray(0, 32)), signed.signature.subarray(32)) })
})
const withS = (change: (s: bigint) => bigint): Mutation => ({
  target: 'S', apply: signed => ({ ...signed, signature: join(signed.signature.subarray(0, 32), littleEndian(change(toBigint(signed.signature.subarray(32))))) })
})
const withKey = (change: (key: Uint8Array) => Uint8Array): Mutation => ({ target: 'A', apply: signed => ({ ...signed, publicKey: change(signed.publicKey) }) })
const other = (apply: Mutation['apply']): Mutation => ({ target: 'other', apply })

const smallOrder = fc.constantFrom(...SMALL_ORDER_KEYS)
const bit = fc.nat(255)
const nonCanonical = fc.tuple(fc.bigInt({ min: 0n, max: 18n }), fc.boolean()).map(([y, sign]) => littleEndian(P + y + (sign ? SIGN : 0n)))

export const anyMutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.constant(other(signed => signed)),
  fc.bigInt({ min: 1n, max: 15n }).map(times => withS(s => s + times * ORDER)),
  fc.constantFrom(0n, 1n, ORDER - 1n, ORDER, ORDER + 1n, 2n ** 252n, 2n ** 253n, 2n ** 256n - 1n).map(s => withS(() => s)),
  fc.constant(withS(s => ORDER - s)),
  bit.map(n => withS(s => s ^ 1n << BigInt(n))),
  smallOrder.map(point => withR(() => point)),
  nonCanonical.map(point => withR(() => point)),
  bit.map(n => withR(r => flip(r, n))),
  smallOrder.map(key => withKey(() => key)),
  nonCanonical.map(key => withKey(() => key)),
  bit.map(n => withKey(key => flip(key, n))),
  fc.tuple(smallOrder, smallOrder).map(([r, key]): Mutation => ({ target: 'A', apply: signed => withS(() => 0n).apply(withR(() => r).apply({ ...signed, publicKey: key })) })),
  fc.record({ key: fc.nat(7), r: fc.nat(7), nonce: fc.bigInt({ min: 1n, max: ORDER - 1n }) })
    .map((torsion): Mutation => ({ target: torsion.key === 0 ? 'R' : 'A', apply: signed => signWithTorsion(signed, torsion) })),
  fc.nat(70).map(length => other(signed => ({ ...signed, signature: signed.signature.slice(0, length) }))),
  bit.map(n => other(signed => ({ ...signed, message: flip(signed.message, n) })))
)

const weakExchange = fc.constantFrom(...WEAK_EXCHANGE_KEYS)

/** What X25519 is given: any secrets, and keys of small order, on the twist, beyond p and with the bit that doesn't count. */
export const anyExchange: fc.Arbitrary<Exchange> = fc.record({
  secret: fc.oneof({ weight: 7, arbitrary: anyBytes(32) }, { weight: 1, arbitrary: fc.constantFrom(new Uint8Array(32), new Uint8Array(32).fill(255)) }),
  key: fc.oneof(
    anyBytes(32).map(publicKey => ({ publicKey, plain: true })),
    fc.oneof(weakExchange, weakExchange.map(key => flip(key, 255)), fc.tuple(weakExchange, bit).map(([key, n]) => flip(key, n)), nonCanonical)
      .map(publicKey => ({ publicKey, plain: false }))
  )
}).map(({ secret, key }) => ({ secret, ...key }))

function anyBytes (length: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength: length, maxLength: length }).map(array => new Uint8Array(array))
}

/**
 * Signs under A + T and with R + T', where T and T' are of small order: good with the cofactor in the equation, and
 * without it only where their parts happen to cancel. Here implementations differ that agree on everything else.
 */
function signWithTorsion (signed: Signed, torsion: { readonly key: number, readonly r: number, readonly nonce: bigint }): Signed {
  const { scalar, point } = ed25519.utils.getExtendedPublicKey(signed.seed)
  const publicKey = point.add(TORSION[torsion.key]!).toBytes()
  const r = ed25519.Point.BASE.multiply(torsion.nonce).add(TORSION[torsion.r]!).toBytes()
  const k = toBigint(createHash('sha512').update(r).update(publicKey).update(signed.message).digest()) % ORDER
  return { ...signed, publicKey, signature: join(r, littleEndian((torsion.nonce + k * scalar) % ORDER)) }
}

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
