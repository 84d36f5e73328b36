import { isDinemicError } from '@dinemic/core'
import { REDIAL } from './limits.js'

// Addresses that were given by hand or as bootstrap are tried again for as long as the network runs.

export interface RedialPort {
  /** Resolves to the id of the peer that is connected then. */
  dial (address: string): Promise<string>
  isConnected (peer: string): boolean
}

interface Target {
  readonly address: string
  peer: string | undefined
  failures: number
  timer: NodeJS.Timeout | undefined
}

export class Redial {
  readonly #port: RedialPort
  readonly #targets = new Map<string, Target>()
  #stopped = false

  constructor (port: RedialPort) {
    this.#port = port
  }

  /** From now on; with a peer, it is connected there already. */
  keep (address: string, peer?: string): void {
    const known = this.#targets.get(address)
    clearTimeout(known?.timer)
    const target: Target = { address, peer, failures: 0, timer: undefined }
    this.#targets.set(address, target)
    if (peer === undefined) void this.#attempt(target)
  }

  lost (peer: string): void {
    for (const target of this.#targets.values()) {
      if (target.peer === peer) this.#schedule(target)
    }
  }

  forget (peer: string): void {
    for (const target of [...this.#targets.values()]) {
      if (target.peer === peer) this.#drop(target)
    }
  }

  stop (): void {
    this.#stopped = true
    for (const target of [...this.#targets.values()]) this.#drop(target)
  }

  async #attempt (target: Target): Promise<void> {
    if (target.peer !== undefined && this.#port.isConnected(target.peer)) return
    try {
      target.peer = await this.#port.dial(target.address)
      target.failures = 0
    } catch (error) {
      // A list of bootstrap addresses may well contain our own.
      if (isDinemicError(error, 'NET_BAD_ADDRESS')) return this.#drop(target)
      target.failures++
      this.#schedule(target)
    }
  }

  #schedule (target: Target): void {
    if (this.#stopped || this.#targets.get(target.address) !== target) return
    clearTimeout(target.timer)
    const wait = Math.min(REDIAL.first * 2 ** target.failures, REDIAL.longest)
    target.timer = setTimeout(() => { void this.#attempt(target) }, wait)
    target.timer.unref()
  }

  #drop (target: Target): void {
    clearTimeout(target.timer)
    this.#targets.delete(target.address)
  }
}
