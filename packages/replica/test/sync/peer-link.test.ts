import { expect, test } from '@jest/globals'
import { DinemicError } from '@dinemic/core'
import type { Network } from '@dinemic/core'
import { PeerLink } from '../../src/sync/peer-link.js'

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
