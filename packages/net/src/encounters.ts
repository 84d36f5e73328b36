import type { Found } from './discovery.js'
import { ENOUGH_PEERS, MOST_FOUND, TIMES } from './limits.js'

export interface EncountersPort {
  isConnected (peer: string): boolean
  /** How many peers are connected. */
  connected (): number
  meet (peer: Found): void
}

/**
 * Whom to connect to of those who are found: all, up to a number. Beyond it a choice by chance of who answers at about the
 * same time, since those who answer first would be everybody's choice.
 */
export class Encounters {
  readonly #port: EncountersPort
  readonly #found = new Map<string, Found>()
  #timer: NodeJS.Timeout | undefined

  constructor (port: EncountersPort) {
    this.#port = port
  }

  found (peer: Found): void {
    if (this.#port.isConnected(peer.id) || this.#found.size >= MOST_FOUND) return
    this.#found.set(peer.id, peer)
    this.#timer ??= setTimeout(() => { this.#meet() }, TIMES.gather).unref()
  }

  stop (): void {
    clearTimeout(this.#timer)
    this.#found.clear()
  }

  #meet (): void {
    this.#timer = undefined
    const peers = [...this.#found.values()]
    this.#found.clear()
    for (let room = ENOUGH_PEERS - this.#port.connected(); room > 0 && peers.length > 0; room--) {
      const [peer] = peers.splice(Math.floor(Math.random() * peers.length), 1)
      this.#port.meet(peer!)
    }
  }
}
