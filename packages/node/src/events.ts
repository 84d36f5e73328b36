import type { EventEmitter } from 'node:events'
import type { Report, Reports } from '@dinemic/replica'
import type { Logger } from './logger.js'

/** The events of a node, each with one argument. */
export type NodeEvents = { [Name in keyof Reports]: [Reports[Name]] }

/**
 * Hands on what the engine reports. Nothing that a listener does comes back to the engine: what it throws, or rejects
 * with, is an error to be told, and an error that nobody listens for is written down instead of ending the process.
 */
export class Reporter {
  readonly #emitter: EventEmitter
  readonly #logger: Logger
  readonly #counts = new Map<keyof Reports, number>()

  constructor (emitter: EventEmitter, logger: Logger) {
    this.#emitter = emitter
    this.#logger = logger
  }

  /** How often it has been reported. */
  count (event: keyof Reports): number {
    return this.#counts.get(event) ?? 0
  }

  readonly report: Report = (event, payload) => {
    this.#counts.set(event, this.count(event) + 1)
    if (event === 'error' && this.#emitter.listenerCount('error') === 0) {
      this.#logger.error("Dinemic: an error that nobody listens for; node.on('error', …) hears it", payload)
      return
    }
    try {
      this.#emitter.emit(event, payload)
    } catch (error) {
      this.listenerFailed(event, error)
    }
  }

  readonly error = (error: unknown): void => {
    this.report('error', error)
  }

  /** A listener of errors that fails would hear of itself without end. */
  listenerFailed (event: string, error: unknown): void {
    if (event === 'error') this.#logger.error('Dinemic: a listener of errors failed', error)
    else this.error(error)
  }
}
