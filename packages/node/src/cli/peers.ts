import { isDinemicError } from '@dinemic/core'
import type { PeerInfo } from '@dinemic/core'
import { Node } from '../node.js'
import { badArguments, readArguments } from './arguments.js'
import { counted } from './layout.js'
import type { Outcome } from './outcome.js'

interface Seen extends PeerInfo {
  /** By how many ms its clock is ahead of ours, where that is worth a warning. */
  readonly ahead?: number
}

interface Failure { readonly address: string, readonly code: string, readonly message: string }

interface Look { readonly network: string, readonly timeout: number, readonly discovery: boolean, readonly addresses: readonly string[] }

const LOOKED = { network: { type: 'string' }, timeout: { type: 'string' }, connect: { type: 'string', multiple: true }, 'no-discovery': { type: 'boolean' } } as const

/** `dinemic peers --network <name>` */
export async function peers (args: readonly string[]): Promise<Outcome> {
  const { values: { network, timeout = '5000', connect: addresses = [], 'no-discovery': alone = false }, positionals } = readArguments('peers', args, LOOKED)
  if (network === undefined || positionals.length > 0) throw badArguments('peers', 'it takes the network\'s name as --network office, and no other argument without an option.')
  if (!/^\d{1,7}$/.test(timeout)) throw badArguments('peers', `--timeout takes whole ms from 0 to 9999999, and was given '${timeout}'.`)
  if (alone && addresses.length === 0) throw badArguments('peers', '--no-discovery leaves nobody to ask. Give a --connect address.')
  const look = { network, timeout: Number(timeout), discovery: !alone, addresses }
  const { seen, failures } = await lookAround(look)
  return { text: describe(look, seen, failures), data: { network, peers: seen, failures }, isWell: seen.length > 0 && failures.length === 0 && seen.every(({ ahead }) => ahead === undefined) }
}

/** With a node in memory, without models: it holds nothing that peers could ask for, and asks for nothing. */
async function lookAround ({ network, timeout, discovery, addresses }: Look): Promise<{ seen: Seen[], failures: Failure[] }> {
  const networkKey = process.env.DINEMIC_NETWORK_KEY
  await using node = await Node.start({
    network, models: [], discovery: discovery ? 'mdns' : false, ...discovery ? {} : { listen: [] }, ...networkKey === undefined ? {} : { networkKey },
    logger: { error: () => {}, debug: () => {} }
  })
  const seen = new Map<string, PeerInfo>()
  const ahead = new Map<string, number>()
  node.on('peer:connect', peer => { seen.set(peer.id, peer) })
  node.on('clock', ({ peer, ahead: ms }) => { if (peer !== undefined) ahead.set(peer, ms) })
  const end = AbortSignal.timeout(timeout)
  const failures: Failure[] = []
  await Promise.all(addresses.map(async address => {
    try {
      await node.connect(address, { signal: end })
    } catch (error) {
      if (!isDinemicError(error)) throw error
      failures.push({ address, code: error.code, message: error.message })
    }
  }))
  if (discovery) await over(end)
  // The peers' clocks are in their first answers.
  await node.idle({ timeout: 1000 }).catch(() => { /* told by what is shown: a peer that doesn't answer has said nothing */ })
  return { seen: [...seen.values()].map(peer => ({ ...peer, ...ahead.has(peer.id) ? { ahead: ahead.get(peer.id)! } : {} })), failures }
}

async function over (signal: AbortSignal): Promise<void> {
  // The time-out of a signal doesn't keep the process alive, but the node's sockets do.
  if (!signal.aborted) await new Promise(resolve => { signal.addEventListener('abort', resolve, { once: true }) })
}

function describe (look: Look, seen: readonly Seen[], failures: readonly Failure[]): string {
  return [
    ...seen.map(({ id, addresses, ahead }) => [id, ...addresses.map(address => `    ${address}`), ahead === undefined ? '    its clock agrees with ours' : `    PROBLEM: its clock is ${Math.round(Math.abs(ahead) / 1000)} s ${ahead > 0 ? 'ahead of' : 'behind'} ours\n  → Set the clock that is wrong: it decides which of two concurrent values shows.`].join('\n')),
    ...failures.map(({ address, code, message }) => `PROBLEM: ${address}\n    ${code}: ${message}`),
    ...seen.length > 0 || failures.length === 0 ? [summary(look, seen.length)] : []
  ].join('\n\n')
}

function summary ({ network, timeout, discovery }: Look, count: number): string {
  return count > 0
    ? `${counted(count, 'peer')} in the network '${network}'`
    : `PROBLEM: nobody in the network '${network}'${discovery ? ` was found within ${timeout} ms` : ''}.\n  → Check the name and DINEMIC_NETWORK_KEY on both sides; mDNS needs UDP port 5353 and one LAN. With --connect <address> a peer is dialled without it.`
}
