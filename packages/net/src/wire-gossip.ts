import type { TopicValidatorFn } from '@chainsafe/libp2p-gossipsub'
import { TopicValidatorResult } from '@chainsafe/libp2p-gossipsub'
import { peerIdFromString } from '@libp2p/peer-id'
import type { MessageVerdict } from '@dinemic/core'
import type { DinemicLibp2p } from './create-libp2p.js'

export interface GossipPort {
  /** The topic that every peer of our network subscribes to. */
  readonly hello: string
  judge (wireTopic: string, data: Uint8Array, from: string): Promise<MessageVerdict>
  /** The subscriptions of a peer have arrived. */
  greeted (peer: string): void
  connected (): readonly string[]
  /** No gossip can be sent to this connected peer any more. */
  mute (peer: string): void
}

const RESULTS: Readonly<Record<MessageVerdict, TopicValidatorResult>> = {
  accept: TopicValidatorResult.Accept,
  reject: TopicValidatorResult.Reject,
  ignore: TopicValidatorResult.Ignore
}

/** To be called before libp2p starts. */
export function wireGossip (libp2p: DinemicLibp2p, port: GossipPort): void {
  const { gossip } = libp2p.services
  gossip.topicValidators = new SameForAll(async (peer, { topic, data }) => RESULTS[await port.judge(topic, data, peer.toString())])
  gossip.addEventListener('subscription-change', ({ detail: { peerId, subscriptions } }) => {
    if (subscriptions.some(({ topic, subscribe }) => subscribe && topic === port.hello)) port.greeted(peerId.toString())
  })
  // gossipsub doesn't open its stream again when it breaks while the connection lives on: a peer that reads too slowly
  // is reset, and of two connections to a peer the one with the stream may close. A new connection starts it afresh.
  gossip.addEventListener('gossipsub:heartbeat', () => {
    for (const peer of port.connected()) {
      if (!hasGossipStream(libp2p, peer)) port.mute(peer)
    }
  })
}

function hasGossipStream (libp2p: DinemicLibp2p, peer: string): boolean {
  return libp2p.getConnections(peerIdFromString(peer)).some(({ streams }) =>
    streams.some(({ direction, protocol }) => direction === 'outbound' && libp2p.services.gossip.protocols.includes(protocol)))
}

/** gossipsub accepts, keeps and forwards messages of a topic that has no validator, whatever they are; so no topic is without. */
class SameForAll extends Map<string, TopicValidatorFn> {
  readonly #validator: TopicValidatorFn

  constructor (validator: TopicValidatorFn) {
    super()
    this.#validator = validator
  }

  override get (): TopicValidatorFn {
    return this.#validator
  }
}
