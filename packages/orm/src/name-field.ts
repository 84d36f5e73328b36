import { DinemicError } from '@dinemic/core'
import type { FieldSchema } from './schema/types.js'

/** The engine knows a field by its stored name. Where the property is called otherwise, its error is told in the words of the class. */
export function nameField (error: DinemicError, model: string, { property, name }: FieldSchema): DinemicError {
  if (property === name) return error
  return new DinemicError(error.code, `${model}.${property}, stored as '${name}': ${error.message}`, { cause: error, details: { ...error.details, field: property, stored: name } })
}
