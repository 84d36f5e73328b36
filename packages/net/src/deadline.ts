import { setMaxListeners } from 'node:events'
import type { Stream } from '@libp2p/interface'
import { DinemicError } from '@dinemic/core'

/** A time-out and the signals of others in one. It lets go of all of them when it is disposed of, which AbortSignal.any leaves to the garbage collector. */
export class Deadline {
  readonly #controller = new AbortController()
  readonly #timer: NodeJS.Timeout | undefined
  readonly #signals: readonly AbortSignal[]
  readonly #over: Promise<never>

  /** A signal that aborts ends it with `NET_ABORTED`, and `timeout` ms, if there is one, with the error that `late` makes. */
  constructor (signals: readonly (AbortSignal | undefined)[], timeout?: number, late?: () => DinemicError) {
    // libp2p listens to it at every step of a dial.
    setMaxListeners(0, this.signal)
    this.#over = new Promise((_resolve, reject) => {
      this.signal.addEventListener('abort', () => { reject(this.signal.reason as Error) })
    })
    this.#over.catch(() => { /* who races it hears of it */ })
    if (timeout !== undefined) this.#timer = setTimeout(() => { this.#controller.abort(late?.()) }, timeout)
    this.#signals = signals.filter(signal => signal !== undefined)
    for (const signal of this.#signals) {
      if (signal.aborted) this.#abort()
      signal.addEventListener('abort', this.#abort)
    }
  }

  get signal (): AbortSignal {
    return this.#controller.signal
  }

  /** The promise, unless the deadline comes first. */
  async race<T> (promise: Promise<T>): Promise<T> {
    return await Promise.race([promise, this.#over])
  }

  /** The stream ends with the deadline. */
  bind (stream: Stream): void {
    const end = (): void => { stream.abort(this.signal.reason as Error) }
    if (this.signal.aborted) end()
    else this.signal.addEventListener('abort', end)
  }

  throwIfOver (): void {
    this.signal.throwIfAborted()
  }

  readonly #abort = (): void => {
    this.#controller.abort(new DinemicError('NET_ABORTED', 'Given up: the signal aborted, or the network was stopped'))
  }

  [Symbol.dispose] (): void {
    clearTimeout(this.#timer)
    for (const signal of this.#signals) signal.removeEventListener('abort', this.#abort)
  }
}
