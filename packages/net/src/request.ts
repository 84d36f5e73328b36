import type { Connection, Stream } from '@libp2p/interface'
import { DinemicError, isDinemicError, type RequestOptions } from '@dinemic/core'
import { Budget } from './budget.js'
import { Deadline } from './deadline.js'
import { readFrame, writeFrame } from './frame.js'
import { HELD_REQUESTS, LIMITS, OPEN_REQUESTS, TIMES } from './limits.js'
import { Stalls } from './stalls.js'

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
  /** The peer again and again doesn't send what it has begun to send or doesn't take what it has asked for, or it sends more than is allowed. */
  broken (peer: string, error: DinemicError): void
}

/** Takes up bytes for a request; false where others hold too many. */
type Hold = (bytes: number) => boolean

export class Requests {
  readonly #protocol: string
  readonly #port: RequestPort
  readonly #ending: AbortSignal
  readonly #open = new Budget(OPEN_REQUESTS)
  readonly #held = new Budget(HELD_REQUESTS)
  readonly #stalls = new Stalls()

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

  /** To be called when a peer is gone. */
  forget (peer: string): void {
    this.#stalls.forget(peer)
  }

  /** For a stream that a peer has opened. Never rejects. */
  async answer (stream: Stream, connection: Connection): Promise<void> {
    const peer = connection.remotePeer.toString()
    const began = this.#stalls.now
    const isOpen = this.#open.take(peer, 1)
    let held = 0
    const hold: Hold = bytes => {
      const mayHold = this.#held.take(peer, bytes)
      if (mayHold) held += bytes
      return mayHold
    }
    try {
      await this.#send(stream, isOpen ? await this.#answerTo(stream, peer, hold) : refusal('NET_BUSY'))
      this.#stalls.forget(peer)
    } catch (error) {
      // The asker broke the rules or went away: it sees the stream end.
      stream.abort(error as Error)
      const isBroken = isDinemicError(error, 'NET_TIMEOUT') ? this.#stalls.add(peer, began) : isDinemicError(error, 'NET_TOO_LARGE')
      if (isBroken) this.#port.broken(peer, error as DinemicError)
    } finally {
      this.#held.give(peer, held)
      if (isOpen) this.#open.give(peer, 1)
    }
  }

  async #answerTo (stream: Stream, peer: string, hold: Hold): Promise<Uint8Array[]> {
    const request = await this.#read(stream, hold)
    if (!await this.#port.isPeer(peer)) throw notConnected(peer)
    try {
      if (request === undefined) return refusal('NET_BUSY')
      const response = await this.#handle(stream, peer, request)
      if (response.length > LIMITS.response) return refusal('NET_TOO_LARGE')
      return hold(response.length) ? [Uint8Array.of(ANSWERED), response] : refusal('NET_BUSY')
    } catch (error) {
      if (stream.status !== 'open') throw error
      return refusal(isDinemicError(error) ? error.code : 'UNKNOWN')
    }
  }

  /** Undefined where there is no room for it. */
  async #read (stream: Stream, hold: Hold): Promise<Uint8Array | undefined> {
    using deadline = new Deadline([this.#ending], TIMES.readRequest, () => late(TIMES.readRequest))
    deadline.bind(stream)
    try {
      return await readFrame(stream, LIMITS.request, hold)
    } catch (error) {
      if (isDinemicError(error, 'NET_BUSY')) return undefined
      deadline.throwIfOver()
      throw error
    }
  }

  async #handle (stream: Stream, peer: string, request: Uint8Array): Promise<Uint8Array> {
    const gone = new AbortController()
    const leave = (): void => { gone.abort(new DinemicError('NET_ABORTED', `Peer ${peer} no longer waits for the response`)) }
    stream.addEventListener('close', leave)
    this.#ending.addEventListener('abort', leave)
    try {
      return await this.#port.handle(peer, request, gone.signal)
    } finally {
      stream.removeEventListener('close', leave)
      this.#ending.removeEventListener('abort', leave)
    }
  }

  /** Resolves when the other side has taken it. */
  async #send (stream: Stream, parts: readonly Uint8Array[]): Promise<void> {
    using deadline = new Deadline([this.#ending], TIMES.writeResponse, () => notTaken(TIMES.writeResponse))
    deadline.bind(stream)
    writeFrame(stream, ...parts)
    await deadline.race(stream.close({ signal: deadline.signal }))
  }
}

/** Tells the code and nothing more: texts may hold what the asker isn't to know. */
function refusal (code: string): Uint8Array[] {
  return [Uint8Array.of(REFUSED), Buffer.from(code, 'latin1')]
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

function notTaken (timeout: number): DinemicError {
  return new DinemicError('NET_TIMEOUT', `The response was not taken within ${timeout} ms`, { details: { timeout } })
}

function notConnected (peer: string, cause?: unknown): DinemicError {
  return new DinemicError('NET_NOT_CONNECTED', `Peer ${peer} is not connected, or was lost before it answered; connect to it and ask again`, { cause, details: { peer } })
}
