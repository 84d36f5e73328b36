/**
 * The network as the engine sees it: topics for live updates, requests for everything else.
 * Implemented by `@dinemic/net` on libp2p and by the memory network of the tests.
 */
export interface Network {
  /** This peer's id; known from construction on. */
  readonly id: string
  /** Where others can reach this peer; empty before `start`. */
  readonly addresses: readonly string[]
  /** Connected peers that speak our protocol. */
  readonly peers: readonly PeerInfo[]

  /** Sets the receiver; once, before `start`. */
  handle (handlers: NetworkHandlers): void
  start (options?: { signal?: AbortSignal }): Promise<void>
  /** Idempotent; aborts requests under way. */
  stop (): Promise<void>

  /** Connects by hand and resolves to the peer's id when `connected` has been told of it. */
  connect (address: string, options?: { signal?: AbortSignal }): Promise<string>
  disconnect (peer: string): Promise<void>

  subscribe (topic: string): void
  unsubscribe (topic: string): void
  /** Never rejects because nobody listens. Rejects with `NET_TOO_LARGE` above `limits.message`, `NET_NOT_RUNNING` before start or after stop. */
  publish (topic: string, data: Uint8Array): Promise<void>

  /**
   * One request, one response, on a stream of its own.
   * Rejects with `NET_TIMEOUT`, `NET_ABORTED`, `NET_TOO_LARGE`, `NET_NOT_CONNECTED` or `NET_REFUSED` (the other side's handler threw).
   * `timeout` in ms, default 10,000.
   */
  request (peer: string, data: Uint8Array, options?: RequestOptions): Promise<Uint8Array>

  /** In bytes, the same at every peer: the largest gossip message, request and response. */
  readonly limits: { readonly message: number, readonly request: number, readonly response: number }
}

export interface PeerInfo { readonly id: string, readonly addresses: readonly string[] }

export interface RequestOptions { readonly signal?: AbortSignal, readonly timeout?: number }

/** accept: forward it; reject: bad bytes or signature, the sender is at fault; ignore: don't forward, nobody's fault. */
export type MessageVerdict = 'accept' | 'reject' | 'ignore'

export interface NetworkHandlers {
  /** Called once for each new message from another peer, before it is forwarded. Must not throw; a throw counts as ignore. */
  message (topic: string, data: Uint8Array, from: string): Promise<MessageVerdict>
  /** Answers a request. A throw is told to the asker as `NET_REFUSED`. The signal aborts when the asker goes away or the network stops. */
  request (from: string, data: Uint8Array, signal: AbortSignal): Promise<Uint8Array>
  /** A peer that speaks our protocol is connected (or was at start), once until `disconnected`. */
  connected (peer: PeerInfo): void
  disconnected (peer: PeerInfo): void
}
