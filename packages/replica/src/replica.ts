import { bindNetwork, needsKeys } from '@dinemic/core'
import type { CryptoProvider, ForkProof, KeyHolder, KeyRing, Network, NetworkBinding, ObjectId, ObjectState, Platform, Store, UpdateId } from '@dinemic/core'
import { Activity } from './activity.js'
import { Author } from './author/author.js'
import { Care } from './care.js'
import { Caretaker } from './caretaker.js'
import { Continuity } from './continuity.js'
import type { Admit, CommitEvent, Engine, HooksPort, ProposalAnswer, Reader, UpdateRecord, WaitOptions, WriteRequest } from './engine.js'
import { Explainer } from './explain.js'
import type { Explanation } from './explain.js'
import { proofName, readProof } from './fork-row.js'
import { historyOf } from './history.js'
import { AfterHooks } from './hooks/after-hooks.js'
import { checkNetwork } from './home-network.js'
import { KeptKeys } from './kept-keys.js'
import type { LiveObject } from './live-object.js'
import { Masks } from './masks.js'
import type { Mask } from './masks.js'
import { Objects } from './objects.js'
import { shows } from './object-row.js'
import { OpenedValues } from './opened-values.js'
import { GroupCommit } from './pipeline/group-commit.js'
import { Pipeline } from './pipeline/pipeline.js'
import type { Stage } from './pipeline/stage.js'
import { Proposals } from './proposals.js'
import { KeyedReader } from './reader.js'
import { SetSums } from './reconcile/set-sums.js'
import { Quota } from './quota.js'
import type { QuotaOptions } from './quota.js'
import type { Report } from './report.js'
import { Doorkeeper } from './sync/doorkeeper.js'
import { Interest } from './sync/interest.js'
import type { Replicate } from './sync/interest.js'
import type { AskOptions, Asked } from './sync/peers.js'
import type { SyncStatus } from './sync/progress.js'
import { Replication } from './sync/replication.js'
import type { Sought } from './sync/replication.js'
import { Waiting } from './waiting.js'

/** How long a save waits for its own after-hooks, in ms. They may take longer. */
const HOOKS_PATIENCE = 5000

export interface ReplicaOptions {
  readonly networkName: string
  readonly store: Store
  readonly keys: KeyRing
  readonly network: Network
  readonly hooks: HooksPort
  readonly provider: CryptoProvider
  readonly platform: Platform
  /** `Node:<key>`; its key is in the key ring. */
  readonly self: ObjectId
  /** The models that this node has classes of. */
  readonly models: readonly string[]
  /** What of them it stores and forwards; all of it by default. */
  readonly replicate?: Replicate | undefined
  readonly report: Report
  /** 'disk': a commit is on the disk before it resolves. Default 'process'. */
  readonly durability?: 'process' | 'disk' | undefined
  /** Asked about objects of strangers before they are stored. Unless given, all are. */
  readonly admit?: Admit | undefined
  readonly quota?: QuotaOptions | undefined
  /** Bytes that may be received and not committed yet; 64 MiB by default. */
  readonly pendingBytes?: number | undefined
}

/** The engine. Wires the parts; each verb is a few lines over them. */
export class Replica implements Engine {
  readonly platform: Platform
  readonly provider: CryptoProvider
  readonly keys: KeyRing
  readonly self: ObjectId
  readonly #store: Store
  readonly #network: Network
  readonly #networkName: string
  readonly #binding: NetworkBinding
  readonly #activity = new Activity()
  readonly #objects: Objects
  readonly #interest: Interest
  readonly #afterHooks: AfterHooks
  readonly #sums: SetSums
  readonly #commits: GroupCommit
  readonly #pipeline: Pipeline
  readonly #author: Author
  readonly #proposals: Proposals
  readonly #replication: Replication
  readonly #waiting: Waiting
  readonly #care: Care
  readonly #quota: Quota
  readonly #caretaker: Caretaker
  readonly #opened = new OpenedValues()
  readonly #masks = new Masks()
  readonly #continuity: Continuity
  readonly #explainer: Explainer

