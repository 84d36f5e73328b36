import type { MessageVerdict } from '@dinemic/core'
import { Budget } from './budget.js'
import { LIMITS, PENDING_GOSSIP } from './limits.js'

export interface VerdictPort {
  /** The user's topic, or undefined for one that we have no business with. */
  topicOf (wireTopic: string): string | undefined
  /** Resolves to true once the peer is connected, to false if it never will be. */
  isPeer (peer: string): Promise<boolean>
  judge (topic: string, data: Uint8Array, from: string): Promise<MessageVerdict>
  /** The peer has sent what no honest peer forwards. */
  offended (peer: string): void
}

/** Decides what gossipsub does with a message, and bounds what waits for that. */
export class Verdicts {
  readonly #port: VerdictPort
  readonly #pending = new Budget(PENDING_GOSSIP)

  constructor (port: VerdictPort) {
    this.#port = port
  }

  /** Never rejects. */
  async of (wireTopic: string, data: Uint8Array, from: string): Promise<MessageVerdict> {
    const topic = this.#port.topicOf(wireTopic)
    if (topic === undefined) return 'ignore'
    const verdict = data.length > LIMITS.message ? 'reject' : await this.#bounded(topic, data, from)
    if (verdict === 'reject') this.#port.offended(from)
    return verdict
  }

  async #bounded (topic: string, data: Uint8Array, from: string): Promise<MessageVerdict> {
    if (!this.#pending.take(from, data.length)) return 'ignore'
    try {
      // Gossip may overtake the note that makes its sender a peer; the engine hears of peers first.
      return await this.#port.isPeer(from) ? await this.#port.judge(topic, data, from) : 'ignore'
    } catch {
      // The port says that a throw counts as ignore: a fault of ours is no reason to punish the sender.
      return 'ignore'
    } finally {
      this.#pending.give(from, data.length)
    }
  }
}
