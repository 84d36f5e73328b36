import { DinemicError } from '@dinemic/core'
import { didYouMean } from '../nearest.js'
import type { FieldSchema, ModelSchema } from '../schema/types.js'

/** What a query can ask for: the fields of the class and the id. */
export type QueryField =
  | { readonly kind: 'id', readonly property: 'id' }
  | FieldSchema

const ID: QueryField = { kind: 'id', property: 'id' }

/** Throws `ORM_BAD_FILTER` where the model has no such field. */
export function queryField (schema: ModelSchema, name: string): QueryField {
  const field = name === 'id' ? ID : schema.fields.get(name)
  if (field !== undefined) return field
  const names = ['id', ...schema.fields.keys()]
  throw new DinemicError('ORM_BAD_FILTER', `${schema.name} has no field '${name}'.${didYouMean(name, names)} It has: ${names.join(', ')}.`, { details: { model: schema.name, field: name } })
}
