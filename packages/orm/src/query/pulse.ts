/** Wakes those who wait for something to happen; who doesn't wait at that moment hears nothing, so check first, then wait. */
export class Pulse {
  #fire!: () => void
  #next!: Promise<void>

  constructor () {
    this.#renew()
  }

  wait (): Promise<void> {
    return this.#next
  }

  fire (): void {
    this.#fire()
    this.#renew()
  }

  #renew (): void {
    this.#next = new Promise((resolve) => { this.#fire = resolve })
  }
}
