import type { ObjectId, ObjectState } from '@dinemic/core'
import type { Engine } from '@dinemic/replica'
import type { ModelSchema } from '../schema/types.js'
import type { EntityBase } from '../types.js'

/** What queries need of the layer that has the classes. */
export interface QueryHost {
  readonly engine: Engine
  /** Aborts when the node stops: live queries end. */
  readonly stopped: AbortSignal
  /** The snapshot of a state, as an instance of its class. */
  entity (schema: ModelSchema, state: ObjectState, options: { readonly caller?: ObjectId }): Promise<EntityBase>
  /** Where errors of listeners go. */
  report (error: unknown): void
}
