/** Of the limit, what one peer's unasked messages may hold, and what further answers of peers that owe one may take: others' come in meanwhile. */
const SHARE = 1 / 4
/** Further answers that one peer may owe. */
const FURTHER = 3
/** Of the limit, what messages leave to answers that were asked for: not more, as some never come. */
const AWAITED = 1 / 2

/** Room for bytes that have come, until they are committed, refused or lost. */
export interface Room {
  /** Twice is as good as once. */
  release (): void
}

export interface AnswerRoom extends Room {
  /** So many have come; false where there is no room for them, and they are to be dropped. */
  came (bytes: number): boolean
}

/**
 * Bytes that have been received and aren't committed yet: what is asked for waits until there is room, and what comes unasked
 * finds some or is passed over, so that a node which receives faster than its disk writes holds no more than its limit.
 * An answer holds nothing before it has come, and each peer may owe one at any time: who never answers keeps no room from others.
 */
export class Pending {
  readonly limit: number
  readonly #answer: number
  readonly #freed: () => void
  readonly #heldByPeer = new Tally()
  readonly #owedByPeer = new Tally()
  /** By peer: who had its turn goes to the end. */
  readonly #waiting = new Map<string, ((room: AnswerRoom) => void)[]>()
  #bytes = 0
  #count = 0
  #owed = 0

  /** `answer`: bytes of the largest answer. `freed` is called whenever there is more room. */
  constructor (limit: number, { answer, freed = () => {} }: { answer: number, freed?: () => void }) {
    this.limit = limit
    this.#answer = Math.min(answer, limit)
    this.#freed = freed
  }

  /** Received. */
  get bytes (): number {
    return this.#bytes
  }

  /** Messages and answers that have come. */
  get count (): number {
    return this.#count
  }

  /** Room for a message of a peer; undefined where there is none. Who waits for what is here to be written, to ask for more, goes first. */
  forMessage (peer: string, bytes: number): Room | undefined {
    const isAwaited = [...this.#waiting.keys()].some(waiting => this.#owedByPeer.of(waiting) === 0)
    if (this.#bytes + this.#awaited + (isAwaited ? this.#answer : 0) + bytes > this.limit) return undefined
    if (this.#heldByPeer.of(peer) + bytes > this.limit * SHARE) return undefined
    this.#heldByPeer.add(peer, bytes)
    return this.#hold(bytes, () => { this.#heldByPeer.add(peer, -bytes) })
  }

  /** Waits until a peer may be asked for something of which nobody knows the size before it has come; undefined where `signal` ends the wait. */
  async forAnswer (peer: string): Promise<AnswerRoom>
  async forAnswer (peer: string, signal?: AbortSignal): Promise<AnswerRoom | undefined>
  async forAnswer (peer: string, signal?: AbortSignal): Promise<AnswerRoom | undefined> {
    if (signal?.aborted === true) return undefined
    if (!this.#waiting.has(peer) && this.#mayAsk(peer)) return this.#ask(peer)
    const queue = this.#waiting.get(peer) ?? []
    this.#waiting.set(peer, queue)
    return await new Promise(resolve => {
      const leave = (): void => {
        queue.splice(queue.indexOf(go), 1)
        if (queue.length === 0) this.#waiting.delete(peer)
        resolve(undefined)
      }
      const go = (room: AnswerRoom): void => {
        signal?.removeEventListener('abort', leave)
        resolve(room)
      }
      signal?.addEventListener('abort', leave, { once: true })
      queue.push(go)
    })
  }

  /** Asks a peer when there is room, and takes the answer; undefined where none came, it found no room, or `signal` ended the wait for room. */
  async take<T> (peer: string, ask: () => Promise<Uint8Array | undefined>, take: (bytes: Uint8Array) => Promise<T>, signal?: AbortSignal): Promise<T | undefined> {
    const room = await this.forAnswer(peer, signal)
    if (room === undefined) return undefined
    try {
      const bytes = await ask()
      return bytes !== undefined && room.came(bytes.length) ? await take(bytes) : undefined
    } finally {
      room.release()
    }
  }

  /** What messages leave free for answers. */
  get #awaited (): number {
    return Math.min(this.#owed * this.#answer, this.limit * AWAITED)
  }

  /** All that are owed find room, as large as can be. A peer's first one waits for the disk alone, unless very many peers owe theirs. */
  #mayAsk (peer: string): boolean {
    const needed = (this.#owed + 1) * this.#answer
    if (this.#bytes + needed > this.limit) return false
    const owed = this.#owedByPeer.of(peer)
    return owed === 0 || (owed <= FURTHER && needed <= this.limit * SHARE)
  }

  #ask (peer: string): AnswerRoom {
    let isOwed = true
    let held: Room | undefined
    this.#owed++
    this.#owedByPeer.add(peer, 1)
    const answered = (): void => {
      if (!isOwed) return
      isOwed = false
      this.#owed--
      this.#owedByPeer.add(peer, -1)
    }
    return {
      came: bytes => {
        answered()
        // One that is more than all there may be finds room alone: else it would never be had.
        const fits = this.#bytes === 0 || this.#bytes + bytes <= this.limit
        if (fits) held = this.#hold(Math.min(bytes, this.limit))
        this.#serve()
        return fits
      },
      release: () => {
        answered()
        held?.release()
        this.#serve()
      }
    }
  }

  #hold (bytes: number, released = (): void => {}): Room {
    this.#bytes += bytes
    this.#count++
    let isHeld = true
    return {
      release: () => {
        if (!isHeld) return
        isHeld = false
        this.#bytes -= bytes
        this.#count--
        released()
        this.#serve()
      }
    }
  }

  #serve (): void {
    for (let peer = this.#next(); peer !== undefined; peer = this.#next()) {
      const queue = this.#waiting.get(peer)!
      const go = queue.shift()!
      this.#waiting.delete(peer)
      if (queue.length > 0) this.#waiting.set(peer, queue)
      go(this.#ask(peer))
    }
    this.#freed()
  }

  #next (): string | undefined {
    return [...this.#waiting.keys()].find(peer => this.#mayAsk(peer))
  }
}

/** Numbers by name; who has none takes no memory. */
class Tally {
  readonly #numbers = new Map<string, number>()

  of (name: string): number {
    return this.#numbers.get(name) ?? 0
  }

  add (name: string, number: number): void {
    const sum = this.of(name) + number
    if (sum === 0) this.#numbers.delete(name)
    else this.#numbers.set(name, sum)
  }
}
