import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { bytesToHex, concatBytes, hexToBytes, utf8 } from '../../src/bytes.js'
import { nativeProvider } from '../../src/keys/native.js'
import { portableProvider } from '../../src/keys/portable.js'
import { KINDS } from '../../src/update-types.js'
import { bindNetwork, decodeFrame, isProposal, signUpdate, verifyUpdate } from '../../src/update/frame.js'
import type { Draft } from '../../src/update/frame.js'
import { drafts, everyOperation, foreign, seedOf } from './world.js'

// The format of updates: a change here breaks everybody's data.
interface Vector { readonly name: string, readonly id: string, readonly signature: string, readonly body: string }
const fixture = JSON.parse(readFileSync(new URL('../fixtures/updates.json', import.meta.url), 'utf8')) as { network: string, vectors: Vector[] }
const frameOf = ({ signature, body }: Vector): Uint8Array => hexToBytes(signature + body)
const vectorsByName = new Map(fixture.vectors.map(vector => [vector.name, vector]))

describe.each([nativeProvider, portableProvider])('updates as they are written for ever, $name', provider => {
  const binding = bindNetwork(provider, fixture.network)

  test.each(fixture.vectors)('$name is read, and its signature is good', vector => {
    const update = decodeFrame(binding, frameOf(vector))
    const preimage = concatBytes(utf8('dinemic/update'), new Uint8Array(1), provider.sha256(utf8('office')), hexToBytes(vector.body))
    expect(update.id).toBe(vector.id)
    expect(bytesToHex(provider.sha256(preimage))).toBe(vector.id)
    expect(verifyUpdate(binding, update)).toBe(true)
    expect(verifyUpdate(bindNetwork(provider, 'another'), update)).toBe(false)
    expect(decodeFrame(bindNetwork(provider, 'another'), frameOf(vector)).id).not.toBe(vector.id)
  })

  test.each(Object.entries<Draft>(drafts))('%s is written so', (name, draft) => {
    const vector = vectorsByName.get(name)!
    const update = signUpdate(binding, seedOf(draft), draft)
    expect(bytesToHex(update.frame)).toBe(vector.signature + vector.body)
    expect(update).toEqual({ ...draft, version: 1, kind: draft.body.kind, id: vector.id, frame: frameOf(vector) })
    expect(decodeFrame(binding, update.frame)).toEqual(update)
    expect(isProposal(update)).toBe(name.startsWith('proposal'))
  })
})

test('what is foreign is a link and no more', () => {
  const binding = bindNetwork(nativeProvider, fixture.network)
  for (const frame of Object.values(foreign)) {
    const { body, frame: _, ...header } = decodeFrame(binding, frame)
    expect(body).toEqual({ kind: 'unknown' })
    expect(header.version > 1 || header.kind === undefined).toBe(true)
  }
})

test('the fixture has every kind and every operation', () => {
  expect(new Set(Object.values<Draft>(drafts).map(({ body }) => body.kind))).toEqual(new Set(KINDS))
  expect(new Set(everyOperation.map(({ op }) => op)).size).toBe(9)
  expect(fixture.vectors).toHaveLength(Object.keys(drafts).length + Object.keys(foreign).length)
})
