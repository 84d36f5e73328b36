import { EMPTY_FIELD, Sealed, SortedMap, bytesToHex, emptyState, epochKey, hexToBytes, kdf, parseId, refKey, seedsOf, wrapKey } from '@dinemic/core'
import type { Commit, EpochState, KeyHolder, ObjectId, ObjectState, StoredState, Update, WireValue, Wrap } from '@dinemic/core'
import type { SeededRandom } from '@dinemic/core/testing'
import { decodeRow } from '../../../src/object-row.js'
import { grantsOf } from '../library.js'
import type { SimNode } from '../node.js'
import type { World } from '../world.js'

const MARK = 'secret-plaintext'
const MARK_BYTES = Buffer.from(MARK)
const NO_NONCE = new Uint8Array(24)

/** A value that must never be seen in the clear. */
export function secret (random: SeededRandom): string {
  return `${MARK} ${random.below(2 ** 32)}`
}

/** Sealed values that one honest update wrote, and the grants that its writer knew to be closed. */
interface Sealing { readonly update: Update, readonly epochs: readonly string[], readonly closed: ReadonlySet<string> }

/**
 * R13 and R15: a marked plaintext is nowhere in stores and on the wire; and what was sealed opens to nobody all of
 * whose read grants its writer knew to be closed, whatever he tries with the boxes that were ever published.
 */
export class Secrets {
  readonly #world: World
  readonly #sealings: Sealing[] = []
  /** Updates that honest nodes wrote: what others sealed may be anything. */
  readonly honest = new Set<string>()

  constructor (world: World) {
    this.#world = world
  }

  committing (node: SimNode, commit: Commit): void {
    for (const { put, state, cells = [] } of commit.objects) {
      for (const { frame } of put) this.#scan(frame, `the log of ${node.name}`)
      if (state !== undefined && state !== null) this.#scan(state, `a row of ${node.name}`)
      for (const { value } of cells) if (value !== null) this.#scan(value, `a cell of ${node.name}`)
    }
    for (const { data } of commit.events ?? []) this.#scan(data, `an event of ${node.name}`)
    for (const { value } of commit.settings ?? []) if (value !== null) this.#scan(value, `a setting of ${node.name}`)
  }

  sent (node: SimNode, bytes: Uint8Array): void {
    this.#scan(bytes, `the wire from ${node.name}`)
  }

  /** What nobody has yet was written here, unless an adversary made it. */
  committed (_node: SimNode, commit: Commit, states: readonly (StoredState | undefined)[]): void {
    const { library, foreign } = this.#world
    for (const [i, { put }] of commit.objects.entries()) {
      const state = states[i]
      for (const { id, frame } of put) {
        if (library.updates.has(id) || foreign.has(id) || state === undefined) continue
        const update = this.#world.decode(frame)
        const values = sealedValues(update)
        // Who endorses what it can't read may endorse anything.
        const isUnread = 'via' in update.body && update.body.via !== null && values.some(({ ephemeral }) => ephemeral !== null)
        if (!isUnread) this.honest.add(id)
        const epochs = values.map(({ epoch }) => epoch)
        const closed = new Set([...decodeRow(state).full.closes.values()].map(({ grant }) => refKey(grant)))
        if (epochs.length > 0) this.#sealings.push({ update, epochs, closed })
      }
    }
  }

  /** What everybody with a key can open, by all means. */
  atRest (holders: readonly KeyHolder[]): void {
    for (const object of new Set(this.#sealings.map(({ update }) => update.object))) {
      const sealings = this.#sealings.filter(({ update }) => update.object === object)
      for (const holder of holders) if (holder.id !== object) this.#checkHolder(object, holder, sealings)
    }
  }

  #checkHolder (object: ObjectId, holder: KeyHolder, sealings: readonly Sealing[]): void {
    const updates = this.#world.library.of(object)
    const grants = updates.flatMap(update => grantsOf(update).flatMap((grant, index) => grant.subject === holder.id && grant.right === 'read' ? [refKey({ id: update.id, index })] : []))
    const opened = this.#opened(object, holder, updates)
    for (const { update, epochs, closed } of sealings) {
      if (grants.some(grant => !closed.has(grant)) || !epochs.some(epoch => opened.has(epoch))) continue
      this.#world.fail('no plaintext where it may not be read', `${holder.id} opens what ${update.id} sealed in ${object} after its leave to read had ended`)
    }
  }

