import { setMaxListeners } from 'node:events'
import type { Connection, Libp2p } from '@libp2p/interface'
import { TIMES } from './limits.js'

/** What libp2p 3.3 and gossipsub 17 don't show in their types; all of it may be missing in another version. */
interface Internals {
  readonly components?: { readonly addressManager?: { readonly _updatePeerStoreAddresses?: { readonly stop?: () => void } } }
  readonly services?: { readonly gossip?: { readonly status?: { readonly heartbeatTimeout?: NodeJS.Timeout } } }
}

/**
 * Stops libp2p and two timers that it would leave behind: the next heartbeat of gossipsub, and an update of the own
 * addresses that the closing of each listener puts off by a second. For so long they would keep the process alive.
 */
export async function stopLibp2p (libp2p: Libp2p): Promise<void> {
  const { components, services } = libp2p as unknown as Internals
  const heartbeat = services?.gossip?.status?.heartbeatTimeout
  await Promise.all(libp2p.getConnections().map(closeConnection))
  try {
    await libp2p.stop()
  } finally {
    clearTimeout(heartbeat)
    components?.addressManager?._updatePeerStoreAddresses?.stop?.()
  }
}

/** libp2p would give all streams of a connection one signal, and Node warns of a leak where there are more than ten. */
async function closeConnection (connection: Connection): Promise<void> {
  const signal = AbortSignal.timeout(TIMES.farewell)
  setMaxListeners(0, signal)
  try {
    await connection.close({ signal })
  } catch (error) {
    connection.abort(error as Error)
  }
}
