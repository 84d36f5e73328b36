import { setMaxListeners } from 'node:events'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Connection, IdentifyResult, PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import type { Multiaddr } from '@multiformats/multiaddr'
import { DinemicError, type Network, type NetworkHandlers, type PeerInfo, type RequestOptions } from '@dinemic/core'
import { createLibp2p, type DinemicLibp2p } from './create-libp2p.js'
import { Deadline } from './deadline.js'
import { dialError, lostPeer, otherNetwork, ownAddress, parseAddress, unreachable } from './dial-error.js'
import type { Found } from './discovery.js'
import { Encounters } from './encounters.js'
import { LIMITS, TIMES } from './limits.js'
import { Links } from './links.js'
import { listenError } from './listen-error.js'
import { namesOf, type Names } from './names.js'
import { Offences } from './offences.js'
import { checkOptions, type NetworkOptions } from './options.js'
import { Redial } from './redial.js'
import { Requests } from './request.js'
import { stopLibp2p } from './stop-libp2p.js'
import { Verdicts } from './verdict.js'
import { wireGossip } from './wire-gossip.js'

/** Touches nothing outside the process before `start`. Rejects with `NET_BAD_OPTIONS`. */
export async function createNetwork (options: NetworkOptions): Promise<Network> {
  checkOptions(options)
  return new Libp2pNetwork(options, await generateKeyPairFromSeed('Ed25519', options.seed))
}

type Phase = 'new' | 'running' | 'stopped'

class Libp2pNetwork implements Network {
  readonly id: string
  readonly limits = LIMITS
  readonly #options: NetworkOptions
  readonly #key: PrivateKey
  readonly #names: Names
  readonly #topics = new Set<string>()
  readonly #offences = new Offences()
  readonly #links: Links
  readonly #redial: Redial
  readonly #encounters: Encounters
  readonly #verdicts: Verdicts
  readonly #requests: Requests
  readonly #ending = new AbortController()
  #phase: Phase = 'new'
  #handlers: NetworkHandlers | undefined
  #libp2p: DinemicLibp2p | undefined
  #starting: Promise<void> | undefined
  #stopping: Promise<void> | undefined

