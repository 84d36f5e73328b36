import { DinemicError, LIMITS, EPOCH_NONCE, grantsTo, needsKeys, newEpoch, nextClock, parseId, seedsOf, signUpdate, sortedNames, sureReaders, usableEpoch, wrapFor } from '@dinemic/core'
import type { Draft, Grant, GrantRef, GrantState, Head, KeyHolder, KeyRing, NetworkBinding, ObjectId, ObjectState, Operation, Platform, Right, Update, UpdateId, Via } from '@dinemic/core'
import { Breath } from '../breath.js'
import type { GrantRequest, WriteRequest } from '../engine.js'
import type { Objects } from '../objects.js'
import type { Stage } from '../pipeline/stage.js'
import { candidatesOf, differs } from '../cells.js'
import { chainEnd, clockAfter, pointers } from './chain.js'
import type { ChainEnd } from './chain.js'
import { epochPending } from './epoch-pending.js'
import { headsToKeep, strangeToKeep } from './heads.js'
import { KeyMaker } from './key-maker.js'
import { notAuthorized, sharesOf } from './rights.js'
import { Sealer, clearlyShown, isSealed } from './sealing.js'
import type { Epoch } from './sealing.js'
import { chunk, splitOperations } from './split.js'

export interface AuthorParts { readonly binding: NetworkBinding, readonly keys: KeyRing, readonly platform: Platform, readonly objects: Objects }

/** Turns what a save stages into signed updates and hands each to the stage, in the order in which they count. */
export class Author {
  readonly #parts: AuthorParts

  constructor (parts: AuthorParts) {
    this.#parts = parts
  }

