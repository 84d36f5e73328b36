import { DinemicError, decodeFrame, parseId } from '@dinemic/core'
import type { CryptoProvider, NetworkBinding, ObjectId, Store, StoredUpdate, Update, UpdateId } from '@dinemic/core'
import { stoppedWell } from './continuity.js'
import { networkOf } from './home-network.js'
import { LiveObject } from './live-object.js'
import type { Mask } from './masks.js'
import { decodeRow, shows } from './object-row.js'

/** What a store holds, found out without a node. Counts are of all; lists hold what somebody may have to look at. */
export interface Inspection {
  /** SHA-256 of the network's name; undefined where no node has started on the store yet. */
  readonly network: Uint8Array | undefined
  /** False: the node was killed, or runs. */
  readonly stoppedWell: boolean
  readonly models: readonly ModelInspection[]
  readonly masked: readonly Mask[]
  readonly missing: readonly { readonly object: ObjectId, readonly update: UpdateId }[]
  readonly forks: readonly { readonly object: ObjectId, readonly seq: number, readonly updates: readonly UpdateId[] }[]
  readonly damaged: readonly { readonly object: ObjectId, readonly problem: string }[]
  /** After-hooks that a crash or a stop has left. */
  readonly pendingHooks: number
}

export interface ModelInspection {
  readonly model: string
  /** Objects that show. */
  objects: number
  /** Of which a removal is left, or that a removal hides. */
  removed: number
  /** Of which something is here, and the genesis isn't. */
  incomplete: number
  updates: number
  pending: number
  revoked: number
  /** Of the updates' frames. */
  bytes: number
}

/** Reads all there is, one object at a time; writes nothing. */
export async function inspectStore (store: Store, provider: CryptoProvider): Promise<Inspection> {
  const network = await networkOf(store)
  const models = new Map<string, ModelInspection>()
  const [masked, missing, forks, damaged]: [Mask[], Inspection['missing'][number][], Inspection['forks'][number][], Inspection['damaged'][number][]] = [[], [], [], []]
  for await (const object of store.objects()) {
    const model = countsOf(models, parseId(object).model)
    try {
      const live = await readObject(store, object, { provider, networkHash: network ?? new Uint8Array(32) })
      count(model, live)
      for (const update of live.row.masked.keys()) masked.push({ object, update })
      // Of what its owner removed only the removal is kept, and nothing behind it is missed.
      if (live.row.full.removed?.final !== true) for (const update of live.verdicts.missing()) missing.push({ object, update })
      for (const { seq, updates } of live.row.forks) forks.push({ object, seq, updates })
    } catch (error) {
      damaged.push({ object, problem: error instanceof Error ? error.message : String(error) })
    }
  }
  return { network, stoppedWell: await stoppedWell(store), models: [...models.values()], masked, missing, forks, damaged, pendingHooks: (await store.pendingEvents()).length }
}

async function readObject (store: Store, object: ObjectId, binding: NetworkBinding): Promise<LiveObject> {
  const updates = (await store.updates(object)).map(stored => checkedUpdate(stored, object, binding))
  return new LiveObject(object, decodeRow((await store.state(object))!), updates)
}

/** An id is a hash of what it names, so that each bit that a disk lost shows. */
function checkedUpdate ({ id, frame }: StoredUpdate, object: ObjectId, binding: NetworkBinding): Update {
  const update = decodeFrame(binding, frame)
  if (update.id === id && update.object === object) return update
  throw new DinemicError('STORE_CORRUPT', `the update ${id} isn't what its id says`, { details: { object, update: id } })
}

function countsOf (models: Map<string, ModelInspection>, model: string): ModelInspection {
  const known = models.get(model) ?? { model, objects: 0, removed: 0, incomplete: 0, updates: 0, pending: 0, revoked: 0, bytes: 0 }
  models.set(model, known)
  return known
}

function count (model: ModelInspection, { row, updates, verdicts }: LiveObject): void {
  if (shows(row.visible)) model.objects++
  else if (row.visible.removed !== null) model.removed++
  else model.incomplete++
  for (const { id, frame } of updates.values()) {
    const verdict = verdicts.verdict(id) ?? 'pending'
    if (verdict !== 'ok') model[verdict]++
    model.updates++
    model.bytes += frame.length
  }
}
