import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { bytesToHex } from '../../src/bytes.js'
import { decode } from '../../src/codec/decode.js'
import { encode } from '../../src/codec/encode.js'
import { isDinemicError } from '../../src/errors.js'
import type { Update } from '../../src/update-types.js'
import { decodeFrame, signUpdate, verifyUpdate } from '../../src/update/frame.js'
import type { Draft } from '../../src/update/frame.js'
import { CALLERS, STRANGERS, anySteps, history } from '../verdict/world.js'
import { assertAlways } from '../verdict/fuzz.js'
import { binding, drafts, foreign, seedOf } from './world.js'

const PLACES: string[] = [...CALLERS, ...STRANGERS]
const frames = [...Object.values<Draft>(drafts).map(draft => signUpdate(binding, seedOf(draft), draft).frame), ...Object.values(foreign)]

test('whatever is signed is read back as it was meant', () => {
  assertAlways(fc.property(anySteps, steps => {
    for (const update of history(steps)) {
      const { body, object, author, root, seq, prev, clock, supersedes } = update
      if (body.kind === 'unknown') continue
      const seed = new Uint8Array(32).fill(author === null ? 1 : PLACES.indexOf(author) + 2)
      const signed = signUpdate(binding, seed, { body, object, author, root, seq, prev, clock, supersedes })
      expect(signed).toEqual({ ...update, id: signed.id, frame: signed.frame })
      expect(decodeFrame(binding, signed.frame)).toEqual(signed)
      expect(verifyUpdate(binding, signed)).toBe(true)
      const bytes = signed.frame.subarray(64)
      expect(bytesToHex(encode(decode(bytes, { maxDepth: 20, sealed: 'any' }), { maxDepth: 20 }))).toBe(bytesToHex(bytes))
    }
  }), 15)
})

test('no damage does more than to be refused, and none is taken for whole', () => {
  const damage = fc.record({ what: fc.nat({ max: 3 }), frame: fc.nat(), other: fc.nat(), at: fc.nat(), to: fc.nat(), byte: fc.integer({ min: 1, max: 255 }) })
  let read = 0
  assertAlways(fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), damages => {
    const whole = frames[damages[0]!.frame % frames.length]!
    const damaged = damages.reduce(damageOnce, whole)
    if (bytesToHex(damaged) === bytesToHex(whole)) return
    const update = tryToRead(damaged)
    if (update === undefined) return
    read++
    // All that is signed is verified, so only a splice of two whole frames could be good.
    expect(verifyUpdate(binding, update) && !frames.some(frame => bytesToHex(frame) === bytesToHex(damaged))).toBe(false)
  }), 3000)
  expect(read).toBeGreaterThan(100)
})

test('noise is refused', () => {
  assertAlways(fc.property(fc.uint8Array({ maxLength: 400 }), noise => {
    tryToRead(new Uint8Array(noise))
    expect(tryToRead(new Uint8Array([...new Uint8Array(64), 0x8a, 0x01, ...noise]))).toBeUndefined()
  }), 1000)
})

type Damage = { what: number, other: number, at: number, to: number, byte: number }

function damageOnce (frame: Uint8Array, { what, other, at, to, byte }: Damage): Uint8Array {
  if (frame.length === 0) return frame
  const from = at % frame.length
  switch (what) {
    case 0: return frame.map((old, i) => i === from ? old ^ byte : old)
    case 1: return frame.slice(0, from)
    case 2: { // the beginning of one, the end of another
      const tail = frames[other % frames.length]!
      return new Uint8Array([...frame.subarray(0, from), ...tail.subarray(to % tail.length)])
    }
    default: return new Uint8Array([...frame.subarray(0, from), ...frame.subarray(to % frame.length)])
  }
}

function tryToRead (frame: Uint8Array): Update | undefined {
  try {
    return decodeFrame(binding, frame)
  } catch (error) {
    if (!isDinemicError(error) || !error.code.startsWith('CORE_BAD_')) throw error
    return undefined
  }
}
