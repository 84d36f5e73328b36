import type { DinemicLibp2p } from './create-libp2p.js'

/** What libp2p 3.3 and gossipsub 17 don't show in their types; all of it may be missing in another version. */
interface Internals {
  readonly components?: { readonly addressManager?: { readonly _updatePeerStoreAddresses?: { readonly stop?: () => void } } }
  readonly services?: { readonly gossip?: { readonly status?: { readonly heartbeatTimeout?: NodeJS.Timeout } } }
}

/**
 * Stops libp2p and two timers that it would leave behind: the next heartbeat of gossipsub, and an update of the own
 * addresses that the closing of each listener puts off by a second. For so long they would keep the process alive.
 */
export async function stopWithTimers (libp2p: DinemicLibp2p): Promise<void> {
  const { components, services } = libp2p as unknown as Internals
  const heartbeat = services?.gossip?.status?.heartbeatTimeout
  try {
    await libp2p.stop()
  } finally {
    clearTimeout(heartbeat)
    components?.addressManager?._updatePeerStoreAddresses?.stop?.()
  }
}
