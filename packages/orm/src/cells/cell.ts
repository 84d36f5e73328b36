import { EMPTY_FIELD, Sealed, isDinemicError } from '@dinemic/core'
import type { DinemicError, FieldState, ObjectId, ObjectState, Operation, Value, WireValue } from '@dinemic/core'
import type { Reader } from '@dinemic/replica'
import type { FieldSchema } from '../schema/types.js'
import { checkSecret } from '../check-secret.js'
import { nameField } from '../name-field.js'
import { deleteOperations } from '../operations.js'

/** What a property that is as the snapshot has it stages: its content need not be read for that. */
export const UNCHANGED: unique symbol = Symbol('unchanged')
/** What a property that holds nothing stages: the end of all that stands in the object then, also under another kind. */
const DELETED: unique symbol = Symbol('deleted')

/** What one property stages at one moment. */
export type Staged<Content> = Content | typeof UNCHANGED | typeof DELETED

/** Where a sealed value stands, apart from its field. */
export type Slot = { readonly slot: 'register' } | { readonly slot: 'dict' | 'list', readonly element: string }

/**
 * One declared field of one entity: what the snapshot has, and what the property has. The content of each is the same
 * immutable thing, so that what is staged is always a difference of two contents:
 *
 *   snapshot → staged       what a `save()` writes that was called at that moment
 *   saved    → property     what was assigned while the save ran, put on top of the new snapshot
 */
export abstract class Cell<Content> {
  readonly field: FieldSchema
  /** The field as users know it, such as `Person.salary`. */
  readonly where: string
  readonly #model: string
  readonly #entity: { [property: string]: unknown }
  #state: FieldState = EMPTY_FIELD
  #reader: Reader | undefined
  #base: Content | undefined
  /** By the class or by the object's law. */
  #encrypted = true
  #problem: DinemicError | undefined
  #thrower: (() => never) | undefined
  /** What was put on top of the snapshot when the property was last shown. */
  #restaged: readonly Operation[] = []

  constructor (entity: object, model: string, field: FieldSchema) {
    this.#entity = entity as { [property: string]: unknown }
    this.field = field
    this.#model = model
    this.where = `${model}.${field.property}`
  }

  /** What stands in the object. Values that don't fit the kind of the field don't count. */
  protected abstract read (state: FieldState): Content
  /** What the property is to hold for a content; for a collection always the same one, so that who keeps it keeps the right one. */
  protected abstract present (content: () => Content): unknown
  /** The content of what a property holds that isn't undefined. Throws `ORM_BAD_VALUE`. `base`: what equal parts are taken from. */
  protected abstract accept (held: unknown, base: Content): Content
  protected abstract readonly empty: Content
  protected abstract isEmpty (content: Content): boolean
  protected abstract diff (from: Content, to: Content): Operation[]
  protected abstract replay (content: Content, operations: readonly Operation[]): Content

  /** Opens what of an encrypted field isn't known to be readable: so `problem` is known. */
  protected probe (_state: FieldState, _object: ObjectId, _reader: Reader): void {
    this.base()
  }

  /** From now on what the property holds can't be changed in place either. */
  lock (): void {}

  /** Whether what the property holds is as it was shown, for certain and without looking into it. */
  protected untouched (_held: unknown): boolean {
    return false
  }

