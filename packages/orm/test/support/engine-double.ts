import { DinemicError, Sealed, SortedMap, applyUpdate, can, cellsOf, clockOf, decode, emptyState, encode, formatId, parseId, portableProvider, refKey } from '@dinemic/core'
import type { Grant, ObjectId, ObjectState, Operation, Update, UpdateId, Value, WireValue } from '@dinemic/core'
import type { CommitEvent, Engine, ProposalAnswer, Reader, WriteRequest } from '@dinemic/replica'
import { HookDispatcher } from '../../src/hooks/dispatcher.js'
import { Orm } from '../../src/orm.js'
import { schemaOf } from '../../src/schema/registry.js'
import type { ModelClass } from '../../src/types.js'
import { ManualPlatform } from './timers.js'

const SELF = formatId('Node', portableProvider.publicKey(new Uint8Array(32).fill(77)))

/** Core's merge without signatures, grants that are law or a network: what a test needs to see what an entity stages and shows. */
export class EngineDouble {
  readonly platform = new ManualPlatform()
  readonly provider = portableProvider
  readonly self = SELF
  readonly models: readonly string[]
  readonly written: WriteRequest[] = []
  readonly proposed: WriteRequest[] = []
  /** Runs before a write is committed: may take its time, or refuse by throwing. */
  beforeCommit: (request: WriteRequest) => void | Promise<void> = () => {}
  readonly #keys = new Set<ObjectId>()
  readonly #states = new Map<ObjectId, ObjectState>()
  readonly #listeners = new Set<(event: CommitEvent) => void>()
  #updates = 0

  constructor (models: readonly string[]) {
    this.models = models
  }

  readonly keys = {
    has: async (id: ObjectId) => this.#keys.has(id)
  }

  /** From now on this node doesn't hold the object's key. */
  forget (id: ObjectId): void {
    this.#keys.delete(id)
  }

  async hooksRun (): Promise<void> {}

  async track<T> (_what: string, task: Promise<T>): Promise<T> {
    return await task
  }

  async state (id: ObjectId, { removed = false } = {}): Promise<ObjectState | undefined> {
    const state = this.#states.get(id)
    return state !== undefined && state.removed !== null && !removed ? undefined : state
  }

  async wait (id: ObjectId): Promise<ObjectState> {
    const state = await this.state(id)
    if (state === undefined) throw new DinemicError('ORM_NOT_FOUND', `${id} is not here.`)
    return state
  }

  async * ids (model: string): AsyncIterable<ObjectId> {
    for (const [id, state] of this.#states) {
      if (parseId(id).model === model && state.removed === null) yield id
    }
  }

  /** The owner and who holds a read grant can read. */
  async reader (state: ObjectState, caller?: ObjectId): Promise<Reader> {
    const readable = caller === undefined || can(state, caller, 'read')
    return {
      sealed: () => !readable,
      open: (place, value) => open(place, value, readable),
      sealBytes: (bytes) => bytes.map((byte) => byte ^ 1),
      openBytes: (bytes) => bytes.map((byte) => byte ^ 1)
    }
  }

