import { DinemicError } from '@dinemic/core'
import { didYouMean } from './nearest.js'
import { schemaOf } from './schema/registry.js'
import type { EntityClass, ModelSchema } from './schema/types.js'

/** The models of one node. */
export class Schemas {
  readonly #byName = new Map<string, ModelSchema>()

  /** Throws `ORM_NOT_A_MODEL`, `ORM_DUPLICATE_MODEL`. */
  constructor (models: readonly EntityClass[]) {
    for (const schema of models.map(schemaOf)) {
      const other = this.#byName.get(schema.name)
      if (other !== undefined && other.target !== schema.target) {
        throw new DinemicError('ORM_DUPLICATE_MODEL', `Two classes are the model '${schema.name}': ${other.target.name} and ${schema.target.name}. Objects are found by the model's name, so give one of them another: @Model('…').`, { details: { model: schema.name } })
      }
      this.#byName.set(schema.name, schema)
    }
  }

  get (model: string): ModelSchema | undefined {
    return this.#byName.get(model)
  }

  values (): Iterable<ModelSchema> {
    return this.#byName.values()
  }

  /** Throws `ORM_NOT_A_MODEL` also for a model that this node wasn't started with. */
  of (target: EntityClass): ModelSchema {
    const schema = schemaOf(target)
    if (this.#byName.get(schema.name)?.target === schema.target) return schema
    throw new DinemicError('ORM_NOT_A_MODEL', `This node has no class ${target.name}. Add it where the node starts: models: [${[...this.#byName.values()].map(({ target: known }) => `${known.name}, `).join('')}${target.name}].`, { details: { model: schema.name } })
  }

  /** For what is opened by id alone. Throws `ORM_NOT_A_MODEL`. */
  named (model: string): ModelSchema {
    const schema = this.#byName.get(model)
    if (schema !== undefined) return schema
    throw new DinemicError('ORM_NOT_A_MODEL', `This node has no model '${model}'.${didYouMean(model, this.#byName.keys())} Add its class to models where the node starts.`, { details: { model } })
  }
}
