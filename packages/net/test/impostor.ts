import { randomBytes } from 'node:crypto'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Stream } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p, type DinemicLibp2p } from '../src/create-libp2p.js'
import { namesOf } from '../src/names.js'
import { stopLibp2p } from '../src/stop-libp2p.js'
import { optionsOf, stopLater } from './bench.js'

const names = namesOf('bench')

/** A peer that shakes hands like one of ours, and then does what the test wants. */
export interface Impostor {
  readonly id: string
  readonly libp2p: DinemicLibp2p
  connect (address: string): Promise<void>
  /** A request stream to a peer that is connected. */
  open (peer: string): Promise<Stream>
  gossip (topic: string, data: Uint8Array): Promise<void>
  subscribe (topic: string): void
}

export async function startImpostor (answer: (stream: Stream) => void = () => {}, { sayReady = true } = {}): Promise<Impostor> {
  const libp2p = await createLibp2p({
    options: optionsOf(),
    key: await generateKeyPairFromSeed('Ed25519', randomBytes(32)),
    names,
    score: () => 0,
    isShutOut: () => false,
    found: () => {},
    connected: () => 0
  })
  await libp2p.handle(names.request, answer)
  await libp2p.handle(names.ready, async stream => { await stream.close() })
  libp2p.services.gossip.addEventListener('subscription-change', ({ detail: { peerId } }) => {
    // Whoever has hung up in the meantime needn't hear it.
    if (sayReady) libp2p.getConnections(peerId)[0]?.newStream(names.ready).then(async stream => { await stream.close() }).catch(() => {})
  })
  await libp2p.start()
  stopLater({ stop: async () => { await stopLibp2p(libp2p) } })
  libp2p.services.gossip.subscribe(names.hello)
  return {
    id: libp2p.peerId.toString(),
    libp2p,
    connect: async address => { await libp2p.dial(multiaddr(address)) },
    open: async peer => await libp2p.getConnections(peerIdFromString(peer))[0]!.newStream(names.request),
    gossip: async (topic, data) => { await libp2p.services.gossip.publish(names.toWire(topic), data) },
    subscribe: topic => { libp2p.services.gossip.subscribe(names.toWire(topic)) }
  }
}

/** Resolves when a stream has ended, in whatever way. */
export async function ended (stream: Stream): Promise<void> {
  if (stream.status === 'open' || stream.status === 'closing') await new Promise(resolve => { stream.addEventListener('close', resolve) })
}