  #opened (object: ObjectId, holder: KeyHolder, updates: readonly Update[]): Set<string> {
    const state = publishedKeys(object, updates)
    const seeds = new Map(seedsOf(this.#world.provider, state, holder))
    const queue = [...seeds.values()]
    for (let seed = queue.pop(); seed !== undefined; seed = queue.pop()) {
      for (const found of this.#tryAll(object, [...state.epochs.values()], seed)) {
        const id = this.#epochOf(found)
        if (seeds.has(id) || ![...state.epochs.values()].some(epoch => epoch.id === id)) continue
        seeds.set(id, found)
        queue.push(found)
      }
    }
    return new Set(seeds.keys())
  }

  /** Each box that an epoch brings, with this seed as the key and either epoch's name in the derivation. */
  #tryAll (object: ObjectId, epochs: readonly EpochState[], seed: Uint8Array): Uint8Array[] {
    const { provider } = this.#world
    const { model, key } = parseId(object)
    return epochs.flatMap(epoch => epoch.replaces.flatMap(({ id, boxed }) => [id, epoch.id].flatMap(name => {
      const opened = provider.unbox(kdf(provider, seed, 'replaced', [[model, key], hexToBytes(name)]), NO_NONCE, boxed)
      return opened?.length === 32 ? [opened] : []
    })))
  }

  #epochOf (seed: Uint8Array): string {
    const { provider } = this.#world
    return bytesToHex(provider.exchangeKey(kdf(provider, seed, 'epoch-key', [])))
  }

  #scan (bytes: Uint8Array, where: string): void {
    if (Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(MARK_BYTES)) this.#world.fail('no plaintext where it may not be read', `a marked plaintext is in ${where}`)
  }
}

/** A state of which only the keys matter: all that was ever published. */
function publishedKeys (object: ObjectId, updates: readonly Update[]): ObjectState {
  const wraps: Wrap[] = []
  const epochs: EpochState[] = []
  for (const update of updates) {
    const { body, id, clock } = update
    for (const { wrap, subject } of grantsOf(update)) if (wrap !== null && subject !== null) wraps.push({ ...wrap, subject })
    if (body.kind === 'keys') wraps.push(...body.wraps)
    if (!('epoch' in body) || body.epoch === null) continue
    wraps.push(...body.epoch.wraps)
    epochs.push({ ...body.epoch, update: id, clock })
  }
  return { ...emptyState(object), epochs: SortedMap.from(epochs.map(epoch => [epochKey(epoch), epoch])), wraps: SortedMap.from(wraps.map(wrap => [wrapKey(wrap), wrap])) }
}

function sealedValues ({ body }: Update): Sealed[] {
  const operations = body.kind === 'genesis' || body.kind === 'change' ? body.operations : []
  return operations.flatMap(operation => 'value' in operation && operation.value instanceof Sealed ? [operation.value] : [])
}

/** Each value that a state shows, with its writer and place. */
export function shownValues (state: ObjectState): { update: string, place: { field: string, slot: 'register' | 'dict' | 'list', element?: string }, value: WireValue | undefined }[] {
  return [...state.fields].flatMap(([field, contents]) => {
    const { register, dict, list } = contents ?? EMPTY_FIELD
    return [
      ...register.slice(0, 1).map(({ update, value }) => ({ update, value, place: { field, slot: 'register' as const } })),
      ...[...dict].flatMap(([element, values]) => values.slice(0, 1).map(({ update, value }) => ({ update, value, place: { field, slot: 'dict' as const, element } }))),
      ...[...list].flatMap(([element, { value: values }]) => values.slice(0, 1).map(({ update, value }) => ({ update, value, place: { field, slot: 'list' as const, element } })))
    ]
  })
}
