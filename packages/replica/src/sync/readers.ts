import type { MessageVerdict, Platform } from '@dinemic/core'
import { KeyedQueue } from '../keyed-queue.js'

/** What a message is worth, and when it is taken, with the number of strays in it: updates under grants that nobody knows. */
export interface ReadMessage { readonly verdict: MessageVerdict, readonly taken: Promise<number> }

/** How long a peer's next message waits for each stray, in ms. */
const FOR_EACH_STRAY = 4
/** It waits no longer than this, also while the disk stands still: what comes has to be verified for others. */
const LONGEST = 100

/**
 * The messages of one peer are read one after another, so that who sends many at once gets no larger part of this node's time
 * than others; and who sends strays a smaller one: honest peers don't pass these on.
 */
export class Readers {
  readonly #platform: Platform
  readonly #queue = new KeyedQueue()

  constructor (platform: Platform) {
    this.#platform = platform
  }

  /** Resolves when the message is read. */
  async run (peer: string, read: () => Promise<ReadMessage>): Promise<ReadMessage> {
    return await new Promise((resolve, reject) => {
      void this.#queue.run([peer], async () => {
        try {
          const message = await read()
          resolve(message)
          await this.#settle(message.taken)
        } catch (error) {
          reject(error)
        }
      })
    })
  }

  async #settle (taken: Promise<number>): Promise<void> {
    const strays = await Promise.race([taken, this.#pause(LONGEST)])
    if (strays !== undefined && strays > 0) await this.#pause(Math.min(LONGEST, strays * FOR_EACH_STRAY))
  }

  async #pause (ms: number): Promise<undefined> {
    return await new Promise(resolve => { this.#platform.schedule(ms, () => { resolve(undefined) }) })
  }
}
