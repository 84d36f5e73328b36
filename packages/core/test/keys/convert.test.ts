import { describe, expect, test } from '@jest/globals'
import { bytesToHex, hexToBytes } from '../../src/bytes.js'
import { exchangeKeyOf, exchangeSecretOf } from '../../src/keys/convert.js'
import { nativeProvider } from '../../src/keys/native.js'
import { SMALL_ORDER_KEYS, littleEndian } from './mutations.js'

describe('X25519 keys from Ed25519 keys', () => {
  test('as libsodium converts them', () => {
    // From libsodium's own test, ed25519_convert.
    const seed = hexToBytes('421151a459faeade3d247115f94aedae42318124095afabe4d1451a559faedee')
    expect(bytesToHex(exchangeSecretOf(seed))).toBe('8052030376d47112be7f73ed7a019293dd12ad910b654455798b4667d73de166')
    expect(bytesToHex(exchangeKeyOf(nativeProvider.publicKey(seed))!)).toBe('f1814f0e8ff1043d8a44d25babff3cedcae6c22c3edaa48f857ae70de2baae50')
  })

  test('secret and public key belong together', () => {
    for (let i = 0; i < 20; i++) {
      const seed = new Uint8Array(32).fill(i)
      expect(exchangeKeyOf(nativeProvider.publicKey(seed))).toEqual(nativeProvider.exchangeKey(exchangeSecretOf(seed)))
    }
  })

  test('no key from what is weak, off the curve or of another length', () => {
    for (const key of [...SMALL_ORDER_KEYS, littleEndian(2n), new Uint8Array(31)]) expect(exchangeKeyOf(key)).toBeUndefined()
    expect(() => exchangeSecretOf(new Uint8Array(31))).toThrow(expect.objectContaining({ code: 'CORE_BAD_KEY' }))
  })
})
