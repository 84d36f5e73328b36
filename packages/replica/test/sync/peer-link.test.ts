import { expect, test } from '@jest/globals'
import { DinemicError } from '@dinemic/core'
import type { Network } from '@dinemic/core'
import type { Inbound } from '../../src/sync/inbound.js'
import { PeerLink } from '../../src/sync/peer-link.js'
import { Pending } from '../../src/sync/pending.js'
import { Transfer } from '../../src/sync/transfer.js'
import { provider } from '../harness.js'

/** A peer that never answers. */
const silent: Pick<Network, 'request'> = {
  request: async (_peer, _data, { signal } = {}) => await new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => { reject(new DinemicError('NET_ABORTED', 'The caller gave it up.')) })
  })
}

test('an answer that the caller waits for no more is no answer that was lost', async () => {
  const link = new PeerLink({ network: silent as Network, platform: { now: () => 0 } }, 'a', new Uint8Array(16))
  const controller = new AbortController()
  const answer = link.request({ ask: 'news' }, { signal: controller.signal })
  controller.abort()
  expect([await answer, link.lost]).toEqual([undefined, 0])
  const other = link.request({ ask: 'news' })
  link.close()
  expect([await other, link.lost]).toEqual([undefined, 0])
})

test('an answer that has no room here is lost, and yet the peer has answered; one that does not come is both', async () => {
  const answering: Pick<Network, 'request'> = { request: async (_peer, _data, { timeout } = {}) => {
    if (timeout === 0) throw new DinemicError('NET_TIMEOUT', 'It took too long.')
    return new Uint8Array(100)
  } }
  const link = new PeerLink({ network: answering as Network, platform: { now: () => 0 } }, 'a', new Uint8Array(16))
  const pending = new Pending(400, { answer: 100 })
  const interest = { eraOf: () => 0, wants: async () => true }
  const transfer = new Transfer({ inbound: {} as Inbound, interest, pending, provider, report: () => {} }, link, 'Person')
  const page = async (timeout: number): Promise<unknown> => await transfer.page(async () => await link.request({ ask: 'news' }, { timeout }), bytes => ({ result: bytes.length, take: async () => {} }))
  expect(await page(1)).toBe(100)
  expect([await page(0), link.lost, link.unanswered]).toEqual([undefined, 1, 1])

  const owed = await Promise.all(['b', 'c', 'd'].map(async peer => await pending.forAnswer(peer)))
  const late = page(1)
  for (const peer of ['e', 'f']) pending.forMessage(peer, 100)
  for (const room of owed) room.came(100)
  expect([await late, link.lost, link.unanswered]).toEqual([undefined, 2, 1])
})
