import { afterEach, describe, expect, test } from '@jest/globals'
import type { Stream } from '@libp2p/interface'
import { readFrame } from '../src/frame.js'
import { LIMITS, OPEN_REQUESTS } from '../src/limits.js'
import { bytes, start, stopAll, type Started } from './bench.js'
import { ended, startImpostor, type Impostor } from './impostor.js'

afterEach(stopAll)

function header (length: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, length)
  return bytes
}

/** An honest peer with an impostor among its peers. */
async function meet (answer?: (stream: Stream) => void): Promise<Started & { impostor: Impostor }> {
  const started = await start()
  const impostor = await startImpostor(answer)
  await impostor.connect(started.address)
  await started.witness.until(() => started.witness.events.includes(`+${impostor.id}`))
  return { ...started, impostor }
}

describe('requests of a hostile peer', () => {
  test('a frame that announces too much is cut off at its header', async () => {
    const { network, witness, impostor } = await meet()
    let asked = 0
    witness.answer = async (_from, data) => {
      asked++
      return data
    }
    const stream = await impostor.open(network.id)
    stream.send(header(LIMITS.request + 1))
    await ended(stream)
    expect(stream.status).toBe('reset')
    expect(asked).toBe(0)
  })

  test('requests beyond the number for one peer are refused, and later ones are served again', async () => {
    const { network, witness, impostor } = await meet()
    let release!: () => void
    const released = new Promise<void>(resolve => { release = resolve })
    let asked = 0
    witness.answer = async (_from, data) => {
      asked++
      witness.wake()
      await released
      return data
    }
    const open = async (): Promise<string> => {
      const stream = await impostor.open(network.id)
      stream.send(header(0))
      return Buffer.from(await readFrame(stream, 100)).toString('latin1')
    }
    const answers = Array.from({ length: OPEN_REQUESTS.ofPeer }, open)
    await witness.until(() => asked === OPEN_REQUESTS.ofPeer)
    expect(await open()).toBe('\x01NET_BUSY')
    release()
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['\0']))
    expect(await open()).toBe('\0')
  })
})

describe('responses of a hostile peer', () => {
  test('a response that announces too much is not read', async () => {
    const { network, impostor } = await meet(stream => { stream.send(header(LIMITS.response + 2)) })
    await expect(network.request(impostor.id, bytes('?'))).rejects.toMatchObject({ code: 'NET_TOO_LARGE' })
  })

  test('a response that trickles ends with the time-out', async () => {
    const { network, impostor } = await meet(stream => {
      stream.send(header(1_000))
      const timer = setInterval(() => {
        if (stream.status === 'open') stream.send(new Uint8Array(1))
        else clearInterval(timer)
      }, 10)
    })
    await expect(network.request(impostor.id, bytes('?'), { timeout: 100 })).rejects.toMatchObject({ code: 'NET_TIMEOUT' })
  })

  test('a response that stops in the middle is a lost peer', async () => {
    const { network, impostor } = await meet(stream => {
      stream.send(header(1_000))
      void stream.close()
    })
    await expect(network.request(impostor.id, bytes('?'))).rejects.toMatchObject({ code: 'NET_NOT_CONNECTED' })
  })

  test('a refusal can smuggle no text in', async () => {
    const { network, impostor } = await meet(stream => {
      const text = bytes('click here: http://example.net')
      stream.send(header(text.length + 1))
      stream.send(Uint8Array.of(1, ...text))
    })
    await expect(network.request(impostor.id, bytes('?'))).rejects.toMatchObject({ code: 'NET_REFUSED', details: { code: 'UNKNOWN' } })
  })
})

describe('gossip of a hostile peer', () => {
  test('whoever keeps sending bad bytes is shut out', async () => {
    const { network, address, witness, impostor } = await meet()
    witness.judge = () => 'reject'
    for (let i = 0; i < 8; i++) {
      await impostor.gossip('news', bytes(`bad ${i}`))
      await witness.until(() => witness.messages.length === i + 1)
    }
    await witness.until(() => witness.events.includes(`-${impostor.id}`))
    expect(network.peers).toEqual([])
    // The dialler believes itself connected until the other side, which then knows who it is, hangs up.
    await impostor.connect(address).catch(() => {})
    while (impostor.libp2p.getConnections().length > 0) await new Promise<void>(resolve => { setImmediate(resolve) })
    expect(witness.events.length).toBe(2)
    await expect(network.connect(impostor.libp2p.getMultiaddrs()[0]!.toString())).rejects.toMatchObject({ code: 'NET_UNREACHABLE' })
  })

  test('a message over the limit never reaches the handler', async () => {
    const { witness, impostor } = await meet()
    await impostor.gossip('news', new Uint8Array(LIMITS.message + 1))
    await impostor.gossip('news', bytes('small'))
    await witness.until(() => witness.messages.length > 0)
    expect(witness.messages.map(({ text }) => text)).toEqual(['small'])
  })

  test('a peer that never says ready is none, and its gossip is not heard', async () => {
    const { network, address, witness } = await start()
    const impostor = await startImpostor(undefined, { sayReady: false })
    const honest = await start()
    await impostor.connect(address)
    await impostor.gossip('news', bytes('from nobody'))
    await honest.network.connect(address)
    await honest.network.publish('news', bytes('from somebody'))
    await witness.until(() => witness.messages.length > 0)
    expect(witness.messages.map(({ text }) => text)).toEqual(['from somebody'])
    expect(network.peers.map(({ id }) => id)).toEqual([honest.network.id])
  })
})
