import type { EventEmitter } from 'node:events'
import type { Report, Reports } from '@dinemic/replica'
import type { Logger } from './logger.js'

/** The events of a node, each with one argument. */
export type NodeEvents = { [Name in keyof Reports]: [Reports[Name]] }

/**
 * Hands on what the engine reports. Nothing that a listener does comes back: what it throws is an error to be told,
 * and an error that nobody listens for is written down instead of ending the process.
 */
export class Reporter {
  readonly #emitter: EventEmitter<NodeEvents>
  readonly #logger: Logger
  readonly #counts = new Map<keyof Reports, number>()

  constructor (emitter: EventEmitter<NodeEvents>, logger: Logger) {
    this.#emitter = emitter
    this.#logger = logger
  }

  count (event: keyof Reports): number {
    return this.#counts.get(event) ?? 0
  }

  readonly report: Report = (event, payload) => {
    this.#counts.set(event, this.count(event) + 1)
    if (event === 'error' && this.#emitter.listenerCount('error') === 0) {
      this.#logger.error('Dinemic: an error that nobody listens for; node.on(\'error\', …) hears it', payload)
      return
    }
    try {
      (this.#emitter as EventEmitter).emit(event, payload)
    } catch (error) {
      if (event === 'error') this.#logger.error('Dinemic: a listener of errors failed', error)
      else this.report('error', error)
    }
  }

  readonly error = (error: unknown): void => {
    this.report('error', error)
  }
}
