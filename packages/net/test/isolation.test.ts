import { afterEach, describe, expect, test } from '@jest/globals'
import { createNetwork } from '../src/libp2p-network.js'
import { optionsOf, start, stopAll } from './bench.js'

afterEach(stopAll)

const keyA = 'aa'.repeat(32)
const keyB = 'bb'.repeat(32)

describe('networks that must not meet', () => {
  test('a peer of another network\'s name is none, on either side', async () => {
    const [a, b] = [await start({ networkName: 'one' }), await start({ networkName: 'two' })]
    await expect(a.network.connect(b.address)).rejects.toMatchObject({ code: 'NET_OTHER_NETWORK' })
    expect([a.network.peers, b.network.peers, a.witness.events, b.witness.events]).toEqual([[], [], [], []])
  })

  test.each([[keyA, keyB], [undefined, keyA], [keyA, undefined]])('a peer with another pre-shared key is not let in: %s, %s', async (ours, theirs) => {
    const [a, b] = [await start({ networkKey: ours }), await start({ networkKey: theirs })]
    await expect(a.network.connect(b.address)).rejects.toMatchObject({ code: 'NET_UNREACHABLE', message: expect.stringContaining('networkKey') })
    expect([a.network.peers, b.network.peers, a.witness.events, b.witness.events]).toEqual([[], [], [], []])
  })

  test('peers with the same key and name meet', async () => {
    const [a, b] = [await start({ networkKey: keyA }), await start({ networkKey: keyA.toUpperCase() })]
    expect(await a.network.connect(b.address)).toBe(b.network.id)
    expect(await a.network.request(b.network.id, Uint8Array.of(1))).toEqual(Uint8Array.of(1))
  })
})

describe('options', () => {
  test('the seed gives the id, before start', async () => {
    const seed = new Uint8Array(32).fill(1)
    const [first, second] = [await createNetwork(optionsOf({ seed })), await createNetwork(optionsOf({ seed }))]
    expect(first.id).toBe('12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5')
    expect(second.id).toBe(first.id)
  })

  test('all that is wrong is told at once, and never the key', async () => {
    const options = { networkName: '', networkKey: 'secret', seed: new Uint8Array(3), listen: ['here'], discovery: { bootstrap: ['there'] } }
    const error: unknown = await createNetwork(options).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'NET_BAD_OPTIONS' })
    const { problems } = (error as { details: { problems: string[] } }).details
    expect(problems.map(problem => problem.split(':')[0])).toEqual(['networkName', 'networkKey', 'seed', 'listen', 'discovery.bootstrap'])
    expect(String(error)).not.toContain('secret')
  })

  test('an address in use is told, and nothing is left behind', async () => {
    const { address } = await start()
    const listen = [address.replace(/\/p2p\/.*/, '')]
    await expect(start({ listen })).rejects.toMatchObject({ code: 'NET_ADDRESS_IN_USE' })
    await expect(start({ listen: ['/ip4/192.0.2.1/tcp/0'] })).rejects.toMatchObject({ code: 'NET_CANNOT_LISTEN' })
  })
})
