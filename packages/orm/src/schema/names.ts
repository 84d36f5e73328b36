import { DinemicError, LIMITS, isModelName } from '@dinemic/core'

/** A node signs as `Node:<its key>` where it has no caller. */
const RESERVED_MODEL = 'Node'

/**
 * What every entity has, what queries combine conditions with, and `then`: an entity with a field of that name would be taken
 * for a promise by `await`. The names of `Object.prototype` come on top.
 */
const RESERVED_FIELDS: ReadonlySet<string> = new Set(['$', 'id', 'save', 'remove', 'and', 'or', 'not', 'then'])

/** These have a meaning in filters (`Person:[id]:*`), and a leading minus one in `orderBy`: such a field could not be named there. */
const UNNAMEABLE = /[:*[\]]|^-/

/** Throws `ORM_BAD_MODEL_NAME`. */
export function checkModelName (name: string, className: string): void {
  const problem = problemOfModelName(name)
  if (problem === undefined) return
  const own = name === className ? ', which is the name of the class (compilers may change it)' : ''
  throw new DinemicError('ORM_BAD_MODEL_NAME',
    `${className || 'A class'} can't be the model ${show(name)}${own}: ${problem}. Give it a name: @Model('Person').`,
    { details: { name, class: className } })
}

/** Throws `ORM_BAD_FIELD_NAME` for a property, or for the name under which it is stored. */
export function checkFieldName (model: string, property: string, name: string): void {
  const problem = problemOfFieldName(name)
  if (problem === undefined) return
  const advice = name === property ? 'Rename the property' : `Change the name in @Field({ name: ${show(name)} })`
  throw new DinemicError('ORM_BAD_FIELD_NAME', `${model}.${property} can't be the field ${show(name)}: ${problem}. ${advice}.`,
    { details: { model, property, name } })
}

/** Throws `ORM_BAD_FIELD_NAME` for what can't be the name of any field, declared or not. */
export function checkStoredName (model: string, name: unknown): void {
  const problem = problemOfText(name)
  if (problem === undefined) return
  throw new DinemicError('ORM_BAD_FIELD_NAME', `${model} can't have a field ${show(name)}: ${problem}. A name is a text of 1 to ${LIMITS.fieldName} bytes.`, { details: { model } })
}

function problemOfModelName (name: string): string | undefined {
  if (typeof name !== 'string') return `a name is a string, not ${typeof name}`
  if (name === RESERVED_MODEL) return 'it is reserved: nodes sign with it'
  if (!isModelName(name)) return `a model's name matches [A-Za-z][A-Za-z0-9_]* and has at most ${LIMITS.modelName} bytes`
  return undefined
}

function problemOfFieldName (name: string): string | undefined {
  if (RESERVED_FIELDS.has(name) || name in Object.prototype) return 'the name is reserved'
  if (UNNAMEABLE.test(name)) return "it has one of : * [ ] or begins with -, which mean something in filters and queries"
  return problemOfText(name)
}

function problemOfText (name: unknown): string | undefined {
  if (typeof name !== 'string') return `a name is a string, not ${typeof name}`
  if (name === '') return 'it is empty'
  if (/\p{Surrogate}/u.test(name)) return 'it is not well-formed Unicode, so it has no UTF-8'
  const bytes = new TextEncoder().encode(name).length
  if (bytes > LIMITS.fieldName) return `it has ${bytes} bytes, more than ${LIMITS.fieldName}`
  return undefined
}

function show (name: unknown): string {
  return typeof name === 'string' ? `'${name}'` : String(name)
}
