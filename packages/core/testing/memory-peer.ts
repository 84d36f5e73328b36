import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { DinemicError, isDinemicError } from '../src/errors.js'
import type { MessageVerdict, Network, NetworkHandlers, PeerInfo, RequestOptions } from '../src/ports/network.js'
import type { Platform } from '../src/ports/platform.js'

/** What a peer needs of whatever lies between it and the others. */
export interface Fabric {
  /** Delivers later, or never. */
  carry (parcel: Parcel): void
  /** Connects two peers, unless they are already. Throws what `connect` rejects with. */
  link (from: MemoryPeer, address: string): MemoryPeer
  readonly schedule: Platform['schedule'] | undefined
}

export interface Parcel {
  readonly kind: 'gossip' | 'request' | 'response'
  readonly bytes: number
  readonly from: MemoryPeer
  readonly to: MemoryPeer
  /** The connection that it was sent over: it doesn't survive it. */
  readonly link: Link
  deliver (): void | Promise<void>
}

/** The identity of one connection; the same two peers have a new one after each interruption. */
export interface Link { readonly peers: readonly [MemoryPeer, MemoryPeer] }

interface Message { readonly topic: string, readonly data: Uint8Array, readonly key: string }

const LIMITS = { message: 512 * 1024, request: 1024 * 1024, response: 1024 * 1024 } as const

/** One peer of a `MemoryHub`. Gossip goes hop by hop and only after its verdict, as in the real network. */
export class MemoryPeer implements Network {
  readonly id: string
  readonly limits = LIMITS
  readonly #fabric: Fabric
  readonly #links = new Map<string, { readonly peer: MemoryPeer, readonly link: Link }>()
  readonly #topics = new Set<string>()
  readonly #seen = new Set<string>()
  /** Requests of ours that wait, each with what ends it. */
  readonly #waiting = new Set<{ readonly peer: string, fail (error: DinemicError): void }>()
  #handlers: NetworkHandlers | undefined
  #phase: 'new' | 'running' | 'stopped' = 'new'

  constructor (id: string, fabric: Fabric) {
    this.id = id
    this.#fabric = fabric
  }

  get isRunning (): boolean {
    return this.#phase === 'running'
  }

  get addresses (): readonly string[] {
    return this.isRunning ? [`memory:${this.id}`] : []
  }

