import { describe, expect, test } from '@jest/globals'
import { bytesToHex, hexToBytes } from '../../src/bytes.js'
import { nativeProvider } from '../../src/keys/native.js'
import { portableProvider } from '../../src/keys/portable.js'
import { describeVectors } from './vectors.js'
import type { Wycheproof } from './vectors.js'

interface SignatureCase { readonly tcId: number, readonly msg: string, readonly sig: string, readonly result: 'valid' | 'invalid' }
interface ExchangeCase { readonly tcId: number, readonly public: string, readonly private: string, readonly shared: string }
interface HkdfCase { readonly tcId: number, readonly ikm: string, readonly salt: string, readonly info: string, readonly size: number, readonly okm: string, readonly result: 'valid' | 'invalid' }
interface SpecCase { readonly message: string, readonly pub_key: string, readonly signature: string }

const ZERO = '00'.repeat(32)

describe.each([nativeProvider, portableProvider])('$name', provider => {
  describeVectors<Wycheproof<SignatureCase>>('wycheproof-ed25519.json', vectors => {
    test('each signature as the result says', () => {
      const mismatches = vectors.testGroups.flatMap(({ publicKey, tests }) => tests.filter(({ msg, sig, result }) =>
        provider.verify(hexToBytes(publicKey.pk), hexToBytes(msg), hexToBytes(sig)) !== (result === 'valid')))
      expect(mismatches).toEqual([])
      expect(vectors.numberOfTests).toBe(151)
    })
  })

  describeVectors<Wycheproof<ExchangeCase>>('wycheproof-x25519.json', vectors => {
    test('each shared secret, and none of zeros', () => {
      const cases = vectors.testGroups.flatMap(group => group.tests)
      const mismatches = cases.filter(({ public: key, private: secret, shared }) => {
        const found = provider.sharedSecret(hexToBytes(secret), hexToBytes(key))
        return (found === undefined ? ZERO : bytesToHex(found)) !== shared || (found !== undefined && shared === ZERO)
      })
      expect(mismatches).toEqual([])
      expect(cases.length).toBe(518)
      expect(cases.filter(({ shared }) => shared === ZERO).length).toBe(31)
    })
  })

  describeVectors<Wycheproof<HkdfCase>>('wycheproof-hkdf-sha256.json', vectors => {
    const cases = vectors.testGroups.flatMap(group => group.tests).filter(({ salt }) => salt === '')

    test('each key derived without salt', () => {
      const valid = cases.filter(({ result }) => result === 'valid')
      expect(valid.length).toBeGreaterThan(0)
      for (const { ikm, info, size, okm } of valid) expect(bytesToHex(provider.hkdf(hexToBytes(ikm), hexToBytes(info), size))).toBe(okm)
    })

    test('none that is too long', () => {
      for (const { ikm, info, size } of cases.filter(({ result }) => result === 'invalid')) {
        expect(() => provider.hkdf(hexToBytes(ikm), hexToBytes(info), size)).toThrow(expect.objectContaining({ code: 'CORE_BAD_KEY' }))
      }
    })
  })

  describeVectors<SpecCase[]>('ed25519-speccheck.json', vectors => {
    test('strict like libsodium and Dalek’s verify_strict: only case 3', () => {
      const accepted = vectors.map(({ message, pub_key: key, signature }) => provider.verify(hexToBytes(key), hexToBytes(message), hexToBytes(signature)))
      expect(accepted.map((good, i) => good ? i : -1).filter(i => i >= 0)).toEqual([3])
      expect(accepted.length).toBe(12)
    })
  })
})
