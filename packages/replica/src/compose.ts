import { bindNetwork, needsKeys } from '@dinemic/core'
import type { CryptoProvider, KeyRing, Network, NetworkBinding, ObjectId, Platform, Store } from '@dinemic/core'
import { Activity } from './activity.js'
import { Author } from './author/author.js'
import { Care } from './care.js'
import { Caretaker } from './caretaker.js'
import { Continuity } from './continuity.js'
import type { Admit, HooksPort } from './engine.js'
import { Explainer } from './explain.js'
import { AfterHooks } from './hooks/after-hooks.js'
import { KeptKeys } from './kept-keys.js'
import type { Look } from './live-object.js'
import { Masks } from './masks.js'
import { isGone } from './object-row.js'
import { Objects } from './objects.js'
import { GroupCommit } from './pipeline/group-commit.js'
import { Pipeline } from './pipeline/pipeline.js'
import type { Stage } from './pipeline/stage.js'
import { Proposals } from './proposals.js'
import { Quota } from './quota.js'
import type { QuotaOptions } from './quota.js'
import { SetSums } from './reconcile/set-sums.js'
import type { Report } from './report.js'
import { Doorkeeper } from './sync/doorkeeper.js'
import { Interest } from './sync/interest.js'
import type { Replicate } from './sync/interest.js'
import type { AskOptions, Asked } from './sync/peers.js'
import { Replication } from './sync/replication.js'
import { Waiting } from './waiting.js'

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

/** Takes the turn of these objects, commits what the work does in one batch, and tells the network of it. */
type Write = <T>(ids: readonly ObjectId[], work: (open: (id: ObjectId) => Promise<Stage>) => Promise<T>) => Promise<T>

export interface ReplicaParts extends Pick<ReplicaOptions, 'store' | 'network'> {
  readonly keys: KeyRing
  readonly binding: NetworkBinding
  readonly activity: Activity
  readonly objects: Objects
  readonly interest: Interest
  readonly masks: Masks
  readonly care: Care
  readonly quota: Quota
  readonly afterHooks: AfterHooks
  readonly sums: SetSums
  readonly pipeline: Pipeline
  readonly author: Author
  readonly proposals: Proposals
  readonly replication: Replication
  readonly explainer: Explainer
  readonly continuity: Continuity
  readonly waiting: Waiting
  readonly caretaker: Caretaker
  readonly look: Look
  readonly write: Write
  /** Asks all connected peers for an object. */
  readonly askFor: (object: ObjectId, options?: AskOptions) => Promise<Asked>
}

/** Puts the parts of the engine together. None of them does anything before it is started or asked. */
export function compose (options: ReplicaOptions): ReplicaParts {
  const { networkName, store, network, hooks, provider, platform, models, replicate, report, durability, admit, pendingBytes } = options
  const keys = new KeptKeys(options.keys)
  const binding = bindNetwork(provider, networkName)
  const activity = new Activity()
  const objects = new Objects({ store, binding, platform })
  const isHere = async (object: ObjectId): Promise<boolean> => await objects.row(object) !== undefined
  const interest = new Interest({ models, replicate, store, isHere })

  const masks = new Masks()
  const care = new Care(keys)
  const quota = new Quota(keys, options.quota)
  const afterHooks = new AfterHooks({ store, hooks, activity, platform })
  const sums = new SetSums({
    store,
    platform,
    alone: async task => await commits.alone(task),
    track: (what, task) => { activity.track(what, task).catch((error: unknown) => { report('error', error) }) }
  })
  const commits = new GroupCommit(store, sums)
  const pipeline = new Pipeline({ commits, keys, objects, platform, masks, care, quota, hooks, afterHooks, activity, report, sync: durability === 'disk' })

  const look: Look = async (object, question) => {
    const atHand = pipeline.isBusy(object) ? undefined : objects.atHand(object)
    return question(atHand ?? await objects.readAlone(object, async task => await commits.alone(task)))
  }
  const write: Write = async (ids, work) => {
    const { result, stages } = await pipeline.turn(ids, work)
    replication.announce(stages.flatMap(stage => stage.put))
    return result
  }

  const author = new Author({ binding, keys, platform, objects })
  const proposals = new Proposals({
    binding, platform, keys, objects, hooks, look,
    endorse: async (signer, proposal, encrypted) => {
      await continuity.beforeWriting([proposal.object])
      await write([proposal.object], async open => { await author.endorse(await open(proposal.object), signer, proposal, encrypted) })
    }
  })
  const doorkeeper = new Doorkeeper({ admit, objects, keys, platform, report })
  const replication = new Replication({ network, store, sums, provider, binding, platform, interest, doorkeeper, pipeline, quota, proposals, activity, report, pendingBytes, met: () => { continuity.met() }, compared: () => { continuity.compared() } })
  const askFor = async (object: ObjectId, how?: AskOptions): Promise<Asked> => await activity.track(`asking for ${object}`, replication.askForObject(object, how))

  const explainer = new Explainer({ store, look, refusal: id => replication.refusal(id) })
  const continuity = new Continuity(store, { platform, ask: async object => await askFor(object, { hurry: true }), isHere })
  const waiting = new Waiting(platform)
  const caretaker = new Caretaker({
    care, activity, keys, platform, report,
    state: async object => (await objects.row(object))?.full,
    ask: askFor,
    mend: async object => {
      await continuity.beforeWriting([object])
      await write([object], async open => { await author.mend(await open(object)) })
    },
    strikeOff: async object => {
      await pipeline.turn([object], async open => {
        const { row } = (await open(object)).live
        if (!needsKeys(row.full) || !await keys.has(object)) await care.set(store, { object, needed: false })
      })
    }
  })
  pipeline.onWritten((object, { drop }) => { explainer.dropped(object, drop) })
  pipeline.onWritten(object => { caretaker.look(object) })
  pipeline.onCommit(event => { waiting.appeared(event) })
  // Who waits hears of an end too, where nothing has shown before it.
  pipeline.onWritten(object => {
    if (waiting.has(object)) objects.row(object).then(row => { if (row !== undefined && isGone(row)) waiting.gone(object) }, (error: unknown) => { report('error', error) })
  })
  return { store, network, keys, binding, activity, objects, interest, masks, care, quota, afterHooks, sums, pipeline, author, proposals, replication, explainer, continuity, waiting, caretaker, look, write, askFor }
}
