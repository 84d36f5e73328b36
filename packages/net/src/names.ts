import { createHash } from 'node:crypto'

/** What two peers must have in common to talk: all of it follows from the network's name. */
export interface Names {
  /** Protocol of requests. */
  readonly request: string
  /** Protocol of the note that gossip works; see `links.ts`. */
  readonly ready: string
  /** A topic to which every peer subscribes, so that each peer hears of every other's subscriptions at least once. */
  readonly hello: string
  /** DNS service name under which mDNS announces and asks. */
  readonly service: string
  /** A topic as it is called on the wire. */
  toWire (topic: string): string
  /** Undefined for a topic of another network. */
  fromWire (topic: string): string | undefined
}

/** The name itself stays private as far as it can't be guessed: only a hash of it goes over the wire. */
export function namesOf (networkName: string): Names {
  const hash = createHash('sha256').update(networkName).digest('hex').slice(0, 32)
  const prefix = `dinemic/1/${hash}/`
  return {
    request: `/${prefix}request`,
    ready: `/${prefix}ready`,
    // No topic of the user's: those come after `topic/`.
    hello: `${prefix}hello`,
    service: `_dinemic-${hash}._udp.local`,
    toWire: topic => `${prefix}topic/${topic}`,
    fromWire: topic => topic.startsWith(`${prefix}topic/`) ? topic.slice(prefix.length + 'topic/'.length) : undefined
  }
}
