import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { bytesToHex, hexToBytes, utf8 } from '../../src/bytes.js'
import { nativeProvider } from '../../src/keys/native.js'
import { portableProvider } from '../../src/keys/portable.js'
import { ORDER, SMALL_ORDER_KEYS, WEAK_EXCHANGE_KEYS, littleEndian, toBigint } from './mutations.js'

const providers = [nativeProvider, portableProvider]
const seed = hexToBytes('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60')
const publicKey = hexToBytes('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a')
const badKey = expect.objectContaining({ code: 'CORE_BAD_KEY' })
const anyKey = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(array => new Uint8Array(array))

describe.each(providers)('$name', provider => {
  test('RFC 8032, test 1', () => {
    expect(provider.publicKey(seed)).toEqual(publicKey)
    const signature = provider.sign(seed, new Uint8Array(0))
    expect(bytesToHex(signature)).toBe('e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b')
    expect(provider.verify(publicKey, new Uint8Array(0), signature)).toBe(true)
  })

  test('RFC 7748, section 6.1', () => {
    const alice = hexToBytes('77076d0a7318a57d3c16c17251b26645df4c2f92ebc099eab1802f0c4a4d1a2a')
    const bob = hexToBytes('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb')
    expect(bytesToHex(provider.exchangeKey(bob))).toBe('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f')
    expect(provider.sharedSecret(alice, provider.exchangeKey(bob))).toEqual(provider.sharedSecret(bob, provider.exchangeKey(alice)))
  })

  test('RFC 6234, and HKDF without salt as in RFC 5869, case 3', () => {
    expect(bytesToHex(provider.sha256(utf8('a'), utf8('bc')))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(bytesToHex(provider.hkdf(new Uint8Array(22).fill(0x0b), new Uint8Array(0), 42)))
      .toBe('8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8')
  })

  test('a signature with S + L, which says the same, is refused', () => {
    const message = utf8('malleable')
    const signature = provider.sign(seed, message)
    const malleated = Uint8Array.from([...signature.subarray(0, 32), ...littleEndian(toBigint(signature.subarray(32)) + ORDER)])
    expect(provider.verify(publicKey, message, signature)).toBe(true)
    expect(provider.verify(publicKey, message, malleated)).toBe(false)
  })

  test('under a key of small order nothing is signed, although the equation holds', () => {
    // R = A = the neutral element and S = 0 satisfy SB = R + kA for every message.
    for (const weak of SMALL_ORDER_KEYS) {
      expect(provider.verify(weak, utf8('anything'), Uint8Array.from([...SMALL_ORDER_KEYS[0]!, ...new Uint8Array(32)]))).toBe(false)
    }
  })

  test('verify answers false for whatever is no key or no signature', async () => {
    const signature = provider.sign(seed, utf8('m'))
    const offCurve = littleEndian(2n)
    for (const key of [offCurve, publicKey.subarray(1), new Uint8Array(0), new Uint8Array(33)]) expect(provider.verify(key, utf8('m'), signature)).toBe(false)
    for (const bad of [signature.subarray(1), new Uint8Array(0), new Uint8Array(65)]) expect(provider.verify(publicKey, utf8('m'), bad)).toBe(false)
    if (provider.verifyAsync === undefined) return
    for (const key of [offCurve, publicKey.subarray(1), new Uint8Array(0), new Uint8Array(33)]) expect(await provider.verifyAsync(key, utf8('m'), signature)).toBe(false)
    for (const bad of [signature.subarray(1), new Uint8Array(0), new Uint8Array(65)]) expect(await provider.verifyAsync(publicKey, utf8('m'), bad)).toBe(false)
    expect(await provider.verifyAsync(publicKey, utf8('m'), signature)).toBe(true)
  })

  test('a shared secret of zeros is none', () => {
    for (const weak of WEAK_EXCHANGE_KEYS) expect(provider.sharedSecret(seed, weak)).toBeUndefined()
  })

  test('keys of another length are refused with a code', () => {
    const short = new Uint8Array(31)
    for (const use of [
      () => provider.publicKey(short), () => provider.sign(short, short), () => provider.exchangeKey(short), () => provider.sharedSecret(short, seed),
      () => provider.sharedSecret(seed, short), () => provider.box(short, new Uint8Array(24), short), () => provider.unbox(seed, short, short),
      () => provider.hkdf(seed, short, 8161), () => provider.hkdf(seed, short, 0)
    ]) expect(use).toThrow(badKey)
  })

  test('a box opens with its key and nonce alone', () => {
    const nonce = new Uint8Array(24)
    const boxed = provider.box(seed, nonce, utf8('secret'))
    expect(boxed.length).toBe(22)
    expect(provider.unbox(seed, nonce, boxed)).toEqual(utf8('secret'))
    expect(provider.unbox(publicKey, nonce, boxed)).toBeUndefined()
    expect(provider.unbox(seed, new Uint8Array(24).fill(1), boxed)).toBeUndefined()
    expect(provider.unbox(seed, nonce, boxed.map((byte, i) => i === 20 ? byte ^ 1 : byte))).toBeUndefined()
    expect(provider.unbox(seed, nonce, new Uint8Array(3))).toBeUndefined()
  })
})

describe('native and portable agree', () => {
  const all = <T>(use: (provider: typeof nativeProvider) => T) => providers.map(use)
  const expectSame = <T>(use: (provider: typeof nativeProvider) => T) => {
    const [native, portable] = all(use)
    expect(portable).toEqual(native)
    return native
  }

  test('on keys, signatures and shared secrets', () => {
    fc.assert(fc.property(anyKey, anyKey, (secret, other) => {
      expectSame(provider => provider.publicKey(secret))
      expectSame(provider => provider.sign(secret, other))
      expectSame(provider => provider.exchangeKey(secret))
      expectSame(provider => provider.sharedSecret(secret, other))
    }), { numRuns: 30 })
  })

  test('on hashes and derived keys', () => {
    fc.assert(fc.property(fc.uint8Array(), fc.uint8Array({ maxLength: 2000 }), fc.integer({ min: 1, max: 200 }), (secret, info, length) => {
      expectSame(provider => provider.sha256(secret, info))
      expectSame(provider => provider.hkdf(secret, info, length))
    }), { numRuns: 60 })
  })
})
