import { DinemicError } from '@dinemic/core'
import type { Discovery } from '@dinemic/net'
import { didYouMean } from '@dinemic/orm'
import type { Listener, ModelClass } from '@dinemic/orm'
import type { Admit, QuotaOptions, Replicate } from '@dinemic/replica'
import type { Logger } from './logger.js'
import { problemOfReplicate } from './replicate.js'

export interface NodeOptions {
  /** Peers meet only within one network. */
  readonly network: string
  /** Pre-shared key, 32 bytes as 64 hex digits: without it a stranger is not let in. */
  readonly networkKey?: string | undefined
  /** The classes of this node; unless `replicate` says otherwise it stores and forwards objects of these models and of no others. */
  readonly models: readonly ModelClass[]
  /**
   * `'all'`: a keeper, which also stores and forwards what it has no class for. `{ Person: { ids: […] } }`: of this model
   * these objects, those that are created or opened here, and no others; models that aren't named are replicated whole.
   */
  readonly replicate?: Replicate | undefined
  /** The directory of the database. Without one the node lives in memory and forgets all, its keys included, when it stops. */
  readonly path?: string | undefined
  /** Encrypts the private keys at rest. Once given, it must be given always. */
  readonly password?: string | undefined
  /** Multiaddresses (TCP). By default loopback and LAN, any free port; an empty list only dials. */
  readonly listen?: readonly string[] | undefined
  /** How peers are found beside `connect()`; 'mdns' by default. */
  readonly discovery?: Discovery | undefined
  /** Each with its filter; in place before the network opens and before missed after-hooks run. */
  readonly listeners?: readonly (readonly [listener: Listener, filter: string])[] | undefined
  /** What a save that resolved survives: the death of the process (default), or also that of the machine ('disk', slower). */
  readonly durability?: 'process' | 'disk' | undefined
  /** May refuse to store what strangers create: asked once for each object that isn't here yet (beyond 5,000 of them, again about those that come again). What it throws is a no, and so is everything but true, and no answer within 5 s. */
  readonly admit?: Admit | undefined
  /** Bytes that strangers may take of the disk: with all their objects (`disk`, 8 GiB by default), and with one (`object`, 256 MiB). */
  readonly quota?: QuotaOptions | undefined
  /** Bytes that may have been received and not been written yet, 64 MiB by default, at least 1 MiB: what comes on top is passed over, or waits. */
  readonly pendingBytes?: number | undefined
  /** Ms that a before-hook has before it counts as refusing; 5,000 by default. */
  readonly hookTimeout?: number | undefined
  /** Where errors go that nobody listens for; the console by default. */
  readonly logger?: Logger | undefined
}

/** Throws `NODE_BAD_OPTIONS` with all that is wrong at once. Whether classes are models and filters fit is for the orm to say. */
export function checkOptions (options: NodeOptions): void {
  const problems = [...problemsOf(options)]
  if (problems.length === 0) return
  const list = problems.map(problem => `\n  - ${problem}`).join('')
  throw new DinemicError('NODE_BAD_OPTIONS', `Node.start() can't use its options:${list}`, { details: { problems } })
}

function * problemsOf (options: unknown): Generator<string> {
  if (!isObject(options)) return yield `give an object such as { network: 'office', models: [Person] } instead of ${shown(options)}`
  for (const name of Object.keys(options)) {
    if (!(name in PROBLEM_OF)) yield `${name}: there is no such option.${didYouMean(name, Object.keys(PROBLEM_OF))}`
  }
  for (const [name, problemOf] of Object.entries(PROBLEM_OF)) {
    const value = options[name]
    const problem = value === undefined && !REQUIRED.has(name) ? undefined : problemOf(value, options)
    if (problem !== undefined) yield `${name}: ${problem}`
  }
}

