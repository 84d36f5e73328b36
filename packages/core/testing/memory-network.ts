import { DinemicError } from '../src/errors.js'
import type { Network } from '../src/ports/network.js'
import type { Platform } from '../src/ports/platform.js'
import { MemoryPeer, type Fabric, type Parcel } from './memory-peer.js'

export interface MemoryHubOptions {
  /** `auto`, the default: everything is delivered in the next microtask. `manual`: nothing moves but by `step` and `settle`. */
  readonly delivery?: 'auto' | 'manual'
  readonly faults?: Faults
  /** For the time-outs of requests; without it they never time out. */
  readonly schedule?: Platform['schedule']
}

/** Probabilities from 0, the default, to 1. Gossip may be dropped or doubled; a request or response may be dropped, and its asker waits for its time-out. */
export interface Faults {
  /** From 0, inclusive, to 1, exclusive. Seeded, it makes the whole run repeatable. */
  random (): number
  readonly drop?: number
  readonly duplicate?: number
  /** That not the oldest parcel is delivered next, but any. */
  readonly reorder?: number
}

export interface Traffic { parcels: number, bytes: number }

/** A whole network in one thread: creates its peers, and carries what they send each other. */
export class MemoryHub {
  /** What has been sent so far, whether it arrived or not. */
  readonly sent: Readonly<Record<Parcel['kind'], Traffic>> = { gossip: nothing(), request: nothing(), response: nothing() }
  readonly #options: MemoryHubOptions
  readonly #peers = new Map<string, MemoryPeer>()
  readonly #cuts = new Map<string, { readonly a: string, readonly b: string, readonly wasLinked: boolean }>()
  readonly #queue: Parcel[] = []
  /** Deliveries whose receivers aren't done yet. */
  readonly #running = new Set<Promise<void>>()
  #created = 0
  #pumping = false

  constructor (options: MemoryHubOptions = {}) {
    this.#options = options
  }

  /** Parcels under way. */
  get pending (): number {
    return this.#queue.length
  }

  /** A peer at the address `memory:<id>`. The id of one that has stopped may be used again. */
  create (id: string = `peer-${++this.#created}`): Network {
    const fabric: Fabric = {
      carry: parcel => { this.#carry(parcel) },
      link: (from, address) => this.#link(from, address),
      schedule: this.#options.schedule
    }
    const peer = new MemoryPeer(id, fabric)
    this.#peers.set(id, peer)
    return peer
  }

  /** Delivers one parcel, or loses it with its connection; false if there was none. Doesn't wait for the receiver. */
  step (): boolean {
    const parcel = this.#take()
    if (parcel === undefined) return false
    if (parcel.to.isRunning && parcel.from.linkTo(parcel.to) === parcel.link) {
      const running = Promise.resolve(parcel.deliver()).finally(() => { this.#running.delete(running) })
      this.#running.add(running)
    }
    return true
  }

  /** Delivers until nothing is under way and all receivers are done. One that waits for time to pass is waited for. */
  async settle (): Promise<void> {
    for (;;) {
      while (this.step());
      // A turn of the event loop: whatever follows from the deliveries in microtasks has been sent after it.
      await new Promise<void>(resolve => { setTimeout(resolve, 0) })
      if (this.#queue.length > 0) continue
      if (this.#running.size === 0) return
      await Promise.race(this.#running)
    }
  }

  /** Ends the connection of two peers and keeps them apart until `heal`. */
  cut (a: string, b: string): void {
    if (this.#cuts.has(pairKey(a, b))) return
    const [peerA, peerB] = [this.#peers.get(a), this.#peers.get(b)]
    const wasLinked = peerA !== undefined && peerB !== undefined && peerA.linkTo(peerB) !== undefined
    this.#cuts.set(pairKey(a, b), { a, b, wasLinked })
    if (wasLinked) peerA.unlink(peerB)
  }

  /** Lets two peers, or without arguments all, meet again, and connects those that `cut` has parted. */
  heal (a?: string, b?: string): void {
    const keys = a === undefined || b === undefined ? [...this.#cuts.keys()] : [pairKey(a, b)]
    for (const key of keys) {
      const cut = this.#cuts.get(key)
      this.#cuts.delete(key)
      if (cut === undefined || !cut.wasLinked) continue
      const [peerA, peerB] = [this.#peers.get(cut.a), this.#peers.get(cut.b)]
      if (peerA?.isRunning === true && peerB?.isRunning === true && peerA.linkTo(peerB) === undefined) peerA.link(peerB)
    }
  }

  #link (from: MemoryPeer, address: string): MemoryPeer {
    const id = /^memory:(.+)$/.exec(address)?.[1]
    if (id === undefined || id === from.id) throw new DinemicError('NET_BAD_ADDRESS', `${JSON.stringify(address)} isn't the address of another peer; give one such as memory:peer-1`, { details: { address } })
    const peer = this.#peers.get(id)
    if (peer === undefined || !peer.isRunning || this.#cuts.has(pairKey(from.id, id))) throw new DinemicError('NET_UNREACHABLE', `Nobody answers at ${address}`, { details: { address } })
    if (from.linkTo(peer) === undefined) from.link(peer)
    return peer
  }

  #carry (parcel: Parcel): void {
    this.sent[parcel.kind].parcels++
    this.sent[parcel.kind].bytes += parcel.bytes
    const { random = () => 1, drop = 0, duplicate = 0 } = this.#options.faults ?? {}
    if (drop > 0 && random() < drop) return
    this.#queue.push(parcel)
    if (duplicate > 0 && parcel.kind === 'gossip' && random() < duplicate) this.#queue.push(parcel)
    if (this.#options.delivery !== 'manual') this.#pump()
  }

  #pump (): void {
    if (this.#pumping) return
    this.#pumping = true
    queueMicrotask(() => {
      this.#pumping = false
      while (this.step());
    })
  }

  #take (): Parcel | undefined {
    const { random = () => 1, reorder = 0 } = this.#options.faults ?? {}
    if (reorder > 0 && this.#queue.length > 1 && random() < reorder) {
      return this.#queue.splice(Math.floor(random() * this.#queue.length), 1)[0]
    }
    return this.#queue.shift()
  }
}

function nothing (): Traffic {
  return { parcels: 0, bytes: 0 }
}

function pairKey (a: string, b: string): string {
  return JSON.stringify(a < b ? [a, b] : [b, a])
}