  constructor (options: NetworkOptions, key: PrivateKey) {
    // Every request under way listens to it.
    setMaxListeners(0, this.#ending.signal)
    this.id = peerIdFromPrivateKey(key).toString()
    this.#options = options
    this.#key = key
    this.#names = namesOf(options.networkName)
    this.#links = new Links({
      sayReady: peer => { void this.#sayReady(peer) },
      drop: peer => { void this.#drop(peer) },
      connected: peer => { this.#handlers?.connected(peer) },
      disconnected: peer => {
        this.#redial.lost(peer.id)
        this.#requests.forget(peer.id)
        this.#handlers?.disconnected(peer)
      }
    })
    this.#redial = new Redial({
      dial: async address => await this.#dial(parseAddress(address), address),
      isConnected: peer => this.#links.isConnected(peer)
    })
    this.#encounters = new Encounters({
      isConnected: peer => peer === this.id || this.#connectionTo(peer) !== undefined,
      connected: () => this.#links.connected.length,
      meet: peer => { void this.#meet(peer) }
    })
    const isPeer = async (peer: string): Promise<boolean> => await this.#links.outcome(peer) === 'connected'
    this.#verdicts = new Verdicts({
      topicOf: wireTopic => {
        const topic = this.#names.fromWire(wireTopic)
        return topic !== undefined && this.#topics.has(topic) ? topic : undefined
      },
      isPeer,
      judge: async (topic, data, from) => await this.#handlers!.message(topic, data, from),
      offended: peer => { if (this.#offences.add(peer)) this.#cutOff(peer, 'keeps sending messages that no honest peer forwards, and is shut out for some minutes') }
    })
    this.#requests = new Requests(this.#names.request, {
      connectionTo: peer => this.#connectionTo(peer),
      isPeer,
      handle: async (from, data, signal) => await this.#handlers!.request(from, data, signal),
      broken: (peer, error) => { this.#cutOff(peer, 'sends requests that it doesn\'t finish, responses to which it doesn\'t take, or too large ones', error) }
    }, this.#ending.signal)
  }

  get addresses (): readonly string[] {
    return this.#phase === 'running' ? this.#libp2p?.getMultiaddrs().map(String) ?? [] : []
  }

  get peers (): readonly PeerInfo[] {
    return this.#links.connected
  }

  handle (handlers: NetworkHandlers): void {
    if (this.#phase !== 'new' || this.#handlers !== undefined) throw new DinemicError('NET_WRONG_ORDER', 'handle() is called once, before start()')
    this.#handlers = handlers
  }

  async start ({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    if (this.#phase !== 'new') throw new DinemicError('NET_WRONG_ORDER', `start() is called once; this network is ${this.#phase}: create another one`)
    if (this.#handlers === undefined) throw new DinemicError('NET_WRONG_ORDER', 'Call handle() before start()')
    using deadline = new Deadline([signal, this.#ending.signal])
    deadline.throwIfOver()
    this.#phase = 'running'
    this.#starting = this.#open()
    try {
      await deadline.race(this.#starting)
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  async stop (): Promise<void> {
    this.#stopping ??= this.#close()
    await this.#stopping
  }

  async connect (address: string, { signal }: { signal?: AbortSignal } = {}): Promise<string> {
    this.#running()
    const peer = await this.#dial(parseAddress(address), address, signal)
    this.#redial.keep(address, peer)
    return peer
  }

  /** Not a ban: the peer may come back of its own accord. */
  async disconnect (peer: string): Promise<void> {
    this.#running()
    this.#redial.forget(peer)
    await this.#drop(peer)
  }

  subscribe (topic: string): void {
    this.#topics.add(topic)
    if (this.#isStarted()) this.#running().services.gossip.subscribe(this.#names.toWire(topic))
  }

  unsubscribe (topic: string): void {
    if (this.#topics.delete(topic) && this.#isStarted()) this.#running().services.gossip.unsubscribe(this.#names.toWire(topic))
  }

  async publish (topic: string, data: Uint8Array): Promise<void> {
    const { gossip } = this.#running().services
    if (data.length > LIMITS.message) throw new DinemicError('NET_TOO_LARGE', `A message of ${data.length} bytes is over the limit of ${LIMITS.message}; split it`)
    await gossip.publish(this.#names.toWire(topic), data)
  }

  async request (peer: string, data: Uint8Array, options: RequestOptions = {}): Promise<Uint8Array> {
    this.#running()
    return await this.#requests.ask(peer, data, options)
  }

  async #open (): Promise<void> {
    const libp2p = await createLibp2p({
      options: this.#options,
      key: this.#key,
      names: this.#names,
      score: peer => this.#offences.score(peer),
      isShutOut: peer => this.#offences.isShutOut(peer),
      found: peer => { this.#encounters.found(peer) },
      connected: () => this.#links.connected.length
    })
    this.#libp2p = libp2p
    libp2p.addEventListener('connection:open', ({ detail }) => { this.#links.opened(detail.remotePeer.toString()) })
    libp2p.addEventListener('peer:disconnect', ({ detail }) => { this.#links.closed(detail.toString()) })
    libp2p.addEventListener('peer:identify', ({ detail }) => { this.#identified(detail) })
    await libp2p.handle(this.#names.request, async (stream, connection) => { await this.#requests.answer(stream, connection) })
    await libp2p.handle(this.#names.ready, async (stream, connection) => {
      this.#links.ready(connection.remotePeer.toString())
      await stream.close()
    })
    wireGossip(libp2p, {
      hello: this.#names.hello,
      judge: async (topic, data, from) => await this.#verdicts.of(topic, data, from),
      greeted: peer => { this.#links.subscribed(peer) },
      connected: () => this.#links.connected.map(({ id }) => id),
      mute: peer => { this.#renew(peer) }
    })
    try {
      await libp2p.start()
    } catch (cause) {
      throw listenError(this.#options.listen, cause)
    }
    libp2p.services.gossip.subscribe(this.#names.hello)
    for (const topic of this.#topics) libp2p.services.gossip.subscribe(this.#names.toWire(topic))
    const { discovery } = this.#options
    if (typeof discovery === 'object') for (const address of discovery.bootstrap) this.#redial.keep(address)
  }

  async #close (): Promise<void> {
    this.#phase = 'stopped'
    this.#ending.abort()
    this.#redial.stop()
    this.#encounters.stop()
    await this.#starting?.catch(() => { /* start() has told its caller */ })
    this.#links.clear()
    if (this.#libp2p !== undefined) await stopLibp2p(this.#libp2p)
  }

  #identified ({ peerId, protocols, listenAddrs, connection }: IdentifyResult): void {
    const peer = peerId.toString()
    if (protocols.includes(this.#names.request)) {
      const addresses = listenAddrs.length > 0 ? listenAddrs.slice(0, 16) : [connection.remoteAddr]
      this.#links.identified(peer, addresses.map(String))
    } else if (connection.direction === 'outbound') {
      // Who was dialled waits for its time-out instead: so the dialler always learns why, and says it.
      this.#links.isStranger(peer)
    }
  }

  async #dial (target: Multiaddr | Multiaddr[], address: string, signal?: AbortSignal): Promise<string> {
    const libp2p = this.#running()
    if (address.endsWith(`/p2p/${this.id}`)) throw ownAddress(address)
    using deadline = new Deadline([signal, this.#ending.signal], TIMES.connect, () => unreachable(address))
    deadline.throwIfOver()
    let connection: Connection
    try {
      connection = await libp2p.dial(target, { signal: deadline.signal })
    } catch (cause) {
      deadline.throwIfOver()
      throw dialError(address, cause)
    }
    const peer = connection.remotePeer.toString()
    const outcome = await deadline.race(this.#links.outcome(peer))
    if (outcome === 'connected') return peer
    deadline.throwIfOver()
    throw outcome === 'stranger' ? otherNetwork(address, peer) : lostPeer(address, peer)
  }

  async #meet ({ id, addresses }: Found): Promise<void> {
    try {
      await this.#dial([...addresses], addresses.join(', '))
    } catch (error) {
      // It is asked for again in a few seconds; until then it may have gone, or moved.
      this.#options.logger?.debug('A peer was found in the LAN and could not be connected', { peer: id, error })
    }
  }

  async #sayReady (peer: string): Promise<void> {
    try {
      const stream = await this.#openConnection(peer)?.newStream(this.#names.ready)
      await stream?.close()
    } catch (error) {
      // The peer cuts itself off when it hasn't heard this in time, and comes back.
      this.#options.logger?.debug('A peer could not be told that its subscriptions have arrived', { peer, error })
    }
  }

  #cutOff (peer: string, what: string, cause?: DinemicError): void {
    this.#options.logger?.error(`A peer was cut off: it ${what}`, new DinemicError('NET_CUT_OFF', `Peer ${peer} ${what}`, { cause, details: { peer } }))
    void this.#drop(peer)
  }

  #renew (peer: string): void {
    this.#options.logger?.debug('Gossip to a peer has broken off: it reads too slowly, or had two connections; it is connected anew', { peer })
    void this.#drop(peer)
  }

  async #drop (peer: string): Promise<void> {
    const connection = this.#openConnection(peer)
    if (connection !== undefined) await this.#libp2p?.hangUp(connection.remotePeer, { signal: AbortSignal.timeout(TIMES.hangUp) })
  }

  #connectionTo (peer: string): Connection | undefined {
    return this.#links.isConnected(peer) ? this.#openConnection(peer) : undefined
  }

  #openConnection (peer: string): Connection | undefined {
    return this.#libp2p?.getConnections().find(({ remotePeer, status }) => status === 'open' && remotePeer.toString() === peer)
  }

  #isStarted (): boolean {
    return this.#phase === 'running' && this.#libp2p?.status === 'started'
  }

  #running (): DinemicLibp2p {
    if (this.#libp2p !== undefined && this.#isStarted()) return this.#libp2p
    throw new DinemicError('NET_NOT_RUNNING', `The network is ${this.#phase}; it can be used after start() and before stop()`)
  }
}