/** What is wrong with a value, and what to give instead. Secrets never get into a text. */
const PROBLEM_OF: { readonly [Name in keyof NodeOptions]-?: (value: unknown, options: Record<string, unknown>) => string | undefined } = {
  network: value => isText(value) ? undefined : `give a non-empty name instead of ${shown(value)}`,
  networkKey: value => isText(value) && /^[0-9a-f]{64}$/i.test(value) ? undefined : 'give 64 hex digits (32 bytes)',
  models: value => Array.isArray(value) ? undefined : `give a list of classes, such as [Person], instead of ${shown(value)}`,
  replicate: (value, { models }) => problemOfReplicate(value, models),
  path: value => isText(value) && !value.includes('\0') ? undefined : `give a directory, or leave it out for a node in memory, instead of ${shown(value)}`,
  password: value => isText(value) ? undefined : 'give a non-empty text, or leave it out',
  listen: value => problemOfAddresses(value),
  discovery: value => problemOfDiscovery(value),
  listeners: value => problemOfListeners(value),
  durability: value => value === 'process' || value === 'disk' ? undefined : `give 'process' or 'disk' instead of ${shown(value)}`,
  admit: value => typeof value === 'function' ? undefined : `give a function such as ({ id, model, size, peer }) => true instead of ${shown(value)}`,
  quota: value => problemOfQuota(value),
  pendingBytes: value => typeof value === 'number' && value >= MIB ? undefined : `give bytes, at least ${MIB}, instead of ${shown(value)}`,
  hookTimeout: value => typeof value === 'number' && value > 0 && value <= MAX_TIMEOUT ? undefined : `give a number of ms above 0, at most ${MAX_TIMEOUT}, instead of ${shown(value)}`,
  logger: value => isObject(value) && typeof value.error === 'function' && typeof value.debug === 'function' ? undefined : 'give an object with the methods error(message, details) and debug(message, details)'
}

const REQUIRED: ReadonlySet<string> = new Set(['network', 'models'])
const MIB = 1024 * 1024
/** Above this a timer of JavaScript fires at once. */
const MAX_TIMEOUT = 2 ** 31 - 1
/** The forms that TCP knows; the network itself, which is loaded later, reads them closely. */
const ADDRESS = /^\/(ip4|ip6|dns|dns4|dns6)\/[^/]+(\/ipcidr\/\d+)?\/tcp\/\d{1,5}(\/p2p\/[^/]+)?$/

function problemOfAddresses (value: unknown): string | undefined {
  if (!Array.isArray(value)) return `give a list of addresses, such as ['/ip4/0.0.0.0/tcp/0'], instead of ${shown(value)}`
  const bad = value.filter(address => typeof address !== 'string' || !ADDRESS.test(address))
  return bad.length === 0 ? undefined : `give addresses such as /ip4/192.168.0.7/tcp/4001 instead of ${bad.map(shown).join(', ')}`
}

function problemOfDiscovery (value: unknown): string | undefined {
  if (value === 'mdns' || value === false) return undefined
  if (!isObject(value) || Object.keys(value).join() !== 'bootstrap') return `give 'mdns', { bootstrap: [address, …] } or false instead of ${shown(value)}`
  const problem = problemOfAddresses(value.bootstrap)
  return problem === undefined ? undefined : `bootstrap: ${problem}`
}

function problemOfQuota (value: unknown): string | undefined {
  const form = 'give bytes, such as { disk: 8 * 1024 ** 3, object: 256 * 1024 ** 2 }'
  if (!isObject(value)) return `${form}, instead of ${shown(value)}`
  for (const [name, bytes] of Object.entries(value)) {
    if (name !== 'disk' && name !== 'object') return `${form}: there is no quota '${name}'.${didYouMean(name, ['disk', 'object'])}`
    if (bytes !== undefined && !(typeof bytes === 'number' && bytes >= 0)) return `${form}: ${name} is ${shown(bytes)}`
  }
  return undefined
}

function problemOfListeners (value: unknown): string | undefined {
  const pairs = "give pairs of a listener and a filter, such as [[audit, 'Person:[id]:[field]']]"
  if (!Array.isArray(value)) return `${pairs}, instead of ${shown(value)}`
  for (const pair of value as unknown[]) {
    if (!Array.isArray(pair) || pair.length !== 2) return `${pairs}: one of them is ${Array.isArray(pair) ? `a list of ${pair.length}` : shown(pair)}`
    if (typeof pair[0] === 'function') return `${pairs}: one listener is the class ${pair[0].name}, give new ${pair[0].name}()`
    if (!isObject(pair[0]) || typeof pair[1] !== 'string') return `${pairs}: one of them has ${shown(pair[0])} and ${shown(pair[1])}`
  }
  return undefined
}

function isText (value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isObject (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function shown (value: unknown): string {
  return typeof value === 'object' && value !== null ? (Array.isArray(value) ? 'a list' : 'an object') : typeof value === 'function' ? 'a function' : JSON.stringify(value) ?? 'nothing'
}
