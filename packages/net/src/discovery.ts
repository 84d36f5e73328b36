import type { PeerDiscovery } from '@libp2p/interface'
import { mdns, type MulticastDNSComponents } from '@libp2p/mdns'
import type { Multiaddr } from '@multiformats/multiaddr'
import { TIMES } from './limits.js'

export interface Found { readonly id: string, readonly addresses: readonly Multiaddr[] }

/**
 * mDNS under a service name of our network's own, so that peers of others aren't even seen.
 * Listens to the service itself: libp2p's `peer:discovery` tells of each peer only once, and one that restarts has a new port.
 */
export function lanDiscovery (service: string, found: (peer: Found) => void): (components: MulticastDNSComponents) => PeerDiscovery {
  const create = mdns({ serviceTag: service, interval: TIMES.mdnsQuery })
  return components => {
    const discovery = create(components)
    discovery.addEventListener('peer', ({ detail: { id, multiaddrs } }) => {
      found({ id: id.toString(), addresses: multiaddrs.map(address => address.encapsulate(`/p2p/${id}`)) })
    })
    return discovery
  }
}
