import { DinemicError } from '@dinemic/core'
import type { ObjectId, ObjectState, Operation, Value } from '@dinemic/core'
import type { GrantRequest, Reader, RevokeRequest, WriteRequest } from '@dinemic/replica'
import type { Cell } from './cells/cell.js'
import { deleteOperations } from './operations.js'
import type { FieldSchema, ModelSchema } from './schema/types.js'

/** Something staged under a name that the class doesn't declare; without value its deletion. */
export interface Undeclared { readonly value?: Value, readonly encrypted: boolean }

/** What was staged when a save began: what came after it stays staged. */
export interface Checkpoint {
  readonly contents: ReadonlyMap<Cell<unknown>, unknown>
  readonly undeclared: ReadonlyMap<string, Undeclared>
  readonly grants: ReadonlySet<GrantRequest>
  readonly revokes: ReadonlySet<RevokeRequest>
}

/** The two halves of an entity: the snapshot of its object, and what is staged on top of it. */
export class WorkingCopy {
  readonly schema: ModelSchema
  /** In whose name it is read and written. */
  readonly caller: ObjectId
  readonly owned: boolean
  readonly undeclared = new Map<string, Undeclared>()
  readonly grants = new Set<GrantRequest>()
  readonly revokes = new Set<RevokeRequest>()
  readonly #cells = new Map<string, Cell<unknown>>()
  #state: ObjectState
  #reader: Reader | undefined
  /** Of an object that isn't there yet. */
  #seed: Uint8Array | undefined

  constructor (schema: ModelSchema, parts: { state: ObjectState, caller: ObjectId, owned: boolean, seed?: Uint8Array }) {
    this.schema = schema
    this.caller = parts.caller
    this.owned = parts.owned
    this.#state = parts.state
    this.#seed = parts.seed
  }

  /** Ties it to its entity, which can't be made before its `$` is. */
  attach (cells: Iterable<Cell<unknown>>, reader: Reader | undefined): void {
    this.#reader = reader
    for (const cell of cells) {
      this.#cells.set(cell.field.property, cell)
      cell.load(this.#state, reader)
    }
  }

  get id (): ObjectId {
    return this.#state.id
  }

  get state (): ObjectState {
    return this.#state
  }

  /** Throws `ORM_NOT_FOUND` for an object that isn't there yet: nothing of it can be opened. */
  get reader (): Reader {
    if (this.#reader !== undefined) return this.#reader
    throw new DinemicError('ORM_NOT_FOUND', `${this.id} is not there before its transaction has ended. Ask again afterwards.`, { details: { id: this.id } })
  }

  get cells (): Iterable<Cell<unknown>> {
    return this.#cells.values()
  }

  cell (property: string): Cell<unknown> | undefined {
    return this.#cells.get(property)
  }

  cellStoredAs (name: string): Cell<unknown> | undefined {
    const field: FieldSchema | undefined = this.schema.stored.get(name)
    return field === undefined ? undefined : this.#cells.get(field.property)
  }

  /** What `save()` writes, or undefined if nothing is staged. Throws `ORM_BAD_VALUE`. */
  request (): WriteRequest | undefined {
    const operations = [...this.#cells.values()].flatMap((cell) => cell.operations())
    for (const [name, staged] of this.undeclared) operations.push(...this.#undeclaredOperations(name, staged))
    const nothing = operations.length + this.grants.size + this.revokes.size === 0
    if (nothing && this.#seed === undefined) return undefined
    return {
      ...this.#header(),
      operations,
      ...(this.grants.size === 0 ? {} : { grants: [...this.grants] }),
      ...(this.revokes.size === 0 ? {} : { revokes: [...this.revokes] })
    }
  }

  removal (): WriteRequest {
    return { ...this.#header(), operations: [], remove: true }
  }

  checkpoint (): Checkpoint {
    return {
      contents: new Map([...this.#cells.values()].map((cell) => [cell, cell.checkpoint()])),
      undeclared: new Map(this.undeclared),
      grants: new Set(this.grants),
      revokes: new Set(this.revokes)
    }
  }

  /** The object is in its place now; what was staged after the checkpoint stays staged, on the new snapshot. */
  committed (checkpoint: Checkpoint, snapshot: { state: ObjectState, reader: Reader } | undefined): void {
    this.#seed = undefined
    for (const grant of checkpoint.grants) this.grants.delete(grant)
    for (const revoke of checkpoint.revokes) this.revokes.delete(revoke)
    for (const [name, staged] of checkpoint.undeclared) {
      if (this.undeclared.get(name) === staged) this.undeclared.delete(name)
    }
    if (snapshot !== undefined) this.#rebase(snapshot, (cell) => cell.since(checkpoint.contents.get(cell)))
  }

  /** A new snapshot under all that is staged. Throws `ORM_BAD_VALUE`. */
  refresh (snapshot: { state: ObjectState, reader: Reader }): void {
    this.#rebase(snapshot, (cell) => cell.operations())
  }

  discard (): void {
    for (const cell of this.#cells.values()) cell.discard()
    this.undeclared.clear()
    this.grants.clear()
    this.revokes.clear()
  }

  #rebase ({ state, reader }: { state: ObjectState, reader: Reader }, stagedIn: (cell: Cell<unknown>) => Operation[]): void {
    // All of them before the first changes anything: a value that can't be staged leaves the entity as it was.
    const staged = [...this.#cells.values()].map((cell) => ({ cell, operations: stagedIn(cell) }))
    this.#state = state
    this.#reader = reader
    for (const { cell, operations } of staged) cell.load(state, reader, operations)
  }

  #header (): Pick<WriteRequest, 'object' | 'caller' | 'base' | 'create' | 'encrypted'> {
    return {
      object: this.id,
      caller: this.caller,
      ...(this.#seed === undefined ? { base: this.#state } : { create: { seed: this.#seed } }),
      encrypted: [
        ...[...this.schema.stored.values()].filter(({ encrypted }) => encrypted).map(({ name }) => name),
        ...[...this.undeclared].filter(([, { encrypted }]) => encrypted).map(([name]) => name)
      ]
    }
  }

  #undeclaredOperations (name: string, { value }: Undeclared): Operation[] {
    if (value !== undefined) return [{ op: 'set', field: name, value }]
    const field = this.#state.fields.get(name)
    return field === undefined ? [] : deleteOperations(name, field)
  }
}
