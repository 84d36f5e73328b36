import type { PeerDiscovery, Startable } from '@libp2p/interface'
import { mdns, type MulticastDNSComponents } from '@libp2p/mdns'
import type { Multiaddr } from '@multiformats/multiaddr'
import { TIMES } from './limits.js'
import { soften, type Multicast } from './soften.js'

export interface Found { readonly id: string, readonly addresses: readonly Multiaddr[] }

export interface DiscoveryOptions {
  /** DNS service name under which to announce and ask. */
  readonly service: string
  readonly found: (peer: Found) => void
  /** How many peers are connected. */
  readonly connected: () => number
}

/**
 * mDNS under a service name of our network's own, so that peers of others aren't even seen.
 * Listens to the service itself: libp2p's `peer:discovery` tells of each peer only once, and one that restarts has a new port.
 */
export function lanDiscovery ({ service, found, connected }: DiscoveryOptions): (components: MulticastDNSComponents) => PeerDiscovery {
  const create = mdns({ serviceTag: service, interval: TIMES.mdnsQuery })
  return components => {
    const discovery = create(components) as PeerDiscovery & Startable & { mdns?: Multicast }
    discovery.addEventListener('peer', ({ detail: { id, multiaddrs } }) => {
      found({ id: id.toString(), addresses: multiaddrs.map(address => address.encapsulate(`/p2p/${id}`)) })
    })
    const start = discovery.start.bind(discovery)
    discovery.start = async () => {
      await start() // It asks at once: whoever is new always does.
      soften(discovery.mdns!, connected)
    }
    return discovery
  }
}
