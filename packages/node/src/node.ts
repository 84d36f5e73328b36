// TypeScript 6 and later include no types of their own accord, and ours speak of EventEmitter and AsyncDisposable.
/// <reference types="node" preserve="true" />
import { captureRejectionSymbol } from 'node:events'
import { DinemicError } from '@dinemic/core'
import type { ObjectId, PeerInfo, UpdateId } from '@dinemic/core'
import { isInHookOf } from '@dinemic/orm'
import type { EntityBase, HasOrm, ModelClass, Objects, Orm, Transaction } from '@dinemic/orm'
import type { Mask } from '@dinemic/replica'
import { checkVerb } from './check-verb.js'
import { Closing } from './closing.js'
import { compose } from './compose.js'
import type { NodeParts } from './compose.js'
import { Reporter } from './events.js'
import type { NodeEvents } from './events.js'
import type { NodeKeys } from './keys.js'
import { consoleLogger, unfailing } from './logger.js'
import type { Logger } from './logger.js'
import { checkOptions } from './options.js'
import type { NodeOptions } from './options.js'
import { untilIdle } from './patience.js'
import type { IdleOptions, StopOptions } from './patience.js'
import { describeStandstill } from './standstill.js'
import type { Explanation, NodeStatus } from './status.js'
import { StrictEmitter } from './strict-emitter.js'

/**
 * One running database: a directory (or memory), a key ring, a place in a network. `Node.start` makes it; until `stop`
 * it is what `node.use(Person)` works on, and `Person.create()` too where it is the only one of its process.
 */
export class Node extends StrictEmitter<NodeEvents> implements HasOrm {
  readonly #closing = new Closing()
  readonly #logger: Logger
  readonly #reporter: Reporter
  #parts: NodeParts | undefined
  #stopping = false

  private constructor (logger: Logger) {
    super({ captureRejections: true })
    this.#logger = logger
    this.#reporter = new Reporter(this, logger)
  }

  /**
   * Opens the database and joins the network. Rejects with `NODE_BAD_OPTIONS`, with what the models and filters are wrong
   * in (`ORM_…`), with what the directory (`STORE_…`) or the network (`NET_…`) doesn't allow; then nothing stays open.
   */
  static async start (options: NodeOptions): Promise<Node> {
    checkOptions(options)
    const node = new Node(unfailing(options.logger ?? consoleLogger))
    await node.#start(options)
    return node
  }

  /** The peer's id, by which others see this node. */
  get id (): string {
    return this.#composed.network.id
  }

  /** Where others can reach this node: what to give to their `connect()`. Empty once it has stopped. */
  get addresses (): readonly string[] {
    return this.#composed.network.addresses
  }

  get peers (): readonly PeerInfo[] {
    return this.#composed.network.peers
  }

  get status (): NodeStatus {
    const { self, models, replica, network } = this.#composed
    const count = (event: keyof NodeEvents): number => this.#reporter.count(event)
    const { used, disk } = replica.quota
    const known = {
      running: !this.#stopping,
      peers: network.peers.map(({ id }) => id),
      sync: replica.sync,
      pending: replica.pending,
      refused: replica.refused,
      missing: replica.missing,
      disk: { strangers: used, quota: disk }
    }
    return {
      ...known,
      self,
      models,
      standstill: describeStandstill(known),
      sought: replica.sought,
      masked: replica.masked().length,
      underWay: replica.underWay,
      counts: { rejected: count('rejected'), conflict: count('conflict'), fork: count('fork'), clock: count('clock'), incompatible: count('incompatible'), error: count('error') }
    }
  }

  /** Carries objects' private keys to other devices of their owner. */
  get keys (): NodeKeys {
    return this.#running.keys
  }

  /** For listeners and other code of ours that is told which node is meant. */
  get orm (): Orm {
    return this.#running.orm
  }

  /** The verbs of a class, on this node. Throws `ORM_NOT_A_MODEL` for a class that the node wasn't started with. */
  use<T extends EntityBase> (model: ModelClass<T>): Objects<T> {
    return this.#running.orm.use(model)
  }

  /** Commits what `task` collects in one atomic local batch; resolves to what `task` gives. */
  async transaction<R> (task: (tx: Transaction) => R | Promise<R>): Promise<R> {
    return await this.#running.orm.transaction(task)
  }

