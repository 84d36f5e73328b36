import { EMPTY_FIELD, Sealed, SortedMap, clockOf, compareBytes, emptyState, entriesOf, orderOf, parseId, portableProvider } from '@dinemic/core'
import type { Candidate, FieldState, ObjectId, ObjectState, Value, WireValue } from '@dinemic/core'
import type { CommitEvent, Engine, Reader } from '@dinemic/replica'
import type { QueryHost } from '../../src/query/host.js'
import { schemaOf } from '../../src/schema/registry.js'
import type { EntityBase, ModelClass } from '../../src/types.js'
import { idOf } from '../support/ids.js'

/** A store of states made by hand; what an engine does beyond that, these tests don't need. */
export class FakeEngine {
  readonly provider = portableProvider
  /** Objects whose private keys are here. */
  readonly owned = new Set<ObjectId>()
  readonly keys = { has: async (id: ObjectId) => this.owned.has(id) }
  readonly self = idOf('Node', 200)
  /** Ids in the order in which their states were read. */
  readonly reads: ObjectId[] = []
  /** Runs when a state has been read and before it is given: what happens meanwhile. */
  afterRead: () => void = () => {}
  readonly #states = new Map<ObjectId, ObjectState>()
  readonly #listeners = new Set<(event: CommitEvent) => void>()

  get listeners (): number {
    return this.#listeners.size
  }

  put (id: ObjectId, fields: Record<string, FieldState>, encrypted: readonly string[] = []): ObjectId {
    this.#commit(id, { ...emptyState(id), genesis: 'g', fields: SortedMap.from(Object.entries(fields)), encrypted: SortedMap.from(encrypted.map(name => [name, true])) })
    return id
  }

  remove (id: ObjectId): void {
    this.#commit(id, undefined)
  }

  async state (id: ObjectId): Promise<ObjectState | undefined> {
    this.reads.push(id)
    const state = this.#states.get(id)
    this.afterRead()
    return state
  }

  async * ids (model: string, { after }: { after?: ObjectId } = {}): AsyncIterable<ObjectId> {
    for (const id of [...this.#states.keys()].sort(byKey)) {
      if (parseId(id).model === model && (after === undefined || byKey(id, after) > 0)) yield id
    }
  }

  async reader (_state: ObjectState, caller?: ObjectId): Promise<Reader> {
    return {
      sealed: ({ epoch }) => epoch !== caller,
      open: (_place, value): Value => {
        if (!(value instanceof Sealed)) return value
        if (value.boxed.length === 0) throw new Error('damaged')
        return value.boxed[0]!
      },
      sealBytes: (bytes) => bytes,
      openBytes: (bytes) => bytes
    }
  }

  onCommit (listener: (event: CommitEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => { this.#listeners.delete(listener) }
  }

  #commit (object: ObjectId, after: ObjectState | undefined): void {
    const before = this.#states.get(object)
    if (after === undefined) this.#states.delete(object)
    else this.#states.set(object, after)
    for (const listener of this.#listeners) listener({ object, before, after, local: true })
  }
}

function byKey (a: ObjectId, b: ObjectId): number {
  return compareBytes(parseId(a).key, parseId(b).key)
}

/** A bare instance with the plain values of its fields. */
export type RowEntity<T> = T & { readonly caller: ObjectId | undefined }

export function queryRig () {
  const engine = new FakeEngine()
  const stop = new AbortController()
  const reported: unknown[] = []
  const host: QueryHost = {
    engine: engine as unknown as Engine,
    stopped: stop.signal,
    report: (error) => reported.push(error),
    entity: async (schema, state, { caller }) => {
      const values = Object.fromEntries([...schema.fields.values()].map(({ property, name }) => [property, state.fields.get(name)?.register[0]?.value]))
      return Object.assign(Object.create(schema.target.prototype), values, { id: state.id, caller }) as EntityBase
    }
  }
  return { engine, host, reported, stop: () => stop.abort() }
}

export function schemaFor (model: ModelClass) {
  return schemaOf(model)
}

export function value (content: WireValue): FieldState {
  return { ...EMPTY_FIELD, register: [candidate(content)] }
}

export function list (...contents: WireValue[]): FieldState {
  const elements = contents.map((content, i) => [`e${i}`, { value: [candidate(content)], position: [candidate(`p${i}`)], deleted: null }] as const)
  const list = SortedMap.from(elements)
  return { ...EMPTY_FIELD, list, order: orderOf(list) }
}

export function dict (entries: Record<string, WireValue | undefined>): FieldState {
  const dict = SortedMap.from(Object.entries(entries).map(([key, content]) => [key, [candidate<WireValue>(content)]]))
  return { ...EMPTY_FIELD, dict, entries: entriesOf(dict) }
}

export function counter (sum: bigint): FieldState {
  return { ...EMPTY_FIELD, counter: sum }
}

/** Sealed for one reader; without a number it is damaged. */
export function sealedFor (reader: ObjectId, content?: number): Sealed {
  return new Sealed({ epoch: reader, nonce: new Uint8Array(24), boxed: Uint8Array.from(content === undefined ? [] : [content]) })
}

function candidate<T> (content: T | undefined): Candidate<T> {
  return { update: 'u', clock: clockOf(1), author: null, root: null, seq: 1, value: content }
}
