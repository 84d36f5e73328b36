import { afterEach, describe, expect, test } from '@jest/globals'
import { DinemicError, encode } from '@dinemic/core'
import { barePeer } from './bare-peer.js'
import { Lan, create, read, set } from './harness.js'
import { VirtualLan, write } from './virtual-lan.js'

describe('a peer that answers nonsense when it is asked for an object', () => {
  let lan = new Lan()
  afterEach(async () => {
    await lan.stop()
    lan = new Lan()
  })

  test.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['noise', Uint8Array.from({ length: 300 }, (_, i) => i * 37 % 251)],
    ['no list', encode('no list')],
    ['a list of numbers', encode([1, 2, 3])],
    ['lists in lists', encode([[[[1]]], [[[2]]]])],
    ['a map', encode({ frames: [] })],
    ['frames that are none', encode([new Uint8Array(3), new Uint8Array(100)])]
  ])('(%s) keeps nobody from saving, nor from hearing what others answer', async (_, answer) => {
    const [owner, device] = [await lan.peer(), await lan.peer()]
    const object = await create(owner, { name: 'Bob' })
    await device.connect(owner)
    await device.replica.wait(object)
    const ids = [owner, device].map(({ address }) => address.slice('memory:'.length)) as [string, string]
    lan.hub.cut(...ids)
    const babbler = await barePeer(lan.hub, () => answer)
    await device.connect({ address: babbler.addresses[0]! })
    // Whoever takes a key asks everybody for the object before it is first written.
    await device.replica.adopt(object, (await owner.keys.get(object))!)
    await set(device, object, { nick: 'B' })
    expect(await read(device, object, 'nick')).toBe('B')

    await set(owner, object, { name: 'Rob' })
    lan.hub.heal(...ids)
    await device.replica.adopt(object, (await owner.keys.get(object))!)
    expect(await read(device, object, 'name')).toBe('Rob')
  })
})

describe('whatever request gets lost in a comparison', () => {
  /** Two nodes under virtual time, of which the second has to fetch what the first wrote before they met; it sends no other requests. */
  async function fetching (lost: number): Promise<{ requests: number, fetched: boolean }> {
    const lan = new VirtualLan()
    const [first, second] = [await lan.peer('first'), await lan.peer('second')]
    const here = second.network
    let requests = 0
    const request = here.request.bind(here)
    here.request = async (...args) => {
      if (requests++ !== lost) return await request(...args)
      throw new DinemicError('NET_TIMEOUT', 'Nothing arrived in time.')
    }

    const object = await write(first, 1)
    await here.connect(first.network.addresses[0]!)
    await lan.hub.settle()
    const sent = requests
    await lan.pass(300_000)
    const fetched = await second.replica.state(object) !== undefined
    await lan.stop()
    return { requests: sent, fetched }
  }

  test('the next one brings what is lacking, with no news from anybody', async () => {
    const undisturbed = await fetching(-1)
    expect(undisturbed.fetched).toBe(true)
    expect(undisturbed.requests).toBeGreaterThan(1)
    for (let lost = 0; lost < undisturbed.requests; lost++) {
      expect([lost, (await fetching(lost)).fetched]).toEqual([lost, true])
    }
  })
})
