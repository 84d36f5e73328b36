import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import type { Stream } from '@libp2p/interface'
import { isDinemicError, type DinemicError } from '@dinemic/core'
import { readFrame } from '../src/frame.js'
import { HELD_REQUESTS, LIMITS, OPEN_REQUESTS, TIMES } from '../src/limits.js'
import { bytes, start, stopAll, type Started } from './bench.js'
import { ended, startImpostor, type Impostor } from './impostor.js'
import { startRelay } from './slow-relay.js'

// Three rounds of a second, on a machine that may be busy.
jest.setTimeout(30_000)

afterEach(async () => {
  jest.restoreAllMocks()
  await stopAll()
})

function shorten (time: keyof typeof TIMES, ms: number): void {
  jest.replaceProperty(TIMES as Record<keyof typeof TIMES, number>, time, ms)
}

function header (length: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, length)
  return bytes
}

interface Company extends Started {
  readonly honest: Started
  readonly impostor: Impostor
  /** What was logged of each peer that was cut off: its code, and that of the cause. */
  readonly cutOff: string[]
}

/** A peer between an honest one and an impostor, who connects by `way`. */
async function company (answer?: (stream: Stream) => void, way = async (address: string): Promise<string> => address): Promise<Company> {
  const cutOff: string[] = []
  const note = (_message: string, { code, cause }: DinemicError): void => { cutOff.push(isDinemicError(cause) ? `${code} ${cause.code}` : code) }
  const middle = await start({ logger: { error: note, debug: () => {} } })
  const honest = await start()
  const impostor = await startImpostor(answer)
  await honest.network.connect(middle.address)
  await impostor.connect(await way(middle.address))
  await middle.witness.until(() => middle.witness.events.length === 2)
  return { ...middle, honest, impostor, cutOff }
}

/** That the honest peer is served. */
async function expectService ({ honest, network }: Company): Promise<void> {
  const question = bytes('honest')
  expect(await honest.network.request(network.id, question)).toEqual(question)
}

/** Three requests, one after another, of which none is finished; the honest peer is served meanwhile. */
async function stall (parties: Company, request: (stream: Stream) => void): Promise<void> {
  for (let round = 0; round < 3; round++) {
    expect(parties.network.peers).toHaveLength(2)
    const stream = await parties.impostor.open(parties.network.id)
    request(stream)
    await expectService(parties)
    await ended(stream)
  }
}

async function expectCutOff ({ witness, impostor }: Company): Promise<void> {
  await witness.until(() => witness.events.includes(`-${impostor.id}`))
  expect(witness.events.filter(event => event.startsWith('-'))).toEqual([`-${impostor.id}`])
}

describe('a peer that stops reading', () => {
  test('gossip is cut off, and the others get all of it', async () => {
    let stopReading!: () => void
    const parties = await company(undefined, async address => {
      const relay = await startRelay(address)
      stopReading = relay.stopReading
      return relay.address
    })
    const { network, witness, honest, impostor } = parties
    impostor.subscribe('news')
    await network.publish('news', bytes('before'))
    stopReading()
    let sent = 1
    for (; !witness.events.includes(`-${impostor.id}`); sent++) {
      await network.publish('news', randomBytes(LIMITS.message))
      await honest.witness.until(() => honest.witness.messages.length > sent)
    }
    await expectCutOff(parties)
    expect(honest.witness.messages).toHaveLength(sent)
  })

  test('the responses to its requests is cut off after a while', async () => {
    shorten('writeResponse', 1_000)
    const parties = await company()
    parties.witness.answer = async (_from, data) => data.length > 0 ? data : new Uint8Array(LIMITS.response)
    await stall(parties, stream => {
      stream.pause()
      stream.send(header(0))
    })
    await expectCutOff(parties)
    await expectService(parties)
    expect(parties.cutOff).toEqual(['NET_CUT_OFF NET_TIMEOUT'])
  })

  test('responses makes no more of them be kept than the bound for one peer', async () => {
    const parties = await company()
    const { network, impostor, witness } = parties
    const size = LIMITS.response
    witness.answer = async (_from, data) => data.length > 0 ? data : new Uint8Array(size)
    const streams: Stream[] = []
    for (let count = 0; count < OPEN_REQUESTS.ofPeer; count++) {
      const stream = await impostor.open(network.id)
      stream.pause()
      stream.send(header(0))
      streams.push(stream)
    }
    await expectService(parties)
    for (const stream of streams) stream.resume()
    const frames = await Promise.all(streams.map(async stream => await readFrame(stream, size + 1)))
    const refused = frames.filter(frame => frame.length <= size)
    expect(new Set(refused.map(frame => Buffer.from(frame).toString('latin1')))).toEqual(new Set(['\x01NET_BUSY']))
    // Of each response what the stream's first window lets through isn't kept here.
    expect((frames.length - refused.length) * (size - 256 * 1024)).toBeLessThanOrEqual(HELD_REQUESTS.ofPeer)
    expect((frames.length - refused.length) * size).toBeGreaterThan(HELD_REQUESTS.ofPeer / 2)
    await expectService(parties)
    expect(parties.cutOff).toEqual([])
  })
})

