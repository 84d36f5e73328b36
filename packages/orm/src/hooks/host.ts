import type { ObjectId, ObjectState } from '@dinemic/core'
import type { Engine } from '@dinemic/replica'
import type { Ref } from '../collections/ref.js'
import type { FieldSchema, ModelSchema } from '../schema/types.js'
import type { EntityBase } from '../types.js'

/** What the hooks need of the layer that has the classes. */
export interface HookHost {
  readonly engine: Pick<Engine, 'platform' | 'reader'>
  /** The models of this node, by name. */
  readonly schemas: { get (model: string): ModelSchema | undefined, values (): Iterable<ModelSchema> }
  /** The snapshot of a state, as an instance of its class. */
  entity (schema: ModelSchema, state: ObjectState, options: { readonly readonly: true }): Promise<EntityBase>
  /** What a ref field holds, as the class has it. */
  ref (field: FieldSchema, id: ObjectId): Ref
  /** Where errors of after-hooks go. */
  report (error: unknown): void
}
