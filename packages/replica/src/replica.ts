import type { CryptoProvider, ForkProof, KeyHolder, KeyRing, ObjectId, ObjectState, Platform, UpdateId } from '@dinemic/core'
import { Breath } from './breath.js'
import { compose } from './compose.js'
import type { ReplicaOptions, ReplicaParts } from './compose.js'
import type { CommitEvent, Engine, ProposalAnswer, Reader, UpdateRecord, WaitOptions, WriteRequest } from './engine.js'
import type { Explanation } from './explain.js'
import { proofName, readProof } from './fork-row.js'
import { historyOf } from './history.js'
import { checkNetwork } from './home-network.js'
import type { Mask } from './masks.js'
import { isGone, shows } from './object-row.js'
import { OpenedValues } from './opened-values.js'
import { KeyedReader } from './reader.js'
import type { SyncStatus } from './sync/progress.js'
import type { Sought } from './sync/replication.js'
import { goneForGood } from './waiting.js'

/** How long a save waits for its own after-hooks, in ms. They may take longer. */
const HOOKS_PATIENCE = 5000

/** The engine: each verb is a few lines over the parts that `compose` puts together. */
export class Replica implements Engine {
  readonly platform: Platform
  readonly provider: CryptoProvider
  readonly keys: KeyRing
  readonly self: ObjectId
  readonly #networkName: string
  readonly #parts: ReplicaParts
  readonly #opened = new OpenedValues()
  /** Chosen because somebody waits for them: whether there is such an object shows when they end. */
  readonly #tried = new Set<ObjectId>()

  constructor (options: ReplicaOptions) {
    this.platform = options.platform
    this.provider = options.provider
    this.self = options.self
    this.#networkName = options.networkName
    this.#parts = compose(options)
    this.keys = this.#parts.keys
  }

