import { multiaddr } from '@multiformats/multiaddr'
import { DinemicError } from '@dinemic/core'

export interface NetworkOptions {
  /** Peers meet only within one network. */
  readonly networkName: string
  /** Pre-shared key: 32 bytes as 64 hex digits. Who hasn't got it can't complete a connection. */
  readonly networkKey?: string | undefined
  /** 32-byte Ed25519 seed: the peer's id follows from it. */
  readonly seed: Uint8Array
  /** Multiaddresses, TCP only. Port 0 is any free port; an empty list only dials. */
  readonly listen: readonly string[]
  readonly discovery: Discovery
  readonly logger?: NetworkLogger | undefined
}

/** How peers find each other beside `connect`: by multicast in the LAN, at known addresses, or not at all. */
export type Discovery = 'mdns' | { readonly bootstrap: readonly string[] } | false

export interface NetworkLogger {
  /** A peer was cut off, which no other part hears of. */
  error (message: string, error: DinemicError): void
  /** What is of use when peers don't find each other. */
  debug (message: string, details?: Record<string, unknown>): void
}

/** Throws `NET_BAD_OPTIONS` with all that is wrong at once. */
export function checkOptions (options: NetworkOptions): void {
  const problems = [...problemsOf(options)]
  if (problems.length > 0) {
    throw new DinemicError('NET_BAD_OPTIONS', `createNetwork: ${problems.join('; ')}`, { details: { problems } })
  }
}

function * problemsOf (options: NetworkOptions): Generator<string> {
  const { networkName, networkKey, seed, listen, discovery } = options
  if (typeof networkName !== 'string' || networkName === '') yield 'networkName: give a non-empty name'
  // The key itself must not get into an error text.
  if (networkKey !== undefined && !/^[0-9a-f]{64}$/i.test(networkKey)) yield 'networkKey: give 64 hex digits (32 bytes)'
  if (!(seed instanceof Uint8Array) || seed.length !== 32) yield 'seed: give 32 bytes'
  for (const address of listen) if (!isMultiaddress(address)) yield badAddress('listen', address)
  if (typeof discovery !== 'object') return
  for (const address of discovery.bootstrap) if (!isMultiaddress(address)) yield badAddress('discovery.bootstrap', address)
}

function badAddress (option: string, address: string): string {
  return `${option}: ${JSON.stringify(address)} isn't a multiaddress such as /ip4/192.168.0.7/tcp/4001`
}

function isMultiaddress (address: string): boolean {
  try {
    multiaddr(address)
    return address !== ''
  } catch {
    return false
  }
}