  async write (stage: Stage, request: WriteRequest): Promise<UpdateId[]> {
    const seed = request.create?.seed ?? await this.#parts.keys.get(request.caller)
    if (seed === undefined) throw noKey(request)
    const save = new Save(this.#parts, stage, request, { id: request.caller, seed })
    await save.run()
    return save.ids
  }

  /** Signs in the object's own name, or a caller's, what somebody proposed; what is sealed in it is sealed anew. */
  async endorse (stage: Stage, signer: ObjectId, update: Update, encrypted: readonly string[]): Promise<UpdateId[]> {
    const { body } = update
    const operations = body.kind === 'change' ? body.operations : []
    const request: WriteRequest = { object: update.object, caller: signer, base: stage.live.row.visible, operations, encrypted, remove: body.kind === 'remove' }
    const seed = await this.#parts.keys.get(signer)
    if (seed === undefined) throw noKey(request)
    const save = new Save(this.#parts, stage, request, { id: signer, seed }, { id: update.id, author: update.author! })
    await save.run()
    return save.ids
  }

  /** Sees to it that an object whose key is here has a usable epoch with wraps for its readers, as far as what is known here allows. */
  async mend (stage: Stage): Promise<void> {
    const { id, row: { full, visible } } = stage.live
    const seed = await this.#parts.keys.get(id)
    if (seed === undefined || full.genesis === null || !needsKeys(full)) return
    await new Save(this.#parts, stage, { object: id, caller: id, base: visible, operations: [], encrypted: [] }, { id, seed }).run()
  }
}

/** One save of one object. */
class Save {
  readonly ids: UpdateId[] = []
  readonly #parts: AuthorParts
  readonly #stage: Stage
  readonly #request: WriteRequest
  readonly #caller: KeyHolder
  readonly #via: Via | null
  /** One for all its updates: by the clocks of a creation others see how far it goes. */
  readonly #now: number
  /** For the owner. */
  readonly #keyMaker: KeyMaker
  readonly #sealer: Sealer
  readonly #breath: Breath

  constructor (parts: AuthorParts, stage: Stage, request: WriteRequest, caller: KeyHolder, via: Via | null = null) {
    this.#parts = parts
    this.#stage = stage
    this.#request = request
    this.#caller = caller
    this.#via = via
    this.#now = parts.platform.now()
    const random: Platform['random'] = length => parts.platform.random(length)
    const { provider } = parts.binding
    this.#keyMaker = new KeyMaker({ provider, random, owner: caller })
    this.#breath = new Breath(parts.platform)
    this.#sealer = new Sealer({ provider, random, object: request.object, writer: caller })
  }

  /** Closes come first, so that what is sealed in the same save is out of reach for whom they end. */
  async run (): Promise<void> {
    this.#check()
    if (this.#request.create !== undefined) return await this.#create()
    for (const { subject, rights, keep } of this.#request.revokes ?? []) {
      for (const right of rights) await this.#revoke(subject, right, keep)
    }
    if (this.#owns) await this.#nameAndMend()
    for (const grant of this.#request.grants ?? []) await this.#ownersUpdate({ kind: 'grant', grant: this.#grant(grant) })
    for (const share of sharesOf(this.#state, this.#caller.id, this.#request.operations, grant => this.#hasRoom(grant))) {
      await this.#change(share.grant, share.operations, this.#request.base ?? this.#state)
    }
    if (this.#request.remove === true) await this.#remove()
  }

  get #owns (): boolean {
    return this.#caller.id === this.#request.object
  }

  get #state (): ObjectState {
    return this.#stage.live.row.full
  }

  #check (): void {
    const { object, base, create, grants, revokes, operations, ifUnchanged } = this.#request
    const { visible, full } = this.#stage.live.row
    if (create !== undefined) return
    // One that a caller removed can still be written: so its owner brings it back.
    if (base === undefined || full.removed?.final === true || (full.genesis === null && visible.genesis === null)) throw new DinemicError('ORM_NOT_FOUND', `${object} was removed, or isn't here.`, { details: { object } })
    if (!this.#owns && ((grants?.length ?? 0) > 0 || (revokes?.length ?? 0) > 0)) {
      throw new DinemicError('ORM_NOT_OWNER', `Only the owner of ${object} grants and revokes; ${this.#caller.id} isn't. Do it on a node that has the object's key.`, { details: { object, caller: this.#caller.id } })
    }
    const stale = ifUnchanged === true ? operations.find(operation => differs(base, visible, operation)) : undefined
    if (stale !== undefined) throw new DinemicError('ORM_STALE', `${parseId(object).model}.${stale.field} has changed since it was read. Call $.refresh() and decide again.`, { details: { object, field: stale.field } })
  }

  async #create (): Promise<void> {
    const { object, encrypted, operations, grants = [] } = this.#request
    const names = sortedNames(encrypted)
    // A grant carries its reader's wrap itself, so the epoch needs none.
    const fresh = names.length === 0 ? undefined : newEpoch(this.#provider, this.#caller, this.#state, [], this.#parts.platform.random(EPOCH_NONCE))
    const epoch = fresh === undefined ? undefined : { id: fresh.epoch.id, seed: fresh.seed }
    const sealed = await this.#breath.all(this.#sealer.seal(operations, new Set(names), epoch))
    const [first = [], ...rest] = await this.#breath.through(splitOperations(sealed))
    const [ownGrants = [], ...furtherGrants] = chunk(grants, LIMITS.grants)
    await this.#take(this.#sign({
      object, author: null, root: null, seq: 0, prev: null, clock: nextClock(this.#now, []), supersedes: [],
      body: { kind: 'genesis', operations: first, grants: ownGrants.map(grant => this.#grant(grant, epoch)), encrypted: names, epoch: fresh?.epoch ?? null }
    }))
    for (const run of rest) await this.#write(null, run, this.#state)
    for (const grant of furtherGrants.flat()) await this.#ownersUpdate({ kind: 'grant', grant: this.#grant(grant) })
  }

  /**
   * Ends every open grant of the subject and this right. Each close of a grant to read brings an epoch, so that no later
   * one is made but of it: who has a later one, and not this, can tell that a close is missing.
   */
  async #revoke (subject: ObjectId | null, right: Right, keep: readonly UpdateId[] | undefined): Promise<void> {
    const open = grantsTo(this.#state, subject, right)
    if (right === 'update' && keep !== undefined) this.#checkKept(subject, keep)
    for (const [i, { ref }] of open.entries()) {
      const heads = right === 'update' ? this.#headsToKeep(ref, subject, keep) : []
      // The next close replaces it at once, and the last has the wraps.
      const readers = i < open.length - 1 ? [] : sureReaders(this.#state).filter(reader => reader !== subject)
      await this.#ownersUpdate({ kind: 'close', grant: ref, heads, epoch: right === 'read' ? this.#keyMaker.epoch(this.#state, readers) : null })
    }
  }

  /** A wrong id keeps nothing, and what isn't kept is ended for good. */
  #checkKept (subject: ObjectId | null, keep: readonly UpdateId[]): void {
    const { object } = this.#request
    const strange = strangeToKeep(this.#stage.live, subject, keep)
    if (strange === undefined) return
    throw new DinemicError('ORM_BAD_VALUE', `$.revoke() of ${object}: keep names '${strange}', which is no update here by whom it shuts out. Take the ids from $.history().`, { details: { object, keep: strange } })
  }

  #headsToKeep (grant: GrantRef, subject: ObjectId | null, keep: readonly UpdateId[] | undefined): Head[] {
    const { heads, left } = headsToKeep(this.#stage.live, grant, subject, keep)
    for (const { id: update } of left) {
      this.#stage.note('rejected', { update, object: this.#request.object, code: 'REPLICA_NOT_KEPT', reason: `the close of its grant has no room for its branch beside ${heads.length} others` })
    }
    return heads
  }

  /**
   * An owner's save names the encrypted fields that it writes, seals what they show in the clear, and sees to it that
   * there is a usable epoch of which every reader has a wrap.
   */
  async #nameAndMend (): Promise<void> {
    const { operations } = this.#request
    const encrypted = new Set(this.#request.encrypted)
    const written = operations.filter(operation => 'value' in operation && encrypted.has(operation.field)).map(({ field }) => field)
    const names = sortedNames(written.filter(name => !this.#state.encrypted.has(name)))
    const inTheClear: Operation[] = []
    for (const name of names) for (const operation of await this.#breath.all(clearlyShown(this.#state, name, operations))) inTheClear.push(operation)
    const seen = this.#state
    for (const keys of this.#keyMaker.mending(this.#state, names)) await this.#ownersUpdate(keys)
    if (inTheClear.length > 0) await this.#change(null, inTheClear, seen)
  }

  async #change (grant: GrantState | null, operations: readonly Operation[], base: ObjectState): Promise<void> {
    const names = new Set([...this.#state.encrypted.keys(), ...this.#request.encrypted])
    for (const operation of operations) if (isSealed(operation)) names.add(operation.field)
    const epoch = this.#epoch(operations, names)
    const clear = epoch === undefined ? operations : this.#sealer.reopen(operations, this.#state, epoch)
    const sealed = await this.#breath.all(this.#sealer.seal(clear, names, epoch))
    // An endorsement stays whole, as the proposal was: the increments of one update alone count for a proposal.
    const runs = this.#via === null ? await this.#breath.through(splitOperations(sealed)) : [sealed]
    for (const run of runs) await this.#write(grant, run, base)
  }

  /** The epoch to seal to, with its seed where the caller may read. */
  #epoch (operations: readonly Operation[], names: ReadonlySet<string>): Epoch | undefined {
    if (!operations.some(operation => 'value' in operation && names.has(operation.field))) return undefined
    const usable = usableEpoch(this.#state)
    if (usable === undefined) throw epochPending(this.#request.object, this.#state)
    return { id: usable.id, seed: seedsOf(this.#provider, this.#state, this.#caller).get(usable.id) }
  }

  /** One change, or where it replaces more than 256 values several that set the same again. */
  async #write (grant: GrantState | null, operations: readonly Operation[], base: ObjectState): Promise<void> {
    const seen = [...new Set([base, this.#parts.objects.fullOf(base)])].flatMap(state => operations.flatMap(operation => candidatesOf(state, operation)))
    const replaced = pointers(this.#stage.live, this.#end(grant), seen)
    const runs = replaced.length === 0 ? [[]] : chunk(replaced, LIMITS.supersedes)
    for (const [i, supersedes] of runs.entries()) {
      const again = i === 0 ? operations : operations.filter(({ op }) => op !== 'add')
      const end = this.#end(grant)
      await this.#take(this.#sign({ ...this.#place(end, seen), supersedes, body: { kind: 'change', operations: again, via: i === 0 ? this.#via : null } }))
    }
  }

  async #remove (): Promise<void> {
    const { object } = this.#request
    const grant = this.#owns ? null : grantsTo(this.#state, this.#caller.id, 'remove').find(open => this.#hasRoom(open))
    if (grant === undefined) throw notAuthorized(object, this.#caller.id, null)
    await this.#take(this.#sign({ ...this.#place(this.#end(grant), []), supersedes: [], body: { kind: 'remove', via: this.#via } }))
  }

  async #ownersUpdate (body: Draft['body']): Promise<void> {
    await this.#take(this.#sign({ ...this.#place(this.#end(null), []), supersedes: [], body }))
  }

  #grant ({ subject, right, fields, limit }: GrantRequest, epoch = this.#readable()): Grant {
    const wrap = right !== 'read' || subject === null || epoch === undefined ? null : wrapFor(this.#provider, this.#caller, subject, epoch.id, epoch.seed)
    return {
      subject,
      right,
      fields: fields === undefined ? null : sortedNames(fields),
      limit: limit ?? null,
      wrap: wrap === null ? null : { epoch: wrap.epoch, boxed: wrap.boxed }
    }
  }

  /** The usable epoch, which the owner can always open. */
  #readable (): { id: string, seed: Uint8Array } | undefined {
    const usable = usableEpoch(this.#state)
    const seed = usable === undefined ? undefined : seedsOf(this.#provider, this.#state, this.#caller).get(usable.id)
    return usable === undefined || seed === undefined ? undefined : { id: usable.id, seed }
  }

  #end (grant: GrantState | null): ChainEnd {
    return chainEnd(this.#stage.live, this.#owns ? null : this.#caller.id, grant === null ? null : grant.ref)
  }

  #place (end: ChainEnd, seen: Parameters<typeof clockAfter>[2]): Pick<Draft, 'object' | 'author' | 'root' | 'seq' | 'prev' | 'clock'> {
    const { author, root, seq, prev } = end
    return { object: this.#request.object, author, root, seq, prev, clock: clockAfter(this.#now, end, seen) }
  }

  #hasRoom ({ ref, grant }: GrantState): boolean {
    return grant.limit === null || chainEnd(this.#stage.live, this.#caller.id, ref).seq <= grant.limit
  }

  get #provider (): NetworkBinding['provider'] {
    return this.#parts.binding.provider
  }

  #sign (draft: Draft): Update {
    return signUpdate(this.#parts.binding, this.#caller.seed, draft)
  }

  async #take (update: Update): Promise<void> {
    const taken = await this.#stage.take(update, { local: true, owned: await this.#parts.keys.has(update.object) })
    if (taken.is !== 'taken') {
      const why = taken.is === 'refused' ? taken.why : taken.is
      throw new DinemicError('ORM_NOT_AUTHORIZED', `The change of ${update.object} by ${this.#caller.id} is not admissible: ${why}.`, { details: { object: update.object, update: update.id } })
    }
    this.ids.push(update.id)
  }
}

function noKey ({ object, caller }: WriteRequest): DinemicError {
  return new DinemicError('ORM_NO_KEY', `The private key of ${caller} is not on this node, so nothing can be signed in its name. Open ${object} { as: … } an object that was created here, or import the key with node.keys.import.`, { details: { object, caller } })
}

