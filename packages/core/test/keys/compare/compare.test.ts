import { describe, expect, test } from '@jest/globals'
import { nativeProvider } from '../../../src/keys/native.js'
import { portableProvider } from '../../../src/keys/portable.js'
import { compareExchanges, compareSignatures } from './compare.js'
import type { Judge } from './compare.js'
import { libsodium } from './sodium.js'

const SEED = 20_260_101

// `npm run crypto` asks a million times.
describe.each([['Ed25519', compareSignatures], ['X25519', compareExchanges]])('%s: one verdict on what was tampered with', (_name, compare) => {
  test.each([
    ['native', 1000, [nativeProvider, libsodium]],
    ['portable', 50, [nativeProvider, libsodium, portableProvider]]
  ])(`%s and libsodium, seed ${SEED}`, (_name, cases, judges) => {
    const { mismatches, directed, good } = compare(judges, cases, SEED)
    expect(mismatches).toEqual([])
    expect(directed).toBeGreaterThanOrEqual(cases / 2)
    expect(good).toBeGreaterThan(0)
    expect(good).toBeLessThan(cases)
  })

  test('a judge that says otherwise is found', () => {
    const lenient: Judge = { name: 'lenient', verify: () => true, sharedSecret: secret => secret }
    expect(compare([nativeProvider, lenient], 20, 1).mismatches[0]).toContain('lenient says')
  })
})
