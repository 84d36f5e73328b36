import { hexToBytes } from '../bytes.js'
import { DinemicError } from '../errors.js'

/**
 * The checks that make all providers give one verdict (R5). OpenSSL and tweetnacl both compare the encodings of R
 * without cofactor, which is what we want, but let weak keys and, in tweetnacl's case, S ≥ L pass. With these checks in
 * front both behave as libsodium and Dalek's strict mode do ("Taming the many EdDSAs", Chalkias et al. 2020).
 */

/** Group order L = 2^252 + 27742317777372353535851937790883648493, little endian. */
const ORDER = hexToBytes('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010')

const MAX_HKDF_OUTPUT = 255 * 32

/** The y coordinates of the eight points of order 1, 2, 4 and 8; each stands for both signs of x. */
const SMALL_ORDER = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'
].map(hexToBytes)

/** Whether these 32 bytes may stand for a public key or for R: y < p and not of small order. Says nothing about being on the curve. */
export function isStrictPoint (point: Uint8Array): boolean {
  return point.length === 32 && isCanonical(point) && !SMALL_ORDER.some(weak => equalIgnoringSign(weak, point))
}

/** The form of a signature: 64 bytes, R a strict point, S < L. */
export function isStrictSignature (signature: Uint8Array): boolean {
  return signature.length === 64 && isStrictPoint(signature.subarray(0, 32)) && isBelowOrder(signature.subarray(32))
}

/** Throws `CORE_BAD_KEY` unless these are `length` bytes. */
export function requireLength (what: string, bytes: Uint8Array, length: number): void {
  if (bytes.length === length) return
  throw new DinemicError('CORE_BAD_KEY', `${what} has ${bytes.length} bytes, where ${length} are needed. Keys are raw bytes, neither hex nor DER.`)
}

/** HKDF-SHA-256 ends after 255 blocks (RFC 5869). Throws `CORE_BAD_KEY` beyond. */
export function requireOutputLength (length: number): void {
  if (Number.isInteger(length) && length > 0 && length <= MAX_HKDF_OUTPUT) return
  throw new DinemicError('CORE_BAD_KEY', `HKDF-SHA-256 gives 1 to ${MAX_HKDF_OUTPUT} bytes, and ${length} were asked for. Derive several keys instead.`)
}

/** y < p = 2^255 − 19. */
function isCanonical (point: Uint8Array): boolean {
  if ((point[31]! & 0x7f) !== 0x7f || point[0]! < 0xed) return true
  for (let i = 1; i < 31; i++) if (point[i] !== 0xff) return true
  return false
}

function isBelowOrder (scalar: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) {
    if (scalar[i] !== ORDER[i]) return scalar[i]! < ORDER[i]!
  }
  return false
}

function equalIgnoringSign (weak: Uint8Array, point: Uint8Array): boolean {
  for (let i = 0; i < 31; i++) if (weak[i] !== point[i]) return false
  return weak[31] === (point[31]! & 0x7f)
}
