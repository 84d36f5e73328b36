/** Lets one through at a time, in the order in which they came. */
export class SaveQueue {
  #last: Promise<void> = Promise.resolve()
  #inside = 0

  get isBusy (): boolean {
    return this.#inside > 0
  }

  /** At once if nobody is inside: who comes first is through before the caller goes on. Undefined if somebody is. */
  tryEnter (): (() => void) | undefined {
    return this.#inside === 0 ? this.#join() : undefined
  }

  /** When all before are through. Call what it gives when you are. */
  async enter (): Promise<() => void> {
    const before = this.#last
    const leave = this.#join()
    await before
    return leave
  }

  #join (): () => void {
    this.#inside++
    let pass = (): void => {}
    this.#last = new Promise((resolve) => { pass = resolve })
    return () => {
      this.#inside--
      pass()
    }
  }
}
