import { Sealed, emptyState } from '@dinemic/core'
import type { ObjectState, Value, WireValue } from '@dinemic/core'
import type { FieldChange, ObjectChange, Reader } from '@dinemic/replica'
import { detached } from '../collections/own-copy.js'
import { Counter } from '../collections/counter.js'
import { Ref } from '../collections/ref.js'
import type { ModelSchema } from '../schema/types.js'
import type { EntityBase } from '../types.js'
import type { HookHost } from './host.js'

/** What the hooks of one change are given; nothing of it is made before there is a hook to see it. */
export class Scene {
  readonly schema: ModelSchema
  readonly change: ObjectChange
  readonly #host: HookHost
  readonly #state: ObjectState
  #entity: Promise<EntityBase> | undefined
  #receiver: Promise<EntityBase> | undefined
  #reader: Promise<Reader> | undefined

  constructor (host: HookHost, schema: ModelSchema, change: ObjectChange) {
    this.schema = schema
    this.change = change
    this.#host = host
    // Before its first update and after its end there is no state, and an object all the same.
    this.#state = change.state ?? emptyState(change.object)
  }

  /** One for all hooks of the change. */
  entity (): Promise<EntityBase> {
    return this.#entity ??= this.#host.entity(this.schema, this.#state, { readonly: true })
  }

  /** `this` of a model's own hooks. After the commit it may be changed and saved, in the name of whom the node acts as. */
  receiver (phase: 'before' | 'after'): Promise<EntityBase> {
    if (phase === 'before' || this.change.state === undefined) return this.entity()
    return this.#receiver ??= this.#host.entity(this.schema, this.#state, { readsAll: true })
  }

  /** The name that hooks and filters know: the property's, or the stored one where the class doesn't declare the field. */
  fieldName (field: FieldChange): string {
    return this.schema.stored.get(field.field)?.property ?? field.field
  }

  /**
   * A value as the class has it: a ref as `Ref`, an increment's sum as a number. The hook's own: what it changed in place
   * would be merged here, and nowhere else.
   */
  async value (field: FieldChange, value: WireValue | undefined): Promise<unknown> {
    const clear = value instanceof Sealed ? await this.#open(field, value) : detached(value)
    if (typeof clear === 'bigint' && field.slot === 'counter') return new Counter({ where: field.field, sum: clear, isReadOnly: true }).value
    const schema = this.schema.stored.get(field.field)
    return schema?.kind === 'ref' && typeof clear === 'string' ? new Ref(clear, this.#host.openRef) : clear
  }

  /** With any key that is on this node; what none opens, and what is damaged, stays `Sealed` (R14). */
  async #open (field: FieldChange, sealed: Sealed): Promise<Value | Sealed> {
    const { slot } = field
    const reader = await (this.#reader ??= this.#host.engine.reader(this.#state))
    if (slot === 'counter' || reader.sealed(sealed)) return detached(sealed)
    try {
      return reader.open({ field: field.field, slot, ...(field.key === undefined ? {} : { element: field.key }) }, sealed)
    } catch {
      return detached(sealed) // ORM_FIELD_CORRUPT: the key is here and doesn't open it
    }
  }
}