  /** Ids of the objects that are here, across models; `owned`: whose private key is here too. */
  async objects (options?: { readonly model?: string, readonly owned?: boolean }): Promise<ObjectId[]> {
    return await this.#running.orm.objects(options)
  }

  /** Connects by hand; resolves to the peer's id. Rejects with `NET_UNREACHABLE`, `NET_OTHER_NETWORK`, `NET_BAD_ADDRESS`. */
  async connect (address: string, options: { readonly signal?: AbortSignal } = {}): Promise<string> {
    checkAddress(address)
    checkVerb('connect', options, { signal: 'signal' })
    return await this.#running.network.connect(address, options)
  }

  async disconnect (peer: string): Promise<void> {
    await this.#running.network.disconnect(peer)
  }

  /**
   * Resolves when nothing is queued or in flight here, and every missing link was asked of each connected peer; what
   * nobody has is in `status.missing`. Rejects with `NODE_IDLE_TIMEOUT`, or with the signal's reason; inside a hook of this
   * node with `ORM_REENTRANT`.
   */
  async idle (options?: IdleOptions): Promise<void> {
    const { replica } = this.#running
    if (isInHookOf(replica)) throw new DinemicError('ORM_REENTRANT', 'node.idle() inside a hook of the same node would wait for that hook to end. Leave it out: what a hook awaits is done when the hook ends, and node.idle() outside waits for the hook too.')
    await untilIdle(replica, options)
  }

  /** Why an update is in force here, or isn't. Of what was refused or dropped, the last 5,000 are remembered. */
  async explain (update: UpdateId): Promise<Explanation> {
    checkUpdateId('explain', update)
    return await this.#running.replica.explain(update)
  }

  /** The remote updates that before-hooks of this node refused: stored and forwarded, and not shown here. */
  masked (): readonly Mask[] {
    return this.#running.replica.masked()
  }

  /** Shows an update that a hook had refused; its after-hooks run. False if it isn't masked. */
  async unmask (update: UpdateId): Promise<boolean> {
    checkUpdateId('unmask', update)
    return await this.#running.replica.unmask(update)
  }

  /**
   * Waits for what is under way, leaves the network and closes the database. Idempotent. Not to be awaited inside a hook.
   * Rejects with `NODE_STOP_FAILED` where something didn't close well; all that can be closed is.
   */
  async stop (options: StopOptions = {}): Promise<void> {
    checkVerb('stop', options, { timeout: 'timeout' })
    this.#stopping = true
    await this.#closing.close(options)
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.stop()
  }

  /** What an async listener rejects with comes here. */
  override [captureRejectionSymbol] (error: Error, event: string | symbol): void {
    this.#reporter.listenerFailed(String(event), error)
  }

  async #start (options: NodeOptions): Promise<void> {
    const [logger, reporter, closing] = [this.#logger, this.#reporter, this.#closing]
    try {
      this.#parts = await compose(options, { logger, reporter, closing })
    } catch (error) {
      await closing.close().catch((failure: unknown) => { logger.error('Dinemic: what a failed start had opened did not close well', failure) })
      throw error
    }
  }

  get #composed (): NodeParts {
    return this.#parts! // Nobody gets a node before #start has resolved.
  }

  get #running (): NodeParts {
    if (!this.#stopping) return this.#composed
    throw new DinemicError('NODE_STOPPED', 'This node has been stopped. Start another one with Node.start(); on the same path it has all that this one had.')
  }
}

/** Such as the undefined that destructuring the `[]` of a save with nothing staged gives. */
function checkUpdateId (verb: string, id: unknown): void {
  if (typeof id === 'string') return
  throw new DinemicError('CORE_BAD_ID', `node.${verb}() takes the id of an update and was given ${id === null ? 'null' : `a value of type ${typeof id}`}. save(), the event 'rejected' and $.history() give such ids; a save with nothing staged gives none.`)
}

/** Such as the undefined of `other.addresses[0]` where the other node doesn't listen. */
function checkAddress (address: unknown): void {
  if (typeof address === 'string') return
  throw new DinemicError('NET_BAD_ADDRESS', `node.connect() was given ${Array.isArray(address) ? 'a list' : `an address of type ${typeof address}`}. Give one of the other node's addresses, such as '/ip4/192.168.0.7/tcp/4001'; a node that only dials has none.`)
}
