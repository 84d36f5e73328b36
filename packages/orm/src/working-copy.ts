import { DinemicError, isDinemicError } from '@dinemic/core'
import type { ObjectId, ObjectState, Operation, Value } from '@dinemic/core'
import type { GrantRequest, Reader, RevokeRequest, WriteRequest } from '@dinemic/replica'
import { UNCHANGED } from './cells/cell.js'
import type { Cell, Staged } from './cells/cell.js'
import { deleteOperations } from './operations.js'
import type { FieldSchema, ModelSchema } from './schema/types.js'

/** Something staged under a name that the class doesn't declare; without value its deletion. */
export interface Undeclared { readonly value?: Value, readonly encrypted: boolean }

/** All that was staged when a save was called: what came after it stays staged. */
export interface Checkpoint {
  readonly cells: Map<Cell<unknown>, Staged<unknown>>
  readonly undeclared: Map<string, Undeclared>
  readonly grants: Set<GrantRequest>
  readonly revokes: Set<RevokeRequest>
}

/** What stands in the object, and who opens what is encrypted in it. */
interface Snapshot { readonly state: ObjectState, readonly reader: Reader }

/** What is staged beside the declared fields. */
type Beside = Pick<Checkpoint, 'undeclared' | 'grants' | 'revokes'>

