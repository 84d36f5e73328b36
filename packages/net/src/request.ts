import type { Connection, Stream } from '@libp2p/interface'
import { DinemicError, isDinemicError, type RequestOptions } from '@dinemic/core'
import { Deadline } from './deadline.js'
import { readFrame, writeFrame } from './frame.js'
import { LIMITS, OPEN_REQUESTS, TIMES } from './limits.js'

// One stream for each request: the asker sends a frame and closes its end, the other side answers with a frame whose
// first byte says whether it holds the response or the code of an error.

const ANSWERED = 0
const REFUSED = 1
const CODE = /^[A-Z][A-Z0-9_]{0,63}$/

export interface RequestPort {
  /** An open connection to a connected peer. */
  connectionTo (peer: string): Connection | undefined
  /** Resolves to true once the peer is connected, to false if it never will be. */
  isPeer (peer: string): Promise<boolean>
  handle (from: string, data: Uint8Array, signal: AbortSignal): Promise<Uint8Array>
}

export class Requests {
  readonly #protocol: string
  readonly #port: RequestPort
  readonly #ending: AbortSignal
  readonly #openOf = new Map<string, number>()
  #open = 0

  /** Requests in both directions end when `ending` aborts. */
  constructor (protocol: string, port: RequestPort, ending: AbortSignal) {
    this.#protocol = protocol
    this.#port = port
    this.#ending = ending
  }

  async ask (peer: string, data: Uint8Array, { signal, timeout = TIMES.request }: RequestOptions): Promise<Uint8Array> {
    if (data.length > LIMITS.request) throw new DinemicError('NET_TOO_LARGE', `A request of ${data.length} bytes is over the limit of ${LIMITS.request}; split it`)
    const connection = this.#port.connectionTo(peer)
    if (connection === undefined) throw notConnected(peer)
    using deadline = new Deadline([signal, this.#ending], timeout, () => late(timeout))
    deadline.throwIfOver()
    let stream: Stream | undefined
    try {
      stream = await connection.newStream(this.#protocol, { signal: deadline.signal })
      deadline.bind(stream)
      writeFrame(stream, data)
      // Not awaited: a peer may refuse before it has read all. What goes wrong here shows in reading, too.
      stream.close({ signal: deadline.signal }).catch(() => {})
      return openAnswer(await readFrame(stream, LIMITS.response + 1), peer)
    } catch (error) {
      deadline.throwIfOver()
      if (isDinemicError(error)) {
        if (error.code !== 'NET_REFUSED') stream?.abort(error)
        throw error
      }
      throw notConnected(peer, error)
    }
  }

  /** For a stream that a peer has opened. */
  async answer (stream: Stream, connection: Connection): Promise<void> {
    const peer = connection.remotePeer.toString()
    const openOfPeer = this.#openOf.get(peer) ?? 0
    if (openOfPeer >= OPEN_REQUESTS.ofPeer || this.#open >= OPEN_REQUESTS.ofAll) return await refuse(stream, 'NET_BUSY')
    this.#openOf.set(peer, openOfPeer + 1)
    this.#open++
    try {
      const data = await this.#read(stream)
      if (await this.#port.isPeer(peer)) await this.#respond(stream, peer, data)
      else stream.abort(notConnected(peer))
    } catch (error) {
      // The asker broke the rules or went away: it sees the stream end, and there is nobody else to tell.
      stream.abort(error as Error)
    } finally {
      this.#open--
      const left = this.#openOf.get(peer)! - 1
      if (left === 0) this.#openOf.delete(peer)
      else this.#openOf.set(peer, left)
    }
  }

  async #read (stream: Stream): Promise<Uint8Array> {
    using deadline = new Deadline([this.#ending], TIMES.readRequest, () => late(TIMES.readRequest))
    deadline.bind(stream)
    return await readFrame(stream, LIMITS.request)
  }

  async #respond (stream: Stream, peer: string, data: Uint8Array): Promise<void> {
    const gone = new AbortController()
    const leave = (): void => { gone.abort(new DinemicError('NET_ABORTED', `Peer ${peer} no longer waits for the response`)) }
    stream.addEventListener('close', leave)
    this.#ending.addEventListener('abort', leave)
    try {
      const response = await this.#port.handle(peer, data, gone.signal)
      if (response.length > LIMITS.response) return await refuse(stream, 'NET_TOO_LARGE')
      writeFrame(stream, Uint8Array.of(ANSWERED), response)
      await stream.close({ signal: AbortSignal.timeout(TIMES.writeResponse) })
    } catch (error) {
      if (stream.status !== 'open') throw error
      await refuse(stream, isDinemicError(error) ? error.code : 'UNKNOWN')
    } finally {
      stream.removeEventListener('close', leave)
      this.#ending.removeEventListener('abort', leave)
    }
  }
}

/** Tells the code and nothing more: texts may hold what the asker isn't to know. */
async function refuse (stream: Stream, code: string): Promise<void> {
  writeFrame(stream, Uint8Array.of(REFUSED), Buffer.from(code, 'latin1'))
  await stream.close({ signal: AbortSignal.timeout(TIMES.writeResponse) })
}

function openAnswer (answer: Uint8Array, peer: string): Uint8Array {
  if (answer[0] === ANSWERED) return answer.subarray(1)
  const told = Buffer.from(answer.subarray(1, 65)).toString('latin1')
  const code = CODE.test(told) ? told : 'UNKNOWN'
  throw new DinemicError('NET_REFUSED', `Peer ${peer} refused the request with ${code}`, { details: { peer, code } })
}

function late (timeout: number): DinemicError {
  return new DinemicError('NET_TIMEOUT', `Nothing complete arrived within ${timeout} ms; ask another peer, or give more time with { timeout }`, { details: { timeout } })
}

function notConnected (peer: string, cause?: unknown): DinemicError {
  return new DinemicError('NET_NOT_CONNECTED', `Peer ${peer} is not connected, or was lost before it answered; connect to it and ask again`, { cause, details: { peer } })
}