  async write (requests: readonly WriteRequest[]): Promise<UpdateId[][]> {
    for (const request of requests) await this.beforeCommit(request)
    return requests.map((request) => {
      this.written.push(request)
      if (request.create !== undefined) this.#keys.add(request.object)
      const id = (++this.#updates).toString(16).padStart(64, '0')
      const before = this.#states.get(request.object)
      const after = this.#apply(before ?? emptyState(request.object), request, id)
      this.#states.set(request.object, after)
      for (const listener of this.#listeners) listener({ object: request.object, before, after, local: true })
      return [id]
    })
  }

  async propose (request: WriteRequest): Promise<ProposalAnswer[]> {
    this.proposed.push(request)
    return [{ peer: 'peer', answer: 'refused', reason: 'no' }]
  }

  onCommit (listener: (event: CommitEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => { this.#listeners.delete(listener) }
  }

  async history (): Promise<[]> {
    return []
  }

  async forks (): Promise<[]> {
    return []
  }

  /** What somebody else writes, as `author`, without having seen what stands there if `concurrent`. */
  put (object: ObjectId, operations: readonly Operation[], { author, concurrent = false }: { author?: ObjectId, concurrent?: boolean } = {}): void {
    const state = this.#states.get(object)!
    const id = (++this.#updates).toString(16).padStart(64, '0')
    this.#states.set(object, applyUpdate(state, this.#update(state, id, operations, { author: author ?? null, concurrent }), FREE))
  }

  #apply (state: ObjectState, request: WriteRequest, id: UpdateId): ObjectState {
    const encrypted = new Set([...state.encrypted.keys(), ...request.encrypted])
    const operations = request.operations.map((operation) => seal(operation, encrypted))
    const grants: Grant[] = (request.grants ?? []).map(({ subject, right, fields, limit }) => ({ subject, right, fields: fields ?? null, limit: limit ?? null, wrap: null }))
    const author = request.caller === request.object ? null : request.caller
    const base = { ...this.#update(state, id, operations, { author, concurrent: false }) }
    if (request.create !== undefined) {
      return applyUpdate(state, { ...base, kind: 'genesis', seq: 0, body: { kind: 'genesis', operations, grants, encrypted: [...encrypted], epoch: null } }, FREE)
    }
    let next = applyUpdate({ ...state, encrypted: SortedMap.from([...encrypted].map(name => [name, true])) }, base, FREE)
    grants.forEach((grant, index) => { next = { ...next, grants: next.grants.set(refKey({ id, index }), { ref: { id, index }, grant, clock: base.clock }) } })
    for (const { subject, rights } of request.revokes ?? []) {
      const ended = [...next.grants.values()].filter(({ grant }) => grant.subject === subject && rights.includes(grant.right))
      for (const { ref } of ended) next = { ...next, closes: next.closes.set(`${id} ${refKey(ref)}`, { update: id, grant: ref }) }
    }
    return request.remove === true ? { ...next, removed: { update: id, final: author === null } } : next
  }

  #update (state: ObjectState, id: UpdateId, operations: readonly Operation[], { author, concurrent }: { author: ObjectId | null, concurrent: boolean }): Update {
    return {
      version: 1, kind: 'change', object: state.id, author, root: null, seq: this.#updates, prev: null, clock: clockOf(this.#updates),
      supersedes: concurrent ? [] : updatesIn(state), id, frame: new Uint8Array(), body: { kind: 'change', operations, via: null }
    }
  }
}

const FREE = { verdict: () => 'ok' as const, isAncestor: () => false }

export function ormRig (...models: ModelClass[]) {
  const engine = new EngineDouble(models.map(model => schemaOf(model).name))
  const reported: unknown[] = []
  const orm = new Orm({ engine: engine as unknown as Engine, hooks: new HookDispatcher(), models, report: (error) => reported.push(error) })
  return { engine, orm, reported }
}

function updatesIn ({ fields }: ObjectState): UpdateId[] {
  return [...fields.values()].flatMap(({ register, dict, list }) => [
    ...register, ...[...dict.values()].flat(), ...[...list.values()].flatMap(({ value, position }) => [...value, ...position])
  ].map(({ update }) => update))
}

function seal (operation: Operation, encrypted: ReadonlySet<string>): Operation {
  if (!('value' in operation) || !encrypted.has(operation.field)) return operation
  const boxed = encode([cellsOf(operation)[0]!, operation.value as Value])
  return { ...operation, value: new Sealed({ epoch: 'epoch', nonce: new Uint8Array(24), boxed }) }
}

function open (place: Parameters<Reader['open']>[0], value: WireValue, readable: boolean): Value {
  if (!(value instanceof Sealed)) return value
  if (!readable) throw new DinemicError('ORM_FIELD_SEALED', `${place.field} is sealed here.`)
  const [cell, clear] = decode(value.boxed) as [string, Value]
  if (!cell.includes(place.field)) throw new DinemicError('ORM_FIELD_CORRUPT', `${place.field} is damaged.`)
  return clear
}

