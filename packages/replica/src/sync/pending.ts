/** Of the limit, what one peer's unasked messages may hold: others' are heard meanwhile. */
const SHARE = 1 / 4

/** Room for bytes that come, until they are committed, refused or lost. */
export interface Room {
  /** So many have come: the rest is free. */
  came (bytes: number): void
  /** Twice is as good as once. */
  release (): void
}

interface Waiter { readonly bytes: number, readonly go: (room: Room) => void }

/**
 * Bytes that have been received, or asked for, and aren't committed yet. What is asked for waits for room, in order; what comes unasked
 * finds some or is passed over. So a node that receives faster than its disk writes holds no more than its limit.
 */
export class Pending {
  readonly limit: number
  readonly #answer: number
  readonly #freed: () => void
  readonly #heldByPeer = new Map<string, number>()
  readonly #waiting: Waiter[] = []
  #bytes = 0
  #count = 0

  /** `answer`: bytes of the largest answer. `freed` is called whenever there is more room. */
  constructor (limit: number, { answer, freed = () => {} }: { answer: number, freed?: () => void }) {
    this.limit = limit
    this.#answer = Math.min(answer, limit)
    this.#freed = freed
  }

  get bytes (): number {
    return this.#bytes
  }

  /** Messages and answers. */
  get count (): number {
    return this.#count
  }

  /** Room for a message of a peer; undefined where there is none. Who waits for an answer goes first. */
  forMessage (peer: string, bytes: number): Room | undefined {
    const held = this.#heldByPeer.get(peer) ?? 0
    if (this.#waiting.length > 0 || this.#bytes + bytes > this.limit || held + bytes > this.limit * SHARE) return undefined
    this.#heldByPeer.set(peer, held + bytes)
    return this.#take(bytes, () => {
      const left = this.#heldByPeer.get(peer)! - bytes
      if (left === 0) this.#heldByPeer.delete(peer)
      else this.#heldByPeer.set(peer, left)
    })
  }

  /** Waits until there is room for an answer, of which nobody knows the size before it has come. */
  async forAnswer (): Promise<Room> {
    if (this.#waiting.length === 0 && this.#bytes + this.#answer <= this.limit) return this.#take(this.#answer)
    return await new Promise(go => { this.#waiting.push({ bytes: this.#answer, go }) })
  }

  /** Asks when there is room, and takes the answer; undefined where none came. */
  async take<T> (ask: () => Promise<Uint8Array | undefined>, take: (bytes: Uint8Array) => Promise<T>): Promise<T | undefined> {
    const room = await this.forAnswer()
    try {
      const bytes = await ask()
      room.came(bytes?.length ?? 0)
      return bytes && await take(bytes)
    } finally {
      room.release()
    }
  }

  #take (bytes: number, released = (): void => {}): Room {
    let held = bytes
    this.#bytes += held
    this.#count++
    const shrink = (to: number): void => {
      this.#bytes -= held - to
      held = to
      this.#serve()
    }
    let isHeld = true
    return {
      came: came => { if (isHeld) shrink(Math.min(held, came)) },
      release: () => {
        if (!isHeld) return
        isHeld = false
        this.#count--
        released()
        shrink(0)
      }
    }
  }

  #serve (): void {
    for (let next = this.#waiting[0]; next !== undefined && this.#bytes + next.bytes <= this.limit; next = this.#waiting[0]) {
      this.#waiting.shift()
      next.go(this.#take(next.bytes))
    }
    this.#freed()
  }
}
