import type { ObjectState } from '@dinemic/core'
import type { Engine } from '@dinemic/replica'
import type { RefOpener } from '../collections/ref.js'
import type { ModelSchema } from '../schema/types.js'
import type { EntityBase } from '../types.js'

/** What the hooks need of the layer that has the classes. */
export interface HookHost {
  readonly engine: Pick<Engine, 'platform' | 'reader'>
  /** The models of this node, by name. */
  readonly schemas: { get (model: string): ModelSchema | undefined, values (): Iterable<ModelSchema> }
  /** The snapshot of a state, as an instance of its class. */
  entity (schema: ModelSchema, state: ObjectState, options: { readonly readonly?: boolean, readonly readsAll?: boolean }): Promise<EntityBase>
  /** Opens what a ref in a change points to. */
  readonly openRef: RefOpener
  /** Where errors of after-hooks go. */
  report (error: unknown): void
}
