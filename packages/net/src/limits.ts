const KIB = 1024
const MIB = 1024 * KIB

/** Largest gossip message, request and response in bytes. Every peer must agree on them: see `Network.limits`. */
export const LIMITS = { message: 512 * KIB, request: MIB, response: MIB } as const

/** Gossip that waits for its verdict, in bytes; what comes on top is ignored, and reconciliation brings it later. */
export const PENDING_GOSSIP = { ofPeer: 8 * MIB, ofAll: 32 * MIB } as const

/** Requests that are being read or answered at the same time; those on top are refused. */
export const OPEN_REQUESTS = { ofPeer: 16, ofAll: 256 } as const

/** What they hold, in bytes: what has arrived of the request, then the response until the asker has taken it. */
export const HELD_REQUESTS = { ofPeer: 8 * MIB, ofAll: 32 * MIB } as const

/** With so many peers a node looks for no more of its own accord; whoever connects to it is welcome still. */
export const ENOUGH_PEERS = 100

/** Peers that were found and not yet tried: a LAN may tell of any number of them. */
export const MOST_FOUND = 1_000

/** In ms. */
export const TIMES = {
  /** For a request without a time-out of its own. */
  request: 10_000,
  /** For an asker to send its whole request. */
  readRequest: 10_000,
  /** For an asker to take the whole response. */
  writeResponse: 30_000,
  /** From the opened connection until gossip works in both directions. */
  handshake: 10_000,
  /** For `connect`, all addresses and the handshake together. */
  connect: 20_000,
  /** For each address of a peer. */
  dialAddress: 3_000,
  /** For a connection to close in good order. */
  hangUp: 1_000,
  /** The same for all of them, when the network stops. */
  farewell: 500,
  /** Between questions to the LAN. */
  mdnsQuery: 5_000,
  /** Between answers to the LAN. */
  mdnsAnswer: 1_000,
  /** In which answers of the LAN are gathered before any is tried. */
  gather: 200,
  heartbeat: 500,
  /** Between pings. A peer that vanishes is missed when the answer to the next one is overdue. */
  ping: 10_000,
  /** For the answer to a ping. */
  pong: 10_000
} as const

/** Waits between attempts to reach a lost peer again, in ms: doubled each time, up to the longest. */
export const REDIAL = { first: 500, longest: 60_000 } as const
