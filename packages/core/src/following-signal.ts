/**
 * A signal that aborts with another, as long as it isn't let go of. For signals that live long: what AbortSignal.any makes of
 * one leaves a trace there each time, which on Node 20 stays for as long as that one lives.
 */
export class FollowingSignal implements Disposable {
  readonly #controller = new AbortController()
  readonly #followed: AbortSignal

  constructor (followed: AbortSignal) {
    this.#followed = followed
    if (followed.aborted) this.#abort()
    else followed.addEventListener('abort', this.#abort, { once: true })
  }

  get signal (): AbortSignal {
    return this.#controller.signal
  }

  readonly #abort = (): void => {
    this.#controller.abort(this.#followed.reason)
  }

  [Symbol.dispose] (): void {
    this.#followed.removeEventListener('abort', this.#abort)
  }
}
