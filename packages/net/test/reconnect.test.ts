import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, test } from '@jest/globals'
import { start, stopAll } from './bench.js'

afterEach(stopAll)

const portOf = (address: string): string => address.replace(/\/p2p\/.*/, '')

describe('a peer that was lost', () => {
  test('is dialled again when it was connected by hand', async () => {
    const seed = randomBytes(32)
    const [a, b] = [await start(), await start({ seed })]
    await a.network.connect(b.address)
    await b.network.stop()
    await a.witness.until(() => a.witness.events.length === 2)
    const again = await start({ seed, listen: [portOf(b.address)] })
    await a.witness.until(() => a.witness.events.length === 3)
    expect(a.witness.events).toEqual([`+${b.network.id}`, `-${b.network.id}`, `+${b.network.id}`])
    await again.witness.until(() => again.witness.events.length === 1)
    expect(again.network.peers.map(({ id }) => id)).toEqual([a.network.id])
  })

  test('is found at its bootstrap address, even if it starts later and has a new identity', async () => {
    const first = await start()
    await first.network.stop()
    const a = await start({ discovery: { bootstrap: [portOf(first.address)] } })
    const second = await start({ listen: [portOf(first.address)] })
    await a.witness.until(() => a.witness.events.length === 1)
    expect(a.witness.events).toEqual([`+${second.network.id}`])
  })

  test('may come back after disconnect, by hand', async () => {
    const [a, b] = [await start(), await start()]
    await a.network.connect(b.address)
    await b.witness.until(() => b.witness.events.length === 1)
    await a.network.disconnect(b.network.id)
    await b.witness.until(() => b.witness.events.length === 2)
    // By hand it may come back, and its gossip with it.
    await b.network.connect(a.address)
    await a.network.publish('news', Uint8Array.of(65))
    await b.witness.until(() => b.witness.messages.length === 1)
    await a.witness.until(() => a.witness.events.length === 3)
    expect(a.witness.events).toEqual([`+${b.network.id}`, `-${b.network.id}`, `+${b.network.id}`])
  })
})
