import type { PeerInfo } from '@dinemic/core'
import { deferred, type Deferred } from './deferred.js'
import { TIMES } from './limits.js'

// Who is connected. The table owns the state of each peer; libp2p's events only call in.
//
// An open connection is not yet a peer: it may belong to another network, and gossip starts a little later than the
// connection, so that what is published in between would be lost without a trace. A peer counts as connected when
//   1. identify has shown that it speaks the request protocol of our network,
//   2. its gossip subscriptions have arrived, which all contain the hello topic, and
//   3. it has said `ready`, which each side does once (2) holds for it.
// After that, what either side publishes reaches the other. Who isn't there in time is cut off.

export type Outcome = 'connected' | 'stranger' | 'lost'

export interface LinkEvents {
  /** Tells a peer that its subscriptions have arrived. */
  sayReady (peer: string): void
  /** Closes all connections to a peer. */
  drop (peer: string): void
  connected (peer: PeerInfo): void
  disconnected (peer: PeerInfo): void
}

interface Link {
  readonly id: string
  readonly outcome: Deferred<Outcome>
  readonly timer: NodeJS.Timeout
  addresses: readonly string[]
  identified: boolean
  subscribed: boolean
  ready: boolean
  connected: boolean
}

export class Links {
  readonly #events: LinkEvents
  readonly #links = new Map<string, Link>()

  constructor (events: LinkEvents) {
    this.#events = events
  }

  get connected (): PeerInfo[] {
    return [...this.#links.values()].filter(link => link.connected).map(infoOf)
  }

  isConnected (peer: string): boolean {
    return this.#links.get(peer)?.connected ?? false
  }

  /** Resolves once it is clear what becomes of a connection that is open now; never rejects. */
  outcome (peer: string): Promise<Outcome> {
    return this.#links.get(peer)?.outcome.promise ?? Promise.resolve('lost')
  }

  opened (peer: string): void {
    if (this.#links.has(peer)) return
    const timer = setTimeout(() => { this.#fail(peer, 'lost') }, TIMES.handshake)
    timer.unref()
    this.#links.set(peer, {
      id: peer, outcome: deferred(), timer, addresses: [], identified: false, subscribed: false, ready: false, connected: false
    })
  }

  identified (peer: string, addresses: readonly string[]): void {
    this.#advance(peer, link => { Object.assign(link, { identified: true, addresses }) })
  }

  /** It speaks, but not our request protocol. */
  isStranger (peer: string): void {
    this.#fail(peer, 'stranger')
  }

  subscribed (peer: string): void {
    this.#advance(peer, link => { link.subscribed = true })
    // Said each time: the peer may have restarted before we noticed that it was gone.
    if (this.#links.has(peer)) this.#events.sayReady(peer)
  }

  ready (peer: string): void {
    this.#advance(peer, link => { link.ready = true })
  }

  closed (peer: string): void {
    const link = this.#links.get(peer)
    if (link === undefined) return
    this.#links.delete(peer)
    clearTimeout(link.timer)
    link.outcome.resolve('lost')
    if (link.connected) this.#events.disconnected(infoOf(link))
  }

  clear (): void {
    for (const peer of [...this.#links.keys()]) this.closed(peer)
  }

  #advance (peer: string, change: (link: Link) => void): void {
    const link = this.#links.get(peer)
    if (link === undefined) return
    change(link)
    if (link.connected || !(link.identified && link.subscribed && link.ready)) return
    link.connected = true
    clearTimeout(link.timer)
    this.#events.connected(infoOf(link))
    link.outcome.resolve('connected')
  }

  #fail (peer: string, outcome: Outcome): void {
    const link = this.#links.get(peer)
    if (link === undefined) return
    link.outcome.resolve(outcome)
    this.#events.drop(peer)
  }
}

function infoOf ({ id, addresses }: Link): PeerInfo {
  return { id, addresses }
}
