/** Lets one through at a time, in the order in which they came. */
export class SaveQueue {
  #last: Promise<void> = Promise.resolve()

  /** Resolves when all before are through; call what it gives when you are. */
  async enter (): Promise<() => void> {
    const before = this.#last
    let leave = (): void => {}
    this.#last = new Promise((resolve) => { leave = resolve })
    await before
    return leave
  }
}
