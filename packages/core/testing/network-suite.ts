import { DinemicError, isDinemicError } from '../src/errors.js'
import type { Network } from '../src/ports/network.js'
import { Witness } from './network-witness.js'

/** The test functions of jest, or of a runner with the same: handed in, so that core depends on none. */
export interface TestFunctions {
  describe (name: string, body: () => void): void
  test (name: string, body: () => Promise<void>): void
  expect (value: unknown): { toBe (expected: unknown): void, toEqual (expected: unknown): void }
}

export interface TestNetworks {
  /** Neither given handlers nor started. */
  readonly networks: readonly Network[]
  /** Connects the i-th to the j-th, both started. */
  connect (i: number, j: number): Promise<unknown>
  dispose (): Promise<void>
}

export type MakeNetworks = (count: number) => Promise<TestNetworks>

interface Bench {
  readonly networks: readonly Network[]
  readonly witnesses: readonly Witness[]
  connect (i: number, j: number): Promise<unknown>
}

/** What every `Network` must do. Registers its tests; an adapter's test file is one call. */
export function networkSuite ({ describe, test, expect }: TestFunctions, name: string, make: MakeNetworks): void {
  /** A test with `count` networks that are started and subscribed to 'news'. */
  function bench (title: string, count: number, body: (bench: Bench) => Promise<void>): void {
    test(title, async () => {
      const { networks, connect, dispose } = await make(count)
      try {
        const witnesses = networks.map(network => new Witness(network))
        await Promise.all(networks.map(async network => {
          network.subscribe('news')
          await network.start()
        }))
        await body({ networks, witnesses, connect })
      } finally {
        await dispose()
      }
    })
  }

  async function codeOf (promise: Promise<unknown>): Promise<string> {
    try {
      await promise
      return 'no error'
    } catch (error) {
      return isDinemicError(error) ? error.code : `not a DinemicError: ${String(error)}`
    }
  }

  describe(`${name}: life cycle`, () => {
    test('has an id but no address before start, and does nothing then', async () => {
      const { networks: [network], dispose } = await make(1)
      try {
        expect(typeof network!.id === 'string' && network!.id.length > 0).toBe(true)
        expect(network!.addresses).toEqual([])
        expect(network!.peers).toEqual([])
        expect(await codeOf(network!.start())).toBe('NET_WRONG_ORDER')
        expect(await codeOf(network!.publish('news', bytes('early')))).toBe('NET_NOT_RUNNING')
        expect(await codeOf(network!.connect('nowhere'))).toBe('NET_NOT_RUNNING')
        expect(await codeOf(network!.request('nobody', bytes('early')))).toBe('NET_NOT_RUNNING')
      } finally {
        await dispose()
      }
    })

    bench('has addresses from start on; stop is final and idempotent', 1, async ({ networks: [network] }) => {
      expect(network!.addresses.length > 0).toBe(true)
      expect(await codeOf(network!.start())).toBe('NET_WRONG_ORDER')
      await Promise.all([network!.stop(), network!.stop()])
      await network!.stop()
      expect(network!.addresses).toEqual([])
      expect(await codeOf(network!.publish('news', bytes('late')))).toBe('NET_NOT_RUNNING')
      expect(await codeOf(network!.start())).toBe('NET_WRONG_ORDER')
    })
  })

  describe(`${name}: connections`, () => {
    bench('connect resolves to the peer, which both sides have been told of once', 2, async ({ networks: [a, b], witnesses: [atA, atB] }) => {
      const address = b!.addresses[0]!
      expect(await a!.connect(address)).toBe(b!.id)
      expect(atA!.events).toEqual([`+${b!.id}`])
      expect(a!.peers.map(({ id }) => id)).toEqual([b!.id])
      expect(await a!.connect(address)).toBe(b!.id)
      await atB!.until(() => atB!.events.length > 0)
      expect(atB!.events).toEqual([`+${a!.id}`])
      expect(atA!.events).toEqual([`+${b!.id}`])
    })

    bench('two that dial each other at once are told once', 2, async ({ networks: [a, b], witnesses: [atA, atB], connect }) => {
      await Promise.all([connect(0, 1), connect(1, 0)])
      expect(atA!.events).toEqual([`+${b!.id}`])
      expect(atB!.events).toEqual([`+${a!.id}`])
      expect(a!.peers.length).toBe(1)
    })

    bench('disconnect is told to both sides', 2, async ({ networks: [a, b], witnesses: [atA, atB], connect }) => {
      await connect(0, 1)
      await atB!.until(() => atB!.events.length === 1)
      await a!.disconnect(b!.id)
      expect(atA!.events).toEqual([`+${b!.id}`, `-${b!.id}`])
      expect(a!.peers).toEqual([])
      await atB!.until(() => atB!.events.includes(`-${a!.id}`))
      await a!.disconnect(b!.id)
      await a!.disconnect('nobody')
      expect(await codeOf(a!.request(b!.id, bytes('gone')))).toBe('NET_NOT_CONNECTED')
    })

    bench('stop is told to both sides', 2, async ({ networks: [a, b], witnesses: [atA, atB], connect }) => {
      await connect(0, 1)
      await atB!.until(() => atB!.events.length === 1)
      await b!.stop()
      expect(atB!.events).toEqual([`+${a!.id}`, `-${a!.id}`])
      await atA!.until(() => atA!.events.includes(`-${b!.id}`))
      expect(a!.peers).toEqual([])
    })

    bench('connect says what is wrong', 2, async ({ networks: [a, b] }) => {
      const address = b!.addresses[0]!
      await b!.stop()
      expect(await codeOf(a!.connect('nonsense'))).toBe('NET_BAD_ADDRESS')
      expect(await codeOf(a!.connect(''))).toBe('NET_BAD_ADDRESS')
      expect(await codeOf(a!.connect(a!.addresses[0]!))).toBe('NET_BAD_ADDRESS')
      expect(await codeOf(a!.connect(address))).toBe('NET_UNREACHABLE')
      expect(await codeOf(a!.connect(address, { signal: AbortSignal.abort() }))).toBe('NET_ABORTED')
    })
  })

  describe(`${name}: gossip`, () => {
    bench('what is published right after connect reaches the other, in both directions', 2, async ({ networks: [a, b], witnesses: [atA, atB], connect }) => {
      await connect(0, 1)
      await Promise.all([a!.publish('news', bytes('from a')), b!.publish('news', bytes('from b'))])
      await Promise.all([atA!.until(() => atA!.messages.length > 0), atB!.until(() => atB!.messages.length > 0)])
      expect(atA!.messages).toEqual([{ topic: 'news', text: 'from b', from: b!.id }])
      expect(atB!.messages).toEqual([{ topic: 'news', text: 'from a', from: a!.id }])
    })

    bench('publishing needs no listener and no subscription', 2, async ({ networks: [a, b], witnesses: [, atB], connect }) => {
      await a!.publish('news', bytes('to nobody'))
      a!.unsubscribe('news')
      await connect(0, 1)
      await a!.publish('news', bytes('heard'))
      await atB!.until(() => atB!.messages.length > 0)
      expect(atB!.messages.map(({ text }) => text)).toEqual(['heard'])
      expect(b!.peers.length).toBe(1)
    })

    bench('a topic that was left is silent', 2, async ({ networks: [a, b], witnesses: [, atB], connect }) => {
      await connect(0, 1)
      b!.subscribe('more')
      b!.unsubscribe('news')
      await a!.publish('news', bytes('unheard'))
      await heardAfterSubscribing(a!, atB!, 'more')
      expect(atB!.messages.filter(({ topic }) => topic === 'news')).toEqual([])
    })

    bench('the same bytes under another topic are another message', 2, async ({ networks: [a, b], witnesses: [, atB], connect }) => {
      await connect(0, 1)
      b!.subscribe('more')
      await heardAfterSubscribing(a!, atB!, 'more')
      await a!.publish('more', bytes('same'))
      await a!.publish('news', bytes('same'))
      await atB!.until(() => atB!.messages.some(({ topic, text }) => topic === 'news' && text === 'same'))
      expect(atB!.messages.filter(({ text }) => text === 'same').map(({ topic }) => topic).sort()).toEqual(['more', 'news'])
    })

    bench('messages up to the limit pass, larger ones are refused here', 2, async ({ networks: [a], witnesses: [, atB], connect }) => {
      await connect(0, 1)
      const { message } = a!.limits
      expect(await codeOf(a!.publish('news', new Uint8Array(message + 1)))).toBe('NET_TOO_LARGE')
      await a!.publish('news', new Uint8Array(message))
      await atB!.until(() => atB!.messages.length > 0)
      expect(atB!.messages[0]!.text.length).toBe(message)
    })

    for (const verdict of ['ignore', 'reject', 'throw'] as const) {
      bench(`in a chain, only what is accepted is forwarded, not on ${verdict}`, 3, async ({ networks: [a], witnesses: [, atB, atC], connect }) => {
        atB!.judge = text => {
          if (text !== 'bad') return 'accept'
          if (verdict === 'throw') throw new Error('a fault in the handler')
          return verdict
        }
        await connect(0, 1)
        await connect(1, 2)
        await a!.publish('news', bytes('bad'))
        await atB!.until(() => atB!.messages.length === 1)
        await a!.publish('news', bytes('good'))
        await atC!.until(() => atC!.messages.length > 0)
        expect(atB!.messages.map(({ text }) => text)).toEqual(['bad', 'good'])
        expect(atC!.messages.map(({ text }) => text)).toEqual(['good'])
      })
    }

    bench('in a ring, everybody hears a message once', 3, async ({ networks, witnesses, connect }) => {
      await Promise.all([connect(0, 1), connect(1, 2), connect(2, 0)])
      for (const text of ['first', 'second']) {
        await networks[0]!.publish('news', bytes(text))
        await Promise.all(witnesses.slice(1).map(async witness => { await witness.until(() => witness.messages.some(message => message.text === text)) }))
      }
      expect(witnesses.map(({ messages }) => messages.map(({ text }) => text))).toEqual([[], ['first', 'second'], ['first', 'second']])
    })
  })

  describe(`${name}: requests`, () => {
    bench('are answered, also many at once, empty ones and ones at the limits', 2, async ({ networks: [a, b], witnesses: [, atB], connect }) => {
      await connect(0, 1)
      atB!.answer = async (from, data) => bytes(`${from} sent ${data.length}`)
      const lengths = [0, 1, 2, 3, 4, 5, 6, a!.limits.request]
      const answers = await Promise.all(lengths.map(async length => text(await a!.request(b!.id, new Uint8Array(length)))))
      expect(answers).toEqual(lengths.map(length => `${a!.id} sent ${length}`))
      atB!.answer = async () => new Uint8Array(b!.limits.response).fill(7)
      const large = await a!.request(b!.id, bytes('all'))
      expect([large.length, large[0], large.at(-1)]).toEqual([b!.limits.response, 7, 7])
      atB!.answer = async () => new Uint8Array()
      expect((await a!.request(b!.id, bytes('nothing'))).length).toBe(0)
    })

    bench('that are refused tell a code and nothing else', 2, async ({ networks: [a, b], witnesses: [, atB], connect }) => {
      await connect(0, 1)
      const refusal = async (error: Error): Promise<unknown> => {
        atB!.answer = async () => { throw error }
        return await a!.request(b!.id, bytes('please')).catch((thrown: unknown) => thrown)
      }
      for (const [error, code] of [[new DinemicError('ORM_SECRET', 'private'), 'ORM_SECRET'], [new Error('private'), 'UNKNOWN']] as const) {
        const thrown = await refusal(error)
        expect(isDinemicError(thrown, 'NET_REFUSED') && thrown.details.code).toBe(code)
        expect(String((thrown as Error).message).includes('private')).toBe(false)
      }
    })

    bench('over a limit are refused', 2, async ({ networks: [a, b], witnesses: [, atB], connect }) => {
      await connect(0, 1)
      expect(await codeOf(a!.request(b!.id, new Uint8Array(a!.limits.request + 1)))).toBe('NET_TOO_LARGE')
      atB!.answer = async () => new Uint8Array(b!.limits.response + 1)
      expect(await codeOf(a!.request(b!.id, bytes('too much')))).toBe('NET_REFUSED')
    })

    bench('without an answer end in time, by a signal, and with the connection', 2, async ({ networks: [a, b], witnesses: [, atB], connect }) => {
      await connect(0, 1)
      const ends: Array<Promise<void>> = []
      atB!.answer = async (_from, _data, signal) => {
        ends.push(new Promise(resolve => { signal.addEventListener('abort', () => { resolve() }) }))
        atB!.wake()
        return await new Promise<never>(() => {})
      }
      expect(await codeOf(a!.request(b!.id, bytes('1'), { timeout: 50 }))).toBe('NET_TIMEOUT')
      expect(await codeOf(a!.request(b!.id, bytes('2'), { signal: AbortSignal.abort() }))).toBe('NET_ABORTED')
      const controller = new AbortController()
      const aborted = codeOf(a!.request(b!.id, bytes('3'), { signal: controller.signal }))
      await atB!.until(() => ends.length === 2)
      controller.abort()
      expect(await aborted).toBe('NET_ABORTED')
      const lost = codeOf(a!.request(b!.id, bytes('4')))
      await atB!.until(() => ends.length === 3)
      await b!.disconnect(a!.id)
      expect(await lost).toBe('NET_NOT_CONNECTED')
      // The handlers were told each time that nobody waits any more.
      await Promise.all(ends)
    })

    bench('end with the network', 2, async ({ networks: [a, b], witnesses: [, atB], connect }) => {
      await connect(0, 1)
      let asked = false
      atB!.answer = async () => {
        asked = true
        atB!.wake()
        return await new Promise<never>(() => {})
      }
      const request = codeOf(a!.request(b!.id, bytes('wait')))
      await atB!.until(() => asked)
      await a!.stop()
      expect(await request).toBe('NET_ABORTED')
    })

    bench('go to connected peers only', 2, async ({ networks: [a, b] }) => {
      expect(await codeOf(a!.request(b!.id, bytes('hello')))).toBe('NET_NOT_CONNECTED')
    })
  })

  /** A subscription takes a moment to become known, so this publishes until something is heard. */
  async function heardAfterSubscribing (from: Network, to: Witness, topic: string): Promise<void> {
    const heard = to.until(() => to.messages.some(message => message.topic === topic)).then(() => true)
    for (let i = 0; ; i++) {
      await from.publish(topic, bytes(`${topic} ${i}`))
      const turn = new Promise<boolean>(resolve => { setTimeout(resolve, 5, false) })
      if (await Promise.race([heard, turn])) return
    }
  }
}

function bytes (text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function text (data: Uint8Array): string {
  return new TextDecoder().decode(data)
}
