import { DinemicError, Sealed, isId, parseId, shown } from '@dinemic/core'
import type { FieldState, ObjectId, Operation, WireValue } from '@dinemic/core'
import { Ref } from '../collections/ref.js'
import type { RefOpener } from '../collections/ref.js'
import type { FieldSchema } from '../schema/types.js'
import { Cell, describe } from './cell.js'

/** `target`: the model that the ref must point to. */
export interface RefTarget { readonly target: () => string, readonly open: RefOpener }

/** `@Ref()`: a register that holds an id; a `Sealed` where it can't be read. */
export class RefCell extends Cell<WireValue | undefined> {
  protected readonly empty = undefined
  readonly #refs: RefTarget

  constructor (entity: object, model: string, field: FieldSchema, refs: RefTarget) {
    super(entity, model, field)
    this.#refs = refs
  }

  protected read (state: FieldState): WireValue | undefined {
    const value = shown(state.register)?.value
    const id = value === undefined ? undefined : this.open({ slot: 'register' }, value)
    return id instanceof Sealed || (isId(id) && this.#pointsHere(id)) ? id : undefined
  }

  protected present (content: () => WireValue | undefined): unknown {
    const id = content()
    return typeof id === 'string' ? new Ref(id, this.#refs.open) : undefined
  }

  /** Null is no ref, as undefined is. */
  protected accept (held: unknown): ObjectId | undefined {
    if (held === null) return undefined
    const id = typeof held === 'object' && 'id' in held! ? held.id : held
    if (typeof id !== 'string') {
      throw new DinemicError('ORM_BAD_VALUE', `${this.where} was given ${describe(held)}. Assign ref(entityOrId).`, { details: { where: this.where } })
    }
    parseId(id)
    if (!this.#pointsHere(id)) {
      throw new DinemicError('ORM_WRONG_MODEL', `${this.where} points to objects of ${this.#refs.target()} and was given ${id}. Assign a ref to a ${this.#refs.target()}.`, { details: { where: this.where, id } })
    }
    return id
  }

  protected isEmpty (content: WireValue | undefined): boolean {
    return content === undefined
  }

  protected diff (from: WireValue | undefined, to: WireValue | undefined): Operation[] {
    if (to === from) return []
    return [to === undefined ? { op: 'delete', field: this.field.name } : { op: 'set', field: this.field.name, value: to }]
  }

  protected replay (content: WireValue | undefined, operations: readonly Operation[]): WireValue | undefined {
    const last = operations.findLast(({ op }) => op === 'set' || op === 'delete')
    if (last === undefined) return content
    return last.op === 'set' ? last.value : undefined
  }

  #pointsHere (id: string): boolean {
    return id.startsWith(`${this.#refs.target()}:`)
  }
}
