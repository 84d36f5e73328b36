import { describe, expect, test } from '@jest/globals'
import type { Network } from '../src/ports/network.js'
import { MemoryHub, type MemoryHubOptions } from '../testing/memory-network.js'
import { networkSuite } from '../testing/network-suite.js'
import { Witness } from '../testing/network-witness.js'

networkSuite({ describe, test, expect }, 'memory network', async count => {
  const hub = new MemoryHub({
    schedule: (ms, task) => {
      const timer = setTimeout(task, ms)
      return () => { clearTimeout(timer) }
    }
  })
  const networks = Array.from({ length: count }, () => hub.create())
  return {
    networks,
    connect: async (i, j) => await networks[i]!.connect(networks[j]!.addresses[0]!),
    dispose: async () => { await Promise.all(networks.map(async network => { await network.stop() })) }
  }
})

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Peers named a, b, c … in a chain, all subscribed to 'news'. */
async function chain (names: string, options: MemoryHubOptions): Promise<{ hub: MemoryHub, networks: Network[], witnesses: Witness[] }> {
  const hub = new MemoryHub(options)
  const networks = [...names].map(name => hub.create(name))
  const witnesses = networks.map(network => new Witness(network))
  for (const [i, network] of networks.entries()) {
    network.subscribe('news')
    await network.start()
    if (i > 0) await network.connect(networks[i - 1]!.addresses[0]!)
  }
  return { hub, networks, witnesses }
}

/** A small generator of repeatable numbers (mulberry32). */
function seeded (seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

describe('memory hub', () => {
  test('delivered by hand, gossip goes one hop with each step', async () => {
    const { hub, networks, witnesses } = await chain('abc', { delivery: 'manual' })
    await networks[0]!.publish('news', bytes('hop'))
    expect(hub.pending).toBe(1)
    expect(hub.step()).toBe(true)
    expect(witnesses.map(({ messages }) => messages.length)).toEqual([0, 1, 0])
    await hub.settle()
    expect(witnesses.map(({ messages }) => messages.length)).toEqual([0, 1, 1])
    expect(hub.step()).toBe(false)
  })

  test('counts what is sent, hop by hop', async () => {
    const { hub, networks } = await chain('abc', { delivery: 'manual' })
    await networks[0]!.publish('news', bytes('hop'))
    const answer = networks[0]!.request('b', bytes('echo'))
    await hub.settle()
    await answer
    expect(hub.sent).toEqual({ gossip: { parcels: 2, bytes: 6 }, request: { parcels: 1, bytes: 4 }, response: { parcels: 1, bytes: 4 } })
  })

  test('settle waits for requests that lead to further requests', async () => {
    const { hub, networks: [a, b], witnesses: [, atB] } = await chain('abc', { delivery: 'manual' })
    atB!.answer = async () => await b!.request('c', bytes('on behalf'))
    const answer = a!.request('b', bytes('ask c'))
    await hub.settle()
    expect(new TextDecoder().decode(await answer)).toBe('on behalf')
  })

  test('a cut parts two peers and loses what is under way; heal connects them again', async () => {
    const { hub, networks: [a], witnesses: [atA, atB] } = await chain('ab', { delivery: 'manual' })
    await a!.publish('news', bytes('lost'))
    hub.cut('a', 'b')
    await hub.settle()
    await expect(a!.connect('memory:b')).rejects.toMatchObject({ code: 'NET_UNREACHABLE' })
    hub.heal()
    await a!.publish('news', bytes('found'))
    await hub.settle()
    expect(atA!.events).toEqual(['+b', '-b', '+b'])
    expect(atB!.messages.map(({ text }) => text)).toEqual(['found'])
  })

  test('what was sent before an interruption does not arrive after it', async () => {
    const { hub, networks: [a], witnesses: [, atB] } = await chain('ab', { delivery: 'manual' })
    await a!.publish('news', bytes('lost'))
    hub.cut('a', 'b')
    hub.heal('b', 'a')
    await hub.settle()
    expect(atB!.messages).toEqual([])
  })

  test('faults lose, double and reorder, the same for the same seed', async () => {
    const run = async (seed: number): Promise<string[]> => {
      const faults = { random: seeded(seed), drop: 0.3, duplicate: 0.3, reorder: 0.5 }
      const { hub, networks: [a], witnesses: [, atB] } = await chain('ab', { delivery: 'manual', faults })
      for (let i = 0; i < 40; i++) await a!.publish('news', bytes(String(i).padStart(2, '0')))
      await hub.settle()
      return atB!.messages.map(({ text }) => text)
    }
    const heard = await run(1)
    expect(heard.length).toBeGreaterThan(10)
    expect(heard.length).toBeLessThan(40)
    expect(new Set(heard).size).toBe(heard.length)
    expect(heard).not.toEqual([...heard].sort())
    expect(await run(1)).toEqual(heard)
    expect(await run(2)).not.toEqual(heard)
  })

  test('a peer that stopped can come back under its id', async () => {
    const { hub, networks: [, b], witnesses: [atA] } = await chain('ab', {})
    await b!.stop()
    const again = hub.create('b')
    const witness = new Witness(again)
    await again.start()
    await again.connect('memory:a')
    expect(atA!.events).toEqual(['+b', '-b', '+b'])
    expect(witness.events).toEqual(['+a'])
  })
})