  /** Runs the after-hooks that a crash has left, and takes part in the network once that is started. The store is open. */
  async start (): Promise<void> {
    const { store, binding, sums, continuity, masks, care, quota, afterHooks, replication, caretaker } = this.#parts
    await checkNetwork(store, binding, this.#networkName)
    await sums.load()
    await continuity.start()
    await masks.load(store)
    await care.load(store)
    await quota.load(store)
    await replication.start(continuity.adopted)
    await afterHooks.resume(async object => await this.state(object))
    caretaker.start()
  }

  /** Ends replication, stops the network, and waits for what is under way, as long as `signal` lets it. The store may be closed then. */
  async stop (signal?: AbortSignal): Promise<void> {
    const { replication, caretaker, network, activity, sums, continuity, afterHooks } = this.#parts
    continuity.stopping()
    afterHooks.stopping()
    replication.stop()
    caretaker.stop()
    await network.stop() // ends requests that would keep us waiting
    await activity.idle(signal)
    await sums.close()
    await continuity.stop()
  }

  async state (object: ObjectId, { removed = false }: { removed?: boolean } = {}): Promise<ObjectState | undefined> {
    const row = await this.#parts.objects.row(object)
    if (row === undefined) return undefined
    if (shows(row.visible)) return row.visible
    const hidden = removed && row.visible.genesis !== null && row.visible.removed?.final === false && await this.keys.has(object)
    return hidden ? row.visible : undefined
  }

  async wait (object: ObjectId, options: WaitOptions = {}): Promise<ObjectState> {
    const { objects, network, replication, waiting, interest, askFor } = this.#parts
    const here = await this.state(object, options)
    if (here !== undefined) return here
    const row = await objects.row(object)
    if (row !== undefined && isGone(row)) throw goneForGood(object)
    const asked = new Map<string, string>()
    const said = (): ReadonlyMap<string, string> => new Map([...network.peers.map(({ id }) => [id, 'connected since: comparing brought nothing of it yet'] as const), ...asked])
    if (replication.choose(object)) this.#tried.add(object)
    const appeared = waiting.for(object, options, { look: async () => await this.state(object, options), said })
    askFor(object, { signal: options.signal, said: asked }).catch(() => { /* told by the wait itself: nobody has it */ })
    try {
      const state = await appeared
      this.#tried.delete(object)
      return state
    } catch (error) {
      if (!waiting.has(object) && this.#tried.delete(object)) interest.giveUp(object)
      throw error
    }
  }

  get models (): readonly string[] {
    return this.#parts.interest.models
  }

  async * ids (model: string, options: { after?: ObjectId, limit?: number } = {}): AsyncIterable<ObjectId> {
    let left = options.limit ?? Infinity
    for await (const id of this.#parts.store.objects(options.after === undefined ? { model } : { model, after: options.after })) {
      if (left <= 0) return
      if (await this.state(id) === undefined) continue
      left--
      yield id
    }
  }

  async reader (state: ObjectState, caller?: ObjectId): Promise<Reader> {
    const candidates = caller === undefined ? [state.id, ...new Set([...state.wraps.values()].map(({ subject }) => subject))] : [caller]
    const holders: KeyHolder[] = []
    for (const id of candidates) {
      const seed = await this.keys.get(id)
      if (seed !== undefined) holders.push({ id, seed })
    }
    return new KeyedReader({ provider: this.provider, platform: this.platform, opened: this.#opened }, state, holders)
  }

  async write (requests: readonly WriteRequest[]): Promise<UpdateId[][]> {
    const { continuity, author, write } = this.#parts
    await continuity.beforeWriting(requests.flatMap(({ object, create }) => create === undefined ? [object] : []))
    return await write(requests.map(({ object }) => object), async open => {
      const created: ObjectId[] = []
      const ids: UpdateId[][] = []
      try {
        for (const request of requests) {
          if (request.create !== undefined) {
            // The key is kept before the object is: an object without its key would be nobody's.
            await this.keys.put(request.object, request.create.seed)
            created.push(request.object)
          }
          ids.push(await author.write(await open(request.object), request))
        }
        return ids
      } catch (error) {
        for (const object of created) await this.keys.delete(object)
        throw error
      }
    })
  }

  /** Takes an object's key into the ring: from now on this node owns the object, and hears what its other owners wrote before it saves. */
  async adopt (object: ObjectId, seed: Uint8Array): Promise<void> {
    const { store, care, continuity, replication, pipeline, caretaker } = this.#parts
    // First, as from then on this node is to see to its keys.
    await care.set(store, { object, needed: true })
    await this.keys.put(object, seed)
    await continuity.adopt(object)
    // Nor does who waits for it and gives up make it none of this node's any more.
    this.#tried.delete(object)
    replication.own(object)
    // A crash before this leaves it counted as a stranger's: too much, never too little.
    await pipeline.turn([object], async open => { await (await open(object)).recount() })
    await continuity.beforeWriting([object])
    caretaker.look(object)
  }

  async track<T> (what: string, task: Promise<T>): Promise<T> {
    return await this.#parts.activity.track(what, task)
  }

  async hooksRun (objects: readonly ObjectId[]): Promise<void> {
    let cancel = (): void => {}
    const patience = new Promise<void>(resolve => { cancel = this.platform.schedule(HOOKS_PATIENCE, resolve) })
    await Promise.race([this.#parts.afterHooks.settled(objects), patience])
    cancel()
  }

  async propose (request: WriteRequest): Promise<ProposalAnswer[]> {
    const proposal = await this.#parts.proposals.sign(request)
    return await this.#parts.activity.track(`proposing a change of ${request.object}`, this.#parts.replication.propose(proposal.frame))
  }

  onCommit (listener: (event: CommitEvent) => void): () => void {
    return this.#parts.pipeline.onCommit(listener)
  }

  async history (object: ObjectId): Promise<UpdateRecord[]> {
    return await new Breath(this.platform).through(await this.#parts.look(object, historyOf))
  }

  async forks (object: ObjectId): Promise<ForkProof[]> {
    const known = (await this.#parts.objects.row(object))?.forks ?? []
    const rows = await Promise.all(known.map(async fork => await this.#parts.store.setting(proofName(fork))))
    // Without its proof: the object was removed meanwhile.
    return rows.flatMap(row => row === undefined ? [] : readProof(this.#parts.binding, row))
  }

  /** Nothing queued or in flight, and each missing link asked of each connected peer. */
  async idle (signal?: AbortSignal): Promise<void> {
    await this.#parts.activity.idle(signal)
  }

  /** What `idle()` would wait for, for people to read. */
  get underWay (): readonly string[] {
    return this.#parts.activity.underWay
  }

  /** Why an update is in force here, or isn't. */
  async explain (id: UpdateId): Promise<Explanation> {
    return await this.#parts.explainer.explain(id)
  }

  /** The updates that before-hooks of this node refused: stored and forwarded, and not shown here. */
  masked (): readonly Mask[] {
    return this.#parts.masks.list
  }

  /** Shows an update that a hook had refused; its after-hooks run. False if it isn't masked. */
  async unmask (id: UpdateId): Promise<boolean> {
    const object = this.#parts.masks.objectOf(id)
    if (object === undefined) return false
    const owned = await this.keys.has(object)
    const { result } = await this.#parts.pipeline.turn([object], async open => (await open(object)).unmask(id, { local: false, owned }))
    return result
  }

  /** How far each model is, and how the last comparison with each peer ended. */
  get sync (): SyncStatus {
    return this.#parts.replication.status
  }

  /** Bytes that strangers take, and may take, in all and with one object. */
  get quota (): { readonly used: number, readonly disk: number, readonly object: number } {
    const { used, disk, object } = this.#parts.quota
    return { used, disk, object }
  }

  /** What has been received and isn't committed yet: messages and answers, and their bytes. */
  get pending (): { readonly count: number, readonly bytes: number, readonly limit: number } {
    const { count, bytes, limit } = this.#parts.replication.pending
    return { count, bytes, limit }
  }

  /** What this node's own rules have refused since the start: updates, each time that one comes, and proposals that came too fast. */
  get refused (): { readonly admit: number, readonly quota: number, readonly rate: number } {
    return { ...this.#parts.replication.refused, rate: this.#parts.proposals.refused }
  }

  /** Compares with a connected peer soon, without waiting for the timer. */
  compare (peer: string): void {
    this.#parts.replication.compare(peer)
  }

  /** The same, each with who was asked and what they said. */
  get sought (): readonly Sought[] {
    return this.#parts.replication.sought
  }

  /** Ids that others point to and that nobody connected has given. */
  get missing (): readonly UpdateId[] {
    return this.#parts.replication.missing
  }
}