  /** Counters can't be. */
  protected whenDeleted (): Operation[] {
    return deleteOperations(this.field.name, this.#state)
  }

  /** Why the property throws when it is read. */
  get problem (): DinemicError | undefined {
    return this.#problem
  }

  /** What the property holds, without reading what throws. */
  get held (): unknown {
    return this.#isThrowing() ? undefined : this.#entity[this.field.property]
  }

  set held (value: unknown) {
    this.#entity[this.field.property] = value
  }

  /** Takes the field from a new snapshot, and shows it with `staged` on top. */
  load (state: ObjectState, reader: Reader | undefined, staged: readonly Operation[] = []): void {
    const field = state.fields.get(this.field.name) ?? EMPTY_FIELD
    this.#state = field
    this.#problem = undefined
    this.#base = undefined
    this.#reader = reader
    // Only what is encrypted can be unreadable, so everything else may wait until somebody looks.
    this.#encrypted = this.field.encrypted || state.encrypted.has(this.field.name)
    if (reader !== undefined && this.#encrypted) this.probe(field, state.id, reader)
    this.#show(staged)
  }

  /** Shows the snapshot with `staged` on top, and nothing else that was staged. */
  discard (staged: readonly Operation[] = []): void {
    this.#show(staged)
  }

  /** What the property stages now. Throws `ORM_BAD_VALUE`. */
  staged (): Staged<Content> {
    if (this.#isThrowing()) return UNCHANGED
    const held = this.#entity[this.field.property]
    if (this.untouched(held)) return this.#restaged.length === 0 ? UNCHANGED : this.replay(this.base(), this.#restaged)
    if (held === undefined) return DELETED
    return this.#encrypted ? checkSecret(this.where, () => this.accept(held, this.base())) : this.accept(held, this.base())
  }

  /** What leads from one moment to another. Throws `ORM_BAD_VALUE`. */
  between (from: Staged<Content>, to: Staged<Content>): Operation[] {
    if (from === to) return []
    if (from === UNCHANGED && to === DELETED) return this.isEmpty(this.base()) ? [] : this.whenDeleted()
    return this.diff(this.#contentOf(from), this.#contentOf(to))
  }

  /** The moment to which these operations lead. */
  after (from: Staged<Content>, operations: readonly Operation[]): Staged<Content> {
    return operations.length === 0 ? from : this.replay(this.#contentOf(from), operations)
  }

  protected base (): Content {
    return this.#base ??= this.read(this.#state)
  }

  #contentOf (staged: Staged<Content>): Content {
    return staged === UNCHANGED ? this.base() : staged === DELETED ? this.empty : staged
  }

  #show (staged: readonly Operation[]): void {
    this.#thrower = undefined
    this.#restaged = staged
    const { property } = this.field
    const problem = this.#problem
    if (problem !== undefined && staged.length === 0) return this.#showThrowing(problem)
    const value = this.present(() => staged.length === 0 ? this.base() : this.replay(this.base(), staged))
    Object.defineProperty(this.#entity, property, { value, enumerable: true, configurable: true, writable: true })
  }

  #showThrowing (problem: DinemicError): void {
    const { property } = this.field
    const entity = this.#entity
    this.#thrower = () => { throw problem }
    Object.defineProperty(entity, property, {
      get: this.#thrower,
      set: (value: unknown) => { Object.defineProperty(entity, property, { value, enumerable: true, configurable: true, writable: true }) },
      // Not enumerable: printing or copying the entity must not throw for one field that can't be read.
      enumerable: false,
      configurable: true
    })
  }

  #isThrowing (): boolean {
    return this.#thrower !== undefined && Object.getOwnPropertyDescriptor(this.#entity, this.field.property)?.get === this.#thrower
  }

  /** The value in the clear, or the `Sealed` as it is where that can't be had; `problem` says why. */
  protected open (slot: Slot, value: WireValue): WireValue {
    if (!(value instanceof Sealed) || this.#reader === undefined) return value
    try {
      return this.#reader.open({ field: this.field.name, ...slot }, value)
    } catch (error) {
      if (!isDinemicError(error)) throw error
      this.#problem = nameField(error, this.#model, this.field) // ORM_FIELD_SEALED or ORM_FIELD_CORRUPT: thrown when the property is read
      return value
    }
  }
}

/** For cells whose content is compared with values in the clear. */
export function isClear (value: WireValue | undefined): value is Value {
  return value !== undefined && !(value instanceof Sealed)
}

/** The kind of what was given, for error texts: never its content, which may be that of an encrypted field (R13). */
export function describe (held: unknown): string {
  if (held === null) return 'null'
  if (held === undefined) return 'nothing'
  if (Array.isArray(held)) return 'an array'
  if (typeof held !== 'object') return `a ${typeof held}`
  return held.constructor?.name === 'Object' ? 'a plain object' : `an instance of ${held.constructor?.name ?? 'no class'}`
}
