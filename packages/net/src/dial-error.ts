import { multiaddr, type Multiaddr } from '@multiformats/multiaddr'
import { DinemicError } from '@dinemic/core'

export function parseAddress (address: string): Multiaddr {
  try {
    if (address !== '') return multiaddr(address)
  } catch (cause) {
    throw badAddress(address, cause)
  }
  throw badAddress(address)
}

/** What a failed dial means for the user. */
export function dialError (address: string, cause: unknown): DinemicError {
  const causes = cause instanceof AggregateError ? cause.errors : [cause]
  const names = causes.map(nameOf)
  if (names.includes('NoValidAddressesError')) return badAddress(address, cause)
  if (names.includes('InvalidPeerIdError')) return ownAddress(address, cause)
  if (names.includes('DialDeniedError')) {
    return new DinemicError('NET_UNREACHABLE', `The peer at ${address} sent bad messages and is shut out for some minutes`, { cause, details: { address } })
  }
  if (names.every(isSilence)) return unreachable(address, cause)
  return new DinemicError('NET_UNREACHABLE', `Something is at ${address}, but doesn't answer as expected: check that it is a Dinemic node, that both have the same networkKey or none, and that the peer id in the address is right`, { cause, details: { address } })
}

export function unreachable (address: string, cause?: unknown): DinemicError {
  return new DinemicError('NET_UNREACHABLE', `Nobody answers at ${address}: check that the peer runs and listens there, and that no firewall is between`, { cause, details: { address } })
}

export function ownAddress (address: string, cause?: unknown): DinemicError {
  return new DinemicError('NET_BAD_ADDRESS', `${address} is this node's own address; give another peer's`, { cause, details: { address } })
}

export function otherNetwork (address: string, peer: string): DinemicError {
  return new DinemicError('NET_OTHER_NETWORK', `The peer at ${address} belongs to another network; start both nodes with the same network name`, { details: { address, peer } })
}

export function lostPeer (address: string, peer: string): DinemicError {
  return new DinemicError('NET_UNREACHABLE', `The peer at ${address} went away before it was connected; try again`, { details: { address, peer } })
}

function badAddress (address: string, cause?: unknown): DinemicError {
  return new DinemicError('NET_BAD_ADDRESS', `${JSON.stringify(address)} isn't an address to connect to; give one such as /ip4/192.168.0.7/tcp/4001, from the other node's addresses`, { cause, details: { address } })
}

/** The system's code where there is one, otherwise libp2p's name for the error. */
function nameOf (error: unknown): string {
  const { code, name } = error as { code?: unknown, name?: unknown }
  return typeof code === 'string' ? code : String(name)
}

function isSilence (name: string): boolean {
  return ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'].includes(name)
}