describe('a peer that trickles', () => {
  test('its requests is cut off after a while', async () => {
    shorten('readRequest', 1_000)
    const parties = await company()
    await stall(parties, stream => {
      stream.send(header(1_000))
      const timer = setInterval(() => {
        if (stream.status === 'open') stream.send(new Uint8Array(1))
        else clearInterval(timer)
      }, 10)
    })
    await expectCutOff(parties)
    await expectService(parties)
    expect(parties.cutOff).toEqual(['NET_CUT_OFF NET_TIMEOUT'])
  })

  test('byte by byte makes a frame all the same', async () => {
    const parties = await company()
    const stream = await parties.impostor.open(parties.network.id)
    const content = randomBytes(3_000)
    for (const byte of Buffer.concat([header(content.length), content])) stream.send(Uint8Array.of(byte))
    expect(Buffer.from(await readFrame(stream, 4_000)).equals(Buffer.concat([Uint8Array.of(0), content]))).toBe(true)
  })
})

describe('a peer that answers nonsense', () => {
  test.each([
    ['an empty frame', header(0)],
    ['a kind that there isn\'t', Uint8Array.of(0, 0, 0, 3, 9, 9, 9)],
    ['a frame that is longer than announced', Uint8Array.of(0, 0, 0, 2, 1, 65, 66, 67)]
  ])('is told by its code: %s', async (_what, answer) => {
    const parties = await company(stream => { stream.send(answer) })
    await expect(parties.network.request(parties.impostor.id, bytes('?'))).rejects.toMatchObject({ code: 'NET_REFUSED' })
    await expectService(parties)
  })

  test('requests that are none: it is cut off', async () => {
    const parties = await company()
    const stream = await parties.impostor.open(parties.network.id)
    stream.send(new Uint8Array(100).fill(0xff))
    await expectCutOff(parties)
    await expectService(parties)
    expect(parties.cutOff).toEqual(['NET_CUT_OFF NET_TOO_LARGE'])
  })

  test('gossip that is none: the others\' goes on', async () => {
    const parties = await company()
    const { impostor, network, honest, witness } = parties
    const { protocols } = impostor.libp2p.services.gossip
    const stream = await impostor.libp2p.getConnections()[0]!.newStream(protocols[0]!)
    stream.send(Uint8Array.of(200, 1, ...randomBytes(200)))
    await honest.network.publish('news', bytes('from the honest'))
    await witness.until(() => witness.messages.length === 1)
    await network.publish('news', bytes('to the honest'))
    await honest.witness.until(() => honest.witness.messages.length === 1)
    expect(witness.messages[0]!.text).toBe('from the honest')
  })
})

test('a peer that promises and never delivers costs its asker the time-out, and nobody else anything', async () => {
  const parties = await company(() => {})
  const { network, impostor, honest } = parties
  const promised = network.request(impostor.id, bytes('?'), { timeout: 300 })
  expect(await network.request(honest.network.id, bytes('!'))).toEqual(bytes('!'))
  await expectService(parties)
  await expect(promised).rejects.toMatchObject({ code: 'NET_TIMEOUT' })
  expect(network.peers.map(({ id }) => id)).toContain(impostor.id)
})

test('connections that say nothing, or nonsense, keep nobody out and are closed', async () => {
  const { address } = await start()
  const port = Number(/\/tcp\/(\d+)/.exec(address)![1])
  const closed = Array.from({ length: 20 }, (_, i) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    if (i % 2 === 0) socket.write(randomBytes(1_000))
    return new Promise(resolve => { socket.resume().on('close', resolve) })
  })
  const honest = await start()
  await honest.network.connect(address)
  await Promise.all(closed)
  expect(honest.network.peers).toHaveLength(1)
})
