import { admissionOf, bytesToHex, isProposal, stateHash, verifyUpdate } from '@dinemic/core'
import type { Commit, CryptoProvider, ObjectId, ObjectState, Update, UpdateId, Verdict } from '@dinemic/core'
import type { UpdateRecord } from '../../../src/engine.js'
import { decodeRow } from '../../../src/object-row.js'
import type { ObjectRow } from '../../../src/object-row.js'
import type { SimNode } from '../node.js'
import type { World } from '../world.js'
import { checkForks } from './forks.js'
import { linesByDefinition, linesOf, verdictsByDefinition } from './definition.js'

/** An engine and its store that differ for longer than this differ. */
const LOOKS = 20
const RANK = { pending: 0, ok: 1, revoked: 2 } as const

/** What a node holds of an object, read from its store. */
export interface Holding extends Pick<ObjectRow, 'full' | 'forks'> { readonly object: ObjectId, readonly updates: readonly Update[], readonly ids: string, readonly hash: string }

/** What is known of a set of updates, on whatever node. */
interface KnownSet { readonly hash: string, readonly verdicts: ReadonlyMap<UpdateId, Verdict> }

/**
 * R7, R8, and the owner's removal, after each step, for all that has changed: one set makes one state, the one of the
 * definition; no verdict moves to the left; what is gone stays gone; and nothing is held that isn't admissible.
 */
export class States {
  readonly #world: World
  /** Not the shared one: whether a signature is good isn't taken from anybody. */
  readonly #provider: CryptoProvider
  readonly #changed = new Map<SimNode, Set<ObjectId>>()
  readonly #verdicts = new Map<SimNode, Map<UpdateId, Verdict>>()
  readonly #gone = new Map<SimNode, Set<ObjectId>>()
  readonly #sets = new Map<string, KnownSet>()
  readonly #verified = new Set<string>()

  constructor (world: World, provider: CryptoProvider) {
    this.#world = world
    this.#provider = provider
  }

  committed (node: SimNode, commit: Commit): void {
    const changed = this.#changed.get(node) ?? new Set()
    this.#changed.set(node, changed)
    for (const { object } of commit.objects) changed.add(object)
  }