  get peers (): readonly PeerInfo[] {
    return [...this.#links.values()].map(({ peer }) => infoOf(peer))
  }

  handle (handlers: NetworkHandlers): void {
    if (this.#phase !== 'new' || this.#handlers !== undefined) throw new DinemicError('NET_WRONG_ORDER', 'handle() is called once, before start()')
    this.#handlers = handlers
  }

  async start ({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    if (this.#phase !== 'new' || this.#handlers === undefined) throw new DinemicError('NET_WRONG_ORDER', 'start() is called once, after handle()')
    if (signal?.aborted === true) throw aborted()
    this.#phase = 'running'
  }

  async stop (): Promise<void> {
    this.#phase = 'stopped'
    for (const waiting of [...this.#waiting]) waiting.fail(aborted())
    for (const { peer } of [...this.#links.values()]) this.unlink(peer)
  }

  async connect (address: string, { signal }: { signal?: AbortSignal } = {}): Promise<string> {
    this.#checkRunning()
    if (signal?.aborted === true) throw aborted()
    return this.#fabric.link(this, address).id
  }

  async disconnect (peer: string): Promise<void> {
    this.#checkRunning()
    const linked = this.#links.get(peer)
    if (linked !== undefined) this.unlink(linked.peer)
  }

  subscribe (topic: string): void {
    this.#topics.add(topic)
  }

  unsubscribe (topic: string): void {
    this.#topics.delete(topic)
  }

  async publish (topic: string, data: Uint8Array): Promise<void> {
    this.#checkRunning()
    if (data.length > LIMITS.message) throw tooLarge('message', data.length, LIMITS.message)
    const key = `${topic} ${bytesToHex(sha256(data))}`
    if (this.#seen.has(key)) return
    this.#seen.add(key)
    this.#spread({ topic, data: data.slice(), key })
  }

  async request (peer: string, data: Uint8Array, { signal, timeout = 10_000 }: RequestOptions = {}): Promise<Uint8Array> {
    this.#checkRunning()
    if (data.length > LIMITS.request) throw tooLarge('request', data.length, LIMITS.request)
    if (signal?.aborted === true) throw aborted()
    const linked = this.#links.get(peer)
    if (linked === undefined) throw notConnected(peer)
    const gone = new AbortController()
    const question = data.slice()
    return await new Promise<Uint8Array>((resolve, reject) => {
      const end = (): void => {
        this.#waiting.delete(waiting)
        cancelTimeout?.()
        signal?.removeEventListener('abort', onAbort)
      }
      const fail = (error: DinemicError): void => {
        end()
        reject(error)
        gone.abort(error)
      }
      const waiting = { peer, fail }
      const onAbort = (): void => { fail(aborted()) }
      const cancelTimeout = this.#fabric.schedule?.(timeout, () => { fail(new DinemicError('NET_TIMEOUT', `Nothing arrived within ${timeout} ms`)) })
      this.#waiting.add(waiting)
      signal?.addEventListener('abort', onAbort)
      const { peer: to, link } = linked
      this.#fabric.carry({
        kind: 'request', bytes: question.length, from: this, to, link,
        deliver: async () => {
          const { bytes, settle } = await to.#answer(this.id, question, gone.signal)
          this.#fabric.carry({
            kind: 'response', bytes, from: to, to: this, link,
            deliver: () => {
              if (!this.#waiting.has(waiting)) return
              end()
              settle(resolve, reject)
            }
          })
        }
      })
    })
  }

  /** For the hub: the connection to another peer, if there is one. */
  linkTo (peer: MemoryPeer): Link | undefined {
    return this.#links.get(peer.id)?.link
  }

  /** For the hub: connects both sides and tells them. */
  link (peer: MemoryPeer): void {
    const link: Link = { peers: [this, peer] }
    this.#links.set(peer.id, { peer, link })
    peer.#links.set(this.id, { peer: this, link })
    this.#handlers?.connected(infoOf(peer))
    peer.#handlers?.connected(infoOf(this))
  }

  /** For the hub: ends a connection, tells both sides and fails what waits for the other. */
  unlink (peer: MemoryPeer): void {
    this.#lose(peer)
    peer.#lose(this)
  }

  #lose (peer: MemoryPeer): void {
    if (!this.#links.delete(peer.id)) return
    for (const waiting of [...this.#waiting]) {
      if (waiting.peer === peer.id) waiting.fail(notConnected(peer.id))
    }
    this.#handlers?.disconnected(infoOf(peer))
  }

  #spread (message: Message, except?: MemoryPeer): void {
    for (const { peer, link } of this.#links.values()) {
      if (peer === except || !peer.#topics.has(message.topic)) continue
      this.#fabric.carry({ kind: 'gossip', bytes: message.data.length, from: this, to: peer, link, deliver: async () => { await peer.#receive(message, this) } })
    }
  }

  async #receive (message: Message, from: MemoryPeer): Promise<void> {
    if (!this.isRunning || !this.#topics.has(message.topic) || this.#seen.has(message.key)) return
    this.#seen.add(message.key)
    if (await this.#judge(message, from) === 'accept' && this.isRunning) this.#spread(message, from)
  }

  async #judge ({ topic, data }: Message, from: MemoryPeer): Promise<MessageVerdict> {
    try {
      return await this.#handlers!.message(topic, data.slice(), from.id)
    } catch {
      // The port says that a throw counts as ignore.
      return 'ignore'
    }
  }

  /** Resolves to what settles the asker's promise, and to how long it is. */
  async #answer (from: string, data: Uint8Array, signal: AbortSignal): Promise<{ bytes: number, settle (resolve: (response: Uint8Array) => void, reject: (error: DinemicError) => void): void }> {
    try {
      const response = (await this.#handlers!.request(from, data, signal)).slice()
      if (response.length > LIMITS.response) throw tooLarge('response', response.length, LIMITS.response)
      return { bytes: response.length, settle: resolve => { resolve(response) } }
    } catch (thrown) {
      const code = isDinemicError(thrown) ? thrown.code : 'UNKNOWN'
      const error = new DinemicError('NET_REFUSED', `Peer ${this.id} refused the request with ${code}`, { details: { peer: this.id, code } })
      return { bytes: code.length, settle: (_resolve, reject) => { reject(error) } }
    }
  }

  #checkRunning (): void {
    if (!this.isRunning) throw new DinemicError('NET_NOT_RUNNING', `The network is ${this.#phase}; it can be used after start() and before stop()`)
  }
}

function infoOf (peer: MemoryPeer): PeerInfo {
  return { id: peer.id, addresses: [`memory:${peer.id}`] }
}

function aborted (): DinemicError {
  return new DinemicError('NET_ABORTED', 'Given up: the signal aborted, or the network was stopped')
}

function notConnected (peer: string): DinemicError {
  return new DinemicError('NET_NOT_CONNECTED', `Peer ${peer} is not connected, or was lost before it answered; connect to it and ask again`, { details: { peer } })
}

function tooLarge (what: string, length: number, limit: number): DinemicError {
  return new DinemicError('NET_TOO_LARGE', `A ${what} of ${length} bytes is over the limit of ${limit}; split it`, { details: { length, limit } })
}
