import type { MessageVerdict, Network, NetworkHandlers, PeerInfo } from '../src/ports/network.js'

/** Handlers that write down what they are told, for tests that wait for it. */
export class Witness implements NetworkHandlers {
  /** `+id` for each connected peer, `-id` for each that is gone. */
  readonly events: string[] = []
  readonly messages: Array<{ readonly topic: string, readonly text: string, readonly from: string }> = []
  judge: (text: string) => MessageVerdict = () => 'accept'
  answer: (from: string, data: Uint8Array, signal: AbortSignal) => Promise<Uint8Array> = async (_from, data) => data
  #waiting: Array<() => void> = []

  constructor (network: Network) {
    network.handle(this)
  }

  /** Resolves when the condition holds; it is looked at again whenever something is told. */
  async until (condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>(resolve => { this.#waiting.push(resolve) })
  }

  /** Has `until` look again. */
  wake (): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }

  async message (topic: string, data: Uint8Array, from: string): Promise<MessageVerdict> {
    const text = new TextDecoder().decode(data)
    this.messages.push({ topic, text, from })
    this.wake()
    return this.judge(text)
  }

  async request (from: string, data: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    return await this.answer(from, data, signal)
  }

  connected ({ id }: PeerInfo): void {
    this.events.push(`+${id}`)
    this.wake()
  }

  disconnected ({ id }: PeerInfo): void {
    this.events.push(`-${id}`)
    this.wake()
  }
}