/** Saves that may be committed before the cells follow: this part of those that queue, so that each looks at few checkpoints. */
const LAG = 1 / 8

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
  /** Of the save under way and those that queue behind it, in order; each holds what those before it do. A new snapshot goes under them, too. */
  readonly #checkpoints: Checkpoint[] = []
  /** What the object has of the staged, while the cells are still on the snapshot that it was staged on. */
  #written: Checkpoint | undefined
  /** Commits since the cells were put on a snapshot. */
  #behind = 0
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

  /** Takes note of what is staged now, until `forget`. Throws `ORM_BAD_VALUE`. */
  checkpoint (): Checkpoint {
    const checkpoint = {
      cells: new Map([...this.#cells.values()].map((cell) => [cell, cell.staged()])),
      undeclared: new Map(this.undeclared),
      grants: new Set(this.grants),
      revokes: new Set(this.revokes)
    }
    this.#checkpoints.push(checkpoint)
    return checkpoint
  }

  /** What a save writes, or undefined if nothing was staged. Throws `ORM_BAD_VALUE`. */
  request (checkpoint: Checkpoint): WriteRequest | undefined {
    const { undeclared, grants, revokes } = this.#unwritten(checkpoint)
    const operations = [...checkpoint.cells].flatMap(([cell, staged]) => cell.between(this.#writtenOf(cell), staged))
    for (const [name, staged] of undeclared) operations.push(...this.#undeclaredOperations(name, staged))
    const nothing = operations.length + grants.size + revokes.size === 0
    if (nothing && this.#seed === undefined) return undefined
    return {
      ...this.#header(undeclared),
      operations,
      ...(grants.size === 0 ? {} : { grants: [...grants] }),
      ...(revokes.size === 0 ? {} : { revokes: [...revokes] })
    }
  }

  removal (): WriteRequest {
    return { ...this.#header(this.undeclared), operations: [], remove: true }
  }

  /**
   * The object is in its place now; what was staged after the checkpoint stays staged, on the new snapshot. Without a
   * checkpoint all does. Where a value can't be staged, the cells stay as they are until the next commit: the next save
   * tells of it, and this one is done.
   */
  committed (checkpoint: Checkpoint | undefined, snapshot: Snapshot | undefined): void {
    this.#seed = undefined
    this.#drop(checkpoint)
    this.#written = checkpoint ?? this.#written
    if (checkpoint !== undefined) strike(this, checkpoint)
    if (snapshot === undefined) return
    this.#state = snapshot.state
    this.#reader = snapshot.reader
    this.#behind++
    this.#catchUp()
  }

  /** The save is over. Unless it was committed, all stays staged. */
  forget (checkpoint: Checkpoint | undefined): void {
    this.#drop(checkpoint)
    this.#catchUp()
  }

  /** A new snapshot under all that is staged. Throws `ORM_BAD_VALUE`. */
  refresh (snapshot: Snapshot): void {
    this.#rebase(snapshot)
  }

  /** What the property stages that no save has written. Throws `ORM_BAD_VALUE`. */
  changesOf (cell: Cell<unknown>): Operation[] {
    return cell.between(this.#writtenOf(cell), cell.staged())
  }

  /** What a save under way writes stays: it is back on stage if that save is refused. */
  discard (): void {
    const last = this.#checkpoints.at(-1) ?? this.#written
    for (const cell of this.#cells.values()) cell.discard(cell.between(UNCHANGED, last?.cells.get(cell) ?? UNCHANGED))
    this.undeclared.clear()
    this.grants.clear()
    this.revokes.clear()
    if (last !== undefined) {
      const { undeclared, grants, revokes } = this.#unwritten(last)
      for (const [name, staged] of undeclared) this.undeclared.set(name, staged)
      for (const grant of grants) this.grants.add(grant)
      for (const revoke of revokes) this.revokes.add(revoke)
    }
    this.#catchUp()
  }

  #drop (checkpoint: Checkpoint | undefined): void {
    const index = this.#checkpoints.findIndex((known) => known === checkpoint)
    if (index >= 0) this.#checkpoints.splice(index, 1)
  }

  /** Puts the cells on the snapshot, if that is due and they can be. */
  #catchUp (): void {
    if (this.#behind === 0 || this.#behind < this.#checkpoints.length * LAG) return
    try {
      this.#rebase({ state: this.#state, reader: this.reader })
    } catch (error) {
      if (!isDinemicError(error)) throw error
    }
  }

  #rebase ({ state, reader }: Snapshot): void {
    // All of them before the first changes anything: a value that can't be staged leaves the entity as it was.
    const moves = [...this.#cells.values()].map((cell) => {
      const moments = [this.#writtenOf(cell), ...this.#checkpoints.map(({ cells }) => cells.get(cell) ?? UNCHANGED), cell.staged()]
      return { cell, steps: moments.slice(1).map((moment, i) => cell.between(moments[i]!, moment)) }
    })
    this.#state = state
    this.#reader = reader
    if (this.#written !== undefined) for (const checkpoint of this.#checkpoints) strike(checkpoint, this.#written)
    for (const { cell, steps } of moves) {
      cell.load(state, reader, steps.flat())
      let moment: Staged<unknown> = UNCHANGED
      for (const [i, { cells }] of this.#checkpoints.entries()) cells.set(cell, moment = cell.after(moment, steps[i]!))
    }
    this.#written = undefined
    this.#behind = 0
  }

  #unwritten ({ undeclared, grants, revokes }: Checkpoint): Beside {
    const rest = { undeclared: new Map(undeclared), grants: new Set(grants), revokes: new Set(revokes) }
    if (this.#written !== undefined) strike(rest, this.#written)
    return rest
  }

  #writtenOf (cell: Cell<unknown>): Staged<unknown> {
    return this.#written?.cells.get(cell) ?? UNCHANGED
  }

  #header (undeclared: ReadonlyMap<string, Undeclared>): Pick<WriteRequest, 'object' | 'caller' | 'base' | 'create' | 'encrypted'> {
    return {
      object: this.id,
      caller: this.caller,
      ...(this.#seed === undefined ? { base: this.#state } : { create: { seed: this.#seed } }),
      encrypted: [
        ...[...this.schema.stored.values()].filter(({ encrypted }) => encrypted).map(({ name }) => name),
        ...[...undeclared].filter(([, { encrypted }]) => encrypted).map(([name]) => name)
      ]
    }
  }

  #undeclaredOperations (name: string, { value }: Undeclared): Operation[] {
    if (value !== undefined) return [{ op: 'set', field: name, value }]
    const field = this.#state.fields.get(name)
    return field === undefined ? [] : deleteOperations(name, field)
  }
}

function strike (from: Beside, { undeclared, grants, revokes }: Beside): void {
  for (const grant of grants) from.grants.delete(grant)
  for (const revoke of revokes) from.revokes.delete(revoke)
  for (const [name, written] of undeclared) if (from.undeclared.get(name) === written) from.undeclared.delete(name)
}
