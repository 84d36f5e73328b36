import { expect, test } from '@jest/globals'
import { bytesToHex, hexToBytes } from '../../src/bytes.js'
import { nativeProvider } from '../../src/keys/native.js'
import { portableProvider } from '../../src/keys/portable.js'
import { describeVectors, readVectors, vectorsTitle } from './vectors.js'
import type { Wycheproof } from './vectors.js'

interface SignatureCase { readonly tcId: number, readonly msg: string, readonly sig: string, readonly result: 'valid' | 'invalid' }
interface ExchangeCase { readonly tcId: number, readonly public: string, readonly private: string, readonly shared: string }
interface HkdfCase { readonly tcId: number, readonly ikm: string, readonly salt: string, readonly info: string, readonly size: number, readonly okm: string, readonly result: 'valid' | 'invalid' }
interface SpecCase { readonly message: string, readonly pub_key: string, readonly signature: string }

const ZERO = '00'.repeat(32)

describeVectors.each([nativeProvider, portableProvider])(`$name: ${vectorsTitle}`, provider => {
  test('Ed25519: each signature as the result says', () => {
    const groups = readVectors<Wycheproof<SignatureCase>>('wycheproof-ed25519.json').testGroups
    const mismatches = groups.flatMap(({ publicKey, tests }) => tests.filter(({ msg, sig, result }) =>
      provider.verify(hexToBytes(publicKey.pk), hexToBytes(msg), hexToBytes(sig)) !== (result === 'valid')))
    expect(mismatches).toEqual([])
    expect(groups.flatMap(group => group.tests).length).toBe(151)
  })

  test('Ed25519: on other threads the same', async () => {
    const groups = readVectors<Wycheproof<SignatureCase>>('wycheproof-ed25519.json').testGroups
    for (const { publicKey, tests } of provider.verifyAsync === undefined ? [] : groups) {
      const answers = await Promise.all(tests.map(async ({ msg, sig }) => await provider.verifyAsync!(hexToBytes(publicKey.pk), hexToBytes(msg), hexToBytes(sig))))
      expect(answers).toEqual(tests.map(({ result }) => result === 'valid'))
    }
  })

  test('X25519: each shared secret, and none of zeros', () => {
    const cases = readVectors<Wycheproof<ExchangeCase>>('wycheproof-x25519.json').testGroups.flatMap(group => group.tests)
    const mismatches = cases.filter(({ public: key, private: secret, shared }) => {
      const found = provider.sharedSecret(hexToBytes(secret), hexToBytes(key))
      return shared === ZERO ? found !== undefined : found === undefined || bytesToHex(found) !== shared
    })
    expect(mismatches).toEqual([])
    expect(cases.length).toBe(518)
    expect(cases.filter(({ shared }) => shared === ZERO).length).toBe(31)
  })

  test('HKDF without salt: each key, and none that is too long', () => {
    const cases = readVectors<Wycheproof<HkdfCase>>('wycheproof-hkdf-sha256.json').testGroups.flatMap(group => group.tests)
    const valid = cases.filter(({ result, salt }) => result === 'valid' && salt === '')
    const invalid = cases.filter(({ result }) => result === 'invalid')
    expect(valid.length).toBeGreaterThan(10)
    expect(invalid.length).toBeGreaterThan(0)
    for (const { ikm, info, size, okm } of valid) expect(bytesToHex(provider.hkdf(hexToBytes(ikm), hexToBytes(info), size))).toBe(okm)
    for (const { ikm, info, size } of invalid) {
      expect(() => provider.hkdf(hexToBytes(ikm), hexToBytes(info), size)).toThrow(expect.objectContaining({ code: 'CORE_BAD_KEY' }))
    }
  })

  test('speccheck: strict like libsodium and Dalek’s verify_strict, only case 3', () => {
    const accepted = readVectors<SpecCase[]>('ed25519-speccheck.json')
      .map(({ message, pub_key: key, signature }) => provider.verify(hexToBytes(key), hexToBytes(message), hexToBytes(signature)))
    expect(accepted.map((good, i) => good ? i : -1).filter(i => i >= 0)).toEqual([3])
    expect(accepted.length).toBe(12)
  })
})
