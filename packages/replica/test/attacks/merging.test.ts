import { afterEach, expect, jest, test } from '@jest/globals'
import { clockOf } from '@dinemic/core'
import type { Update } from '@dinemic/core'
import { LiveObject } from '../../src/live-object.js'
import { Lan, allHashes } from '../harness.js'
import { Attacker, setting } from './attacker.js'

let lan = new Lan()
afterEach(async () => {
  jest.restoreAllMocks()
  await lan.stop()
  lan = new Lan()
})

/** An owner's chain of changes between updates that count at once: each change that comes after them asks for a new merge. */
function gappyChain (owner: Attacker, length: number): Update[] {
  const chain = [owner.create([setting('name', 'Bob')])]
  for (let seq = 1; seq <= length; seq++) {
    const prev = chain.at(-1)!.id
    chain.push(owner.sign({
      object: owner.id, author: null, root: null, seq, prev, clock: clockOf(Date.now()), supersedes: [],
      body: seq % 2 === 1 ? { kind: 'change', operations: [setting(`field ${seq % 7}`, `${seq}`)], via: null } : { kind: 'keys', epoch: null, wraps: [], encrypted: [] }
    }))
  }
  return chain
}

test('an owner who sends a chain with all its gaps costs one new merge a message, hooks or not', async () => {
  const peer = await lan.peer()
  const owner = await Attacker.start(lan)
  await owner.connect(peer)
  const chain = gappyChain(owner, 200)
  const [anchors, changes] = [0, 1].map(parity => chain.filter(({ seq }) => seq % 2 === parity)) as [Update[], Update[]]
  await owner.send(...anchors.reverse())
  const merges = jest.spyOn(LiveObject.prototype, 'counting')
  await owner.send(...changes.reverse())
  expect(merges).toHaveBeenCalledTimes(1)

  // In order there is nothing to mend, and it comes to the same.
  const other = await lan.peer()
  await owner.connect(other)
  merges.mockClear()
  for (let i = 0; i < chain.length; i += 50) await owner.send(...chain.slice(i, i + 50))
  await lan.quiet()
  expect(merges).not.toHaveBeenCalled()
  expect(new Set(await allHashes(owner.id, peer, other)).size).toBe(1)
})
