import { describe, expect, test } from '@jest/globals'
import { DinemicError } from '@dinemic/core'
import type { Network, Platform } from '@dinemic/core'
import { ProposalLanes } from '../../src/sync/proposal-lanes.js'
import { encodeAnswer } from '../../src/sync/messages.js'

const PEERS = ['near', 'far']

/** Peers that answer when they are told to, and a clock that is moved by hand. */
function rig () {
  let now = 0
  const timers = new Set<{ readonly at: number, readonly task: () => void }>()
  const asked: { readonly peer: string, answer (): void }[] = []
  const platform: Platform = {
    now: () => now,
    random: length => new Uint8Array(length),
    schedule: (ms, task) => {
      const timer = { at: now + ms, task }
      timers.add(timer)
      return () => { timers.delete(timer) }
    }
  }
  const network = {
    peers: PEERS.map(id => ({ id, addresses: [] })),
    request: async (peer: string, _data: Uint8Array, { signal }: { signal: AbortSignal }) => await new Promise<Uint8Array>((resolve, reject) => {
      signal.throwIfAborted()
      asked.push({ peer, answer: () => { resolve(encodeAnswer('accepted')) } })
      signal.addEventListener('abort', () => { reject(new DinemicError('NET_ABORTED', 'given up')) })
    })
  } as unknown as Network
  const lanes = new ProposalLanes({ network, platform })
  const calm = async (): Promise<void> => { await new Promise(resolve => { setImmediate(resolve) }) }
  return {
    lanes,
    asked,
    pass: async (ms: number) => {
      now += ms
      for (const timer of [...timers].filter(({ at }) => at <= now)) {
        timers.delete(timer)
        timer.task()
      }
      await calm()
    },
    /** Answers what a peer was asked, and what that lets through, until nothing more comes. */
    answerAll: async (peer: string) => {
      let answered = 0
      for (let open = asked.filter(one => one.peer === peer); open.length > answered; open = asked.filter(one => one.peer === peer)) {
        for (const { answer } of open.slice(answered)) answer()
        answered = open.length
        await calm()
      }
      return answered
    },
    propose: async (count: number) => {
      const all = Promise.all(Array.from({ length: count }, async () => await lanes.propose(Uint8Array.of(1))))
      await calm()
      return { answers: async () => (await all).flat() }
    }
  }
}

describe('proposals to one peer', () => {
  test('are eight at once; a slow peer holds up no other', async () => {
    const { asked, answerAll, propose } = rig()
    const { answers } = await propose(30)
    expect(asked.map(({ peer }) => peer).filter(peer => peer === 'far')).toHaveLength(8)
    expect(await answerAll('near')).toBe(30)
    expect(asked.filter(({ peer }) => peer === 'far')).toHaveLength(8)
    expect(await answerAll('far')).toBe(30)
    expect(await answers()).toEqual(Array.from({ length: 60 }, (_, i) => ({ peer: PEERS[i % 2], answer: 'accepted' })))
  })

  test('keep to the pace at which a peer looks at them', async () => {
    const { answerAll, pass, propose } = rig()
    const { answers } = await propose(100)
    expect(await answerAll('near')).toBe(40)
    await pass(1_000)
    expect(await answerAll('near')).toBe(49)
    await pass(60_000)
    await answers()
  })

  test('that are not answered in time are refused, those that wait too', async () => {
    const { asked, pass, propose } = rig()
    const { answers } = await propose(20)
    await pass(10_000)
    expect(await answers()).toEqual(Array.from({ length: 40 }, (_, i) => ({ peer: PEERS[i % 2], answer: 'refused', reason: 'NET_TIMEOUT' })))
    const sent = asked.length
    await propose(1)
    expect(asked).toHaveLength(sent + 2)
  })

  test('are not sent after the end', async () => {
    const { asked, lanes, propose } = rig()
    const { answers } = await propose(20)
    lanes.stop()
    expect((await answers()).map(({ reason }) => reason)).toEqual(Array.from({ length: 40 }, () => 'REPLICA_STOPPED'))
    expect(asked).toHaveLength(16)
  })
})

test('beyond 128 a node is told so at once', async () => {
  const { asked, answerAll, lanes, pass, propose } = rig()
  const { answers } = await propose(128)
  const sent = asked.length
  await expect(lanes.propose(Uint8Array.of(1))).rejects.toMatchObject({ code: 'ORM_TOO_MANY_PROPOSALS', details: { most: 128 } })
  expect(asked).toHaveLength(sent)
  for (let second = 0; second < 10; second++) {
    await answerAll('near')
    await answerAll('far')
    await pass(1_000)
  }
  expect((await answers()).filter(({ answer }) => answer === 'accepted').length).toBeGreaterThan(200)
})