  /** A node that lost what wasn't synced doesn't know what it knew. */
  died (node: SimNode, unsynced: 'kept' | 'lost'): void {
    if (unsynced === 'lost') for (const memory of [this.#changed, this.#verdicts, this.#gone]) memory.delete(node)
  }

  async afterStep (): Promise<void> {
    for (const [node, objects] of this.#changed) {
      for (const object of objects) if (node.isUp) await this.#check(node, object)
    }
    this.#changed.clear()
  }

  /** Undefined where nothing is held. */
  async holding (node: SimNode, object: ObjectId): Promise<Holding | undefined> {
    const row = await node.store.state(object)
    if (row === undefined) return undefined
    const stored = await node.store.updates(object)
    const updates = stored.map(({ id }) => this.#world.library.updates.get(id)!)
    stored.forEach(({ id, frame }, i) => { this.#verify(node, { ...updates[i]!, frame }, id) })
    const { full, forks } = decodeRow(row)
    return { object, updates, full, forks, ids: stored.map(({ id }) => id).sort().join(' '), hash: stateHash(this.#world.provider, full) }
  }

  async #check (node: SimNode, object: ObjectId): Promise<void> {
    const { history, holding } = await this.#look(node, object)
    if (holding === undefined) return
    const { updates, ids, hash, full } = holding
    const known = this.#sets.get(`${object} ${ids}`) ?? this.#learn(node, object, holding)
    if (known.hash !== hash) this.#world.fail('one set makes one state', `${object} on ${node.name} is ${hash}, where the same set made ${known.hash}: ${difference(updates, known.verdicts, full)}`)
    this.#checkVerdicts(node, object, { history, expected: known.verdicts })
    this.#checkGone(node, object, updates)
    await checkForks(this.#world, node, holding)
  }

  /** A set that no node has held before: its state must be the one of the definition, and no other from now on. */
  #learn (node: SimNode, object: ObjectId, { updates, ids, hash, full }: Holding): KnownSet {
    const known = { hash, verdicts: verdictsByDefinition(updates) }
    this.#sets.set(`${object} ${ids}`, known)
    this.#checkSet(node, object, updates)
    const wrong = difference(updates, known.verdicts, full)
    if (wrong !== '') this.#world.fail('the state is the one of the definition', `${object} on ${node.name}: ${wrong}`)
    return known
  }

  #checkSet (node: SimNode, object: ObjectId, updates: readonly Update[]): void {
    for (const update of updates) {
      const { is } = admissionOf(update, ref => this.#world.library.grantAt(ref))
      if (isProposal(update) || is !== 'admitted') this.#world.fail('only what is admissible is held', `${node.name} holds ${update.id} of ${object}, which is not`)
    }
    const final = updates.find(({ body, author }) => body.kind === 'remove' && author === null)
    if (final !== undefined && updates.length > 1) this.#world.fail('nothing comes back that its owner removed', `${node.name} holds ${updates.length} updates of ${object} after ${final.id}`)
  }

  /** What the engine says and what its store holds, of one moment: whoever is asked makes pauses, in which others commit. */
  async #look (node: SimNode, object: ObjectId): Promise<{ history: readonly UpdateRecord[], holding: Holding | undefined }> {
    for (let looks = 1; ; looks++) {
      const history = await node.ask(async replica => await replica.history(object)) ?? []
      const holding = node.isUp ? await this.holding(node, object) : undefined
      if (holding === undefined || looks === LOOKS || holding.ids === history.map(({ id }) => id).sort().join(' ')) return { history, holding }
      await this.#world.turn()
    }
  }

  #checkVerdicts (node: SimNode, object: ObjectId, { history, expected }: { history: readonly UpdateRecord[], expected: ReadonlyMap<UpdateId, Verdict> }): void {
    const before = this.#verdicts.get(node) ?? new Map<UpdateId, Verdict>()
    this.#verdicts.set(node, before)
    for (const { id, verdict } of history) {
      const was = before.get(id) ?? 'pending'
      if (RANK[verdict] < RANK[was]) this.#world.fail('no verdict moves to the left', `${id} of ${object} on ${node.name} was ${was} and is ${verdict}`)
      if (verdict !== expected.get(id)) this.#world.fail('verdicts are those of the definition', `${id} of ${object} on ${node.name} is ${verdict} and should be ${expected.get(id)}`)
      before.set(id, verdict)
    }
  }

  #checkGone (node: SimNode, object: ObjectId, updates: readonly Update[]): void {
    const gone = this.#gone.get(node) ?? new Set()
    this.#gone.set(node, gone)
    const isGone = updates.length === 1 && updates[0]!.body.kind === 'remove' && updates[0]!.author === null
    if (gone.has(object) && !isGone) this.#world.fail('nothing comes back that its owner removed', `${object} is back on ${node.name}`)
    if (isGone) gone.add(object)
  }

  #verify (node: SimNode, update: Update, id: UpdateId): void {
    const key = bytesToHex(update.frame.subarray(0, 64)) + id
    if (this.#verified.has(key)) return
    this.#verified.add(key)
    if (!verifyUpdate({ ...this.#world.binding, provider: this.#provider }, update)) this.#world.fail('only what is well signed is held', `${node.name} holds ${id} with a bad signature`)
  }
}

/** The first few lines in which a state isn't the one of the definition. */
function difference (updates: readonly Update[], verdicts: ReadonlyMap<UpdateId, Verdict>, full: ObjectState): string {
  const [expected, found] = [linesByDefinition(updates, verdicts), linesOf(full)]
  return [...expected.filter(line => !found.includes(line)).map(line => `lacks "${line}"`), ...found.filter(line => !expected.includes(line)).map(line => `has "${line}"`)].slice(0, 4).join(', ')
}
