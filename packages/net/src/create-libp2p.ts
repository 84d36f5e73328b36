import './shim.js'
import { createHash } from 'node:crypto'
import { gossipsub, type GossipSub } from '@chainsafe/libp2p-gossipsub'
import { identify } from '@libp2p/identify'
import type { Libp2p, PrivateKey } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { preSharedKey } from '@libp2p/pnet'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p as create } from 'libp2p'
import { lanDiscovery, type Found } from './discovery.js'
import { TIMES } from './limits.js'
import type { Names } from './names.js'
import type { NetworkOptions } from './options.js'

const MIB = 1024 * 1024

export type DinemicLibp2p = Libp2p<{ gossip: GossipSub }>

export interface Libp2pParts {
  readonly options: NetworkOptions
  readonly key: PrivateKey
  readonly names: Names
  readonly score: (peer: string) => number
  readonly isShutOut: (peer: string) => boolean
  readonly found: (peer: Found) => void
  readonly connected: () => number
}

/** Wired, not started: nothing has touched the network yet. */
export async function createLibp2p ({ options, key, names, score, isShutOut, found, connected }: Libp2pParts): Promise<DinemicLibp2p> {
  return await create({
    start: false,
    privateKey: key,
    nodeInfo: { name: 'dinemic', version: '1', userAgent: 'dinemic/1' },
    addresses: { listen: [...options.listen] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    ...(options.networkKey === undefined ? {} : { connectionProtector: preSharedKey({ psk: swarmKey(options.networkKey) }) }),
    connectionGater: {
      denyDialPeer: peer => isShutOut(peer.toString()),
      denyInboundEncryptedConnection: peer => isShutOut(peer.toString())
    },
    connectionManager: {
      // libp2p's defaults are made for strangers on the internet; in a LAN a whole rack may come back within a second, from behind one address.
      inboundConnectionThreshold: 50,
      maxIncomingPendingConnections: 50,
      maxPeerAddrsToDial: 16,
      addressDialTimeout: TIMES.dialAddress,
      inboundUpgradeTimeout: TIMES.dialAddress
    },
    // Each peer is pinged every 10 s. One that is busy for some seconds, or behind a queue on a link that loses much, is not a
    // dead one; and that some other has gone is no reason to give this one more time, as libp2p would.
    connectionMonitor: { pingInterval: TIMES.ping, pingTimeout: { minTimeout: TIMES.pong, maxTimeout: TIMES.pong } },
    peerDiscovery: options.discovery === 'mdns' ? [lanDiscovery({ service: names.service, found, connected })] : [],
    services: {
      identify: identify(),
      gossip: gossipsub(gossipOptions(score))
    }
  }) as DinemicLibp2p
}

function gossipOptions (score: (peer: string) => number): Parameters<typeof gossipsub>[0] {
  return {
    globalSignaturePolicy: 'StrictNoSign',
    // Of the topic too: whoever repeats a message under another one must not have the true one pass for a duplicate.
    msgIdFn: ({ topic, data }) => createHash('sha256').update(topic).update('\0').update(data).digest(),
    msgIdToStrFn: id => Buffer.from(id).toString('latin1'),
    fallbackToFloodsub: false,
    emitSelf: false,
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    // What is published here goes to all subscribers at once, in the mesh or not: with two peers there may be no mesh yet.
    floodPublish: true,
    // In a LAN all are neighbours of the publisher, so the mesh only makes up for what is lost on that way, and comparing
    // for what is lost on both. The defaults (6 to 12, and a quarter of all peers told of each message six times) are for
    // the internet; with these, 16 peers send 0.6 times as many bytes for an update.
    D: 4,
    Dlo: 3,
    Dhi: 6,
    Dout: 1,
    Dlazy: 3,
    gossipFactor: 0.05,
    heartbeatInterval: TIMES.heartbeat,
    mcacheLength: 10,
    mcacheGossip: 3,
    unsubcribeBackoff: 1_000,
    // Of the frame that holds messages: several answers to one IWANT share it, and the sender splits at 4 MiB only. One message is checked in `verdict.ts`.
    maxInboundDataLength: 4 * MIB,
    // A peer that doesn't read is reset here, and cut off by the next heartbeat.
    maxOutboundBufferSize: 8 * MIB,
    maxInboundStreams: 8,
    maxOutboundStreams: 8,
    maxTopicBytesPerPeer: MIB,
    decodeRpcLimits: {
      maxSubscriptions: 1_024,
      maxMessages: 512,
      maxControlMessages: 1_024,
      maxIhaveMessageIDs: 5_000,
      maxIwantMessageIDs: 5_000,
      maxIdontwantMessageIDs: 512,
      maxPeerInfos: 16
    },
    scoreParams: {
      appSpecificScore: score,
      appSpecificWeight: 1,
      // Many peers behind one address are a test bench or a NAT here, not an attack.
      IPColocationFactorWeight: 0,
      behaviourPenaltyThreshold: 6
    }
  }
}

/** The file format that libp2p's private networks read their key from. */
function swarmKey (hex: string): Uint8Array {
  return Buffer.from(`/key/swarm/psk/1.0.0/\n/base16/\n${hex.toLowerCase()}`, 'latin1')
}
