export interface Shares { readonly ofPeer: number, readonly ofAll: number }

/** What peers may take up of something at the same time, each and together. */
export class Budget {
  readonly #shares: Shares
  readonly #takenBy = new Map<string, number>()
  #taken = 0

  constructor (shares: Shares) {
    this.#shares = shares
  }

  /** False, and nothing is taken, where it would be more than there is. */
  take (peer: string, amount: number): boolean {
    const ofPeer = (this.#takenBy.get(peer) ?? 0) + amount
    if (ofPeer > this.#shares.ofPeer || this.#taken + amount > this.#shares.ofAll) return false
    this.#takenBy.set(peer, ofPeer)
    this.#taken += amount
    return true
  }

  give (peer: string, amount: number): void {
    const ofPeer = (this.#takenBy.get(peer) ?? 0) - amount
    if (ofPeer === 0) this.#takenBy.delete(peer)
    else this.#takenBy.set(peer, ofPeer)
    this.#taken -= amount
  }
}
