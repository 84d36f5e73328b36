import type { Network, NetworkHandlers, PeerInfo, RequestOptions } from '@dinemic/core'
import { never } from './watched-store.js'
import type { Life } from './watched-store.js'

/** The network of one life: every byte that goes out is shown to `sent`, and a dead process neither sends nor answers. */
export class WatchedNetwork implements Network {
  readonly #inner: Network
  readonly #life: Life
  readonly #sent: (bytes: Uint8Array) => void

  constructor (inner: Network, life: Life, sent: (bytes: Uint8Array) => void) {
    this.#inner = inner
    this.#life = life
    this.#sent = sent
  }

  get id (): string {
    return this.#inner.id
  }

  get addresses (): readonly string[] {
    return this.#inner.addresses
  }

  get peers (): readonly PeerInfo[] {
    return this.#inner.peers
  }

  get limits (): Network['limits'] {
    return this.#inner.limits
  }

  handle (handlers: NetworkHandlers): void {
    const life = this.#life
    this.#inner.handle({
      message: async (topic, data, from) => life.alive ? await handlers.message(topic, data, from) : await never(),
      request: async (from, data, signal) => {
        const answer = life.alive ? await handlers.request(from, data, signal) : await never<Uint8Array>()
        this.#sent(answer)
        return answer
      },
      connected: peer => { if (life.alive) handlers.connected(peer) },
      disconnected: peer => { if (life.alive) handlers.disconnected(peer) }
    })
  }

  async start (options?: { signal?: AbortSignal }): Promise<void> {
    await this.#inner.start(options)
  }

  async stop (): Promise<void> {
    await this.#inner.stop()
  }

  async connect (address: string, options?: { signal?: AbortSignal }): Promise<string> {
    return await this.#inner.connect(address, options)
  }

  async disconnect (peer: string): Promise<void> {
    await this.#inner.disconnect(peer)
  }

  subscribe (topic: string): void {
    this.#inner.subscribe(topic)
  }

  unsubscribe (topic: string): void {
    this.#inner.unsubscribe(topic)
  }

  async publish (topic: string, data: Uint8Array): Promise<void> {
    if (!this.#life.alive) return await never()
    this.#sent(data)
    await this.#inner.publish(topic, data)
  }

  async request (peer: string, data: Uint8Array, options?: RequestOptions): Promise<Uint8Array> {
    if (!this.#life.alive) return await never()
    this.#sent(data)
    return await this.#inner.request(peer, data, options)
  }
}