  constructor (options: ReplicaOptions) {
    const { networkName, store, network, hooks, provider, platform, self, models, replicate, report, durability } = options
    const keys = new KeptKeys(options.keys)
    this.platform = platform
    this.provider = provider
    this.keys = keys
    this.self = self
    this.#store = store
    this.#network = network
    this.#networkName = networkName
    this.#binding = bindNetwork(provider, networkName)
    this.#objects = new Objects({ store, binding: this.#binding, platform })
    this.#interest = new Interest({ models, replicate, store, isHere: async object => await this.#objects.row(object) !== undefined })
    this.#afterHooks = new AfterHooks(store, hooks, this.#activity)
    this.#care = new Care(keys)
    this.#quota = new Quota(keys, options.quota)
    this.#sums = new SetSums({
      store,
      alone: async task => await this.#commits.alone(task),
      track: (what, task) => { this.#activity.track(what, task).catch((error: unknown) => { report('error', error) }) }
    })
    this.#commits = new GroupCommit(store, this.#sums)
    this.#pipeline = new Pipeline({ commits: this.#commits, keys, platform, masks: this.#masks, care: this.#care, quota: this.#quota, objects: this.#objects, hooks, afterHooks: this.#afterHooks, activity: this.#activity, report, sync: durability === 'disk' })
    this.#author = new Author({ binding: this.#binding, keys, platform, objects: this.#objects })
    this.#proposals = new Proposals({
      binding: this.#binding, platform, keys, objects: this.#objects, hooks,
      look: async (object, question) => await this.#look(object, question),
      endorse: async (signer, proposal, encrypted) => await this.#write([proposal.object], async open => {
        await this.#author.endorse(await open(proposal.object), signer, proposal, encrypted)
      })
    })
    this.#replication = new Replication({ network, store, pendingBytes: options.pendingBytes, sums: this.#sums, provider, platform, interest: this.#interest, report, doorkeeper: new Doorkeeper({ admit: options.admit, objects: this.#objects, keys, platform, report }), binding: this.#binding, pipeline: this.#pipeline, activity: this.#activity, proposals: this.#proposals })
    this.#explainer = new Explainer({ store, look: async (object, question) => await this.#look(object, question), refusal: id => this.#replication.refusal(id) })
    this.#pipeline.onWritten((object, { drop }) => { this.#explainer.dropped(object, drop) })
    this.#continuity = new Continuity(store, async object => await this.#askFor(object))
    this.#waiting = new Waiting(platform)
    this.#caretaker = new Caretaker({
      care: this.#care, activity: this.#activity, keys, platform, report,
      state: async object => (await this.#objects.row(object))?.full,
      mend: async object => {
        await this.#continuity.beforeWriting([object])
        await this.#write([object], async open => { await this.#author.mend(await open(object)) })
      },
      ask: async object => await this.#askFor(object),
      strikeOff: async object => {
        await this.#pipeline.turn([object], async open => {
          const { row } = (await open(object)).live
          if (!needsKeys(row.full) || !await keys.has(object)) await this.#noteCare(object, false)
        })
      }
    })
    this.onCommit(event => { this.#waiting.appeared(event) })
    this.#pipeline.onWritten(object => { this.#caretaker.look(object) })
  }

  /** Runs the after-hooks that a crash has left, then takes part in the network. The store is open, the network isn't started yet. */
  async start (): Promise<void> {
    await checkNetwork(this.#store, this.#binding, this.#networkName)
    await this.#sums.load()
    await this.#continuity.start()
    await this.#masks.load(this.#store)
    await this.#care.load(this.#store)
    await this.#quota.load(this.#store)
    await this.#afterHooks.resume(async object => await this.state(object))
    await this.#replication.start()
    this.#caretaker.start()
  }

  /** Ends replication, stops the network, and waits for what is under way, as long as `signal` lets it. The store may be closed then. */
  async stop (signal?: AbortSignal): Promise<void> {
    this.#replication.stop()
    this.#caretaker.stop()
    await this.#network.stop() // ends requests that would keep us waiting
    await this.#activity.idle(signal)
    await this.#sums.close()
    await this.#continuity.stop()
  }

  async state (object: ObjectId, { removed = false }: { removed?: boolean } = {}): Promise<ObjectState | undefined> {
    const row = await this.#objects.row(object)
    if (row === undefined) return undefined
    if (shows(row.visible)) return row.visible
    const hidden = removed && row.visible.genesis !== null && row.visible.removed?.final === false && await this.keys.has(object)
    return hidden ? row.visible : undefined
  }

  async wait (object: ObjectId, options: WaitOptions = {}): Promise<ObjectState> {
    const here = await this.state(object, options)
    if (here !== undefined) return here
    const said = new Map<string, string>()
    const chosen = this.#replication.choose(object)
    const appeared = this.#waiting.for(object, options, { look: async () => await this.state(object, options), said })
    this.#askFor(object, { signal: options.signal, said }).catch(() => { /* told by the wait itself: nobody has it */ })
    try {
      return await appeared
    } catch (error) {
      if (chosen && !this.#waiting.has(object)) this.#interest.giveUp(object)
      throw error
    }
  }

  get models (): readonly string[] {
    return this.#interest.models
  }

  async * ids (model: string, options: { after?: ObjectId, limit?: number } = {}): AsyncIterable<ObjectId> {
    let left = options.limit ?? Infinity
    for await (const id of this.#store.objects(options.after === undefined ? { model } : { model, after: options.after })) {
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
    await this.#continuity.beforeWriting(requests.flatMap(({ object, create }) => create === undefined ? [object] : []))
    return await this.#write(requests.map(({ object }) => object), async open => {
      const created: ObjectId[] = []
      const ids: UpdateId[][] = []
      try {
        for (const request of requests) {
          if (request.create !== undefined) {
            // The key is kept before the object is: an object without its key would be nobody's.
            await this.keys.put(request.object, request.create.seed)
            created.push(request.object)
          }
          ids.push(await this.#author.write(await open(request.object), request))
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
    // First, as from then on this node is to see to its keys.
    await this.#noteCare(object, true)
    await this.keys.put(object, seed)
    await this.#continuity.adopted(object)
    this.#replication.choose(object)
    // A crash before this leaves it counted as a stranger's: too much, never too little.
    await this.#pipeline.turn([object], async open => { await (await open(object)).recount() })
    await this.#continuity.beforeWriting([object])
    this.#caretaker.look(object)
  }

  async track<T> (what: string, task: Promise<T>): Promise<T> {
    return await this.#activity.track(what, task)
  }

  async hooksRun (objects: readonly ObjectId[]): Promise<void> {
    let cancel = (): void => {}
    const patience = new Promise<void>(resolve => { cancel = this.platform.schedule(HOOKS_PATIENCE, resolve) })
    await Promise.race([this.#afterHooks.settled(objects), patience])
    cancel()
  }

  async propose (request: WriteRequest): Promise<ProposalAnswer[]> {
    const proposal = await this.#proposals.sign(request)
    return await this.#activity.track(`proposing a change of ${request.object}`, this.#replication.propose(proposal.frame))
  }

  onCommit (listener: (event: CommitEvent) => void): () => void {
    return this.#pipeline.onCommit(listener)
  }

  async history (object: ObjectId): Promise<UpdateRecord[]> {
    return await this.#look(object, historyOf)
  }

  async forks (object: ObjectId): Promise<ForkProof[]> {
    const known = (await this.#objects.row(object))?.forks ?? []
    const rows = await Promise.all(known.map(async fork => await this.#store.setting(proofName(fork))))
    // Without its proof: the object was removed meanwhile.
    return rows.flatMap(row => row === undefined ? [] : readProof(this.#binding, row))
  }

  /** Nothing queued or in flight, and each missing link asked of each connected peer. */
  async idle (signal?: AbortSignal): Promise<void> {
    await this.#activity.idle(signal)
  }

  /** What `idle()` would wait for, for people to read. */
  get underWay (): readonly string[] {
    return this.#activity.underWay
  }

  /** Why an update is in force here, or isn't. */
  async explain (id: UpdateId): Promise<Explanation> {
    return await this.#explainer.explain(id)
  }

  /** The updates that before-hooks of this node refused: stored and forwarded, and not shown here. */
  masked (): readonly Mask[] {
    return this.#masks.list
  }

  /** Shows an update that a hook had refused; its after-hooks run. False if it isn't masked. */
  async unmask (id: UpdateId): Promise<boolean> {
    const object = this.#masks.objectOf(id)
    if (object === undefined) return false
    const owned = await this.keys.has(object)
    const { result } = await this.#pipeline.turn([object], async open => (await open(object)).unmask(id, { local: false, owned }))
    return result
  }

  /** How far each model is, and how the last comparison with each peer ended. */
  get sync (): SyncStatus {
    return this.#replication.status
  }

  /** Bytes that strangers take, and may take, in all and with one object. */
  get quota (): { readonly used: number, readonly disk: number, readonly object: number } {
    const { used, disk, object } = this.#quota
    return { used, disk, object }
  }

  /** What has been received and isn't committed yet: messages and answers, and their bytes. */
  get pending (): { readonly count: number, readonly bytes: number, readonly limit: number } {
    const { count, bytes, limit } = this.#replication.pending
    return { count, bytes, limit }
  }

  /** What this node's own rules have refused since the start: updates, and proposals that came too fast. */
  get refused (): { readonly admit: number, readonly quota: number, readonly rate: number } {
    return { ...this.#replication.refused, rate: this.#proposals.refused }
  }

  /** Compares with a connected peer soon, without waiting for the timer. */
  compare (peer: string): void {
    this.#replication.compare(peer)
  }

  /** The same, each with who was asked and what they said. */
  get sought (): readonly Sought[] {
    return this.#replication.sought
  }

  /** Ids that others point to and that nobody connected has given. */
  get missing (): readonly UpdateId[] {
    return this.#replication.missing
  }

  /** At an object as it was committed last: in its turn it may hold what a hook is still to refuse. */
  async #look<T> (object: ObjectId, question: (live: LiveObject) => T): Promise<T> {
    const atHand = this.#pipeline.isBusy(object) ? undefined : this.#objects.atHand(object)
    return question(atHand ?? await this.#objects.readAlone(object, async task => await this.#commits.alone(task)))
  }

  async #noteCare (object: ObjectId, needed: boolean): Promise<void> {
    await this.#store.commit({ objects: [], settings: this.#care.apply([{ object, needed }]) })
  }

  async #askFor (object: ObjectId, options?: AskOptions): Promise<Asked> {
    return await this.#activity.track(`asking for ${object}`, this.#replication.askForObject(object, options))
  }

  async #write<T> (ids: readonly ObjectId[], work: (open: (id: ObjectId) => Promise<Stage>) => Promise<T>): Promise<T> {
    const { result, stages } = await this.#pipeline.turn(ids, work)
    this.#replication.announce(stages.flatMap(stage => stage.put))
    return result
  }
}
