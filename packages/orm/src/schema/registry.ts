import { DinemicError } from '@dinemic/core'
import { buildSchema, inheritedNotes } from './schema-builder.js'
import type { ModelDeclaration } from './schema-builder.js'
import type { AnyClass, EntityClass, HookSchema, ModelSchema } from './types.js'

/** By class and not by name: two nodes of one process may have different classes for one model. */
const schemasByClass = new WeakMap<object, ModelSchema>()

/** The class `Entity`, which stands above this file and enters itself here. */
const bases = new WeakSet<object>()

export function registerBase (base: AnyClass): void {
  bases.add(base)
}

/** Throws where a class can't be a model as declared: `ORM_BAD_MODEL_NAME`, `ORM_BAD_FIELD_NAME`, `ORM_INDEX_ENCRYPTED`, … */
export function declareModel (target: EntityClass, declaration: ModelDeclaration): void {
  if (!isEntityClass(target)) {
    throw new DinemicError('ORM_NOT_A_MODEL', `${declaration.className || 'A class'} can't be the model '${declaration.name}': it doesn't extend Entity. Write class ${declaration.className || 'Person'} extends Entity { … }.`, { details: { class: declaration.className } })
  }
  const known = schemasByClass.get(target)
  if (known !== undefined) {
    throw new DinemicError('ORM_DUPLICATE_MODEL', `The class ${declaration.className} is the model '${known.name}' already and can't be '${declaration.name}' too. Use @Model or define(), once.`)
  }
  schemasByClass.set(target, buildSchema(target, declaration))
}

export function isModel (target: AnyClass): boolean {
  return schemasByClass.has(target)
}

/** Throws `ORM_NOT_A_MODEL`. */
export function schemaOf (target: EntityClass): ModelSchema {
  const schema = schemasByClass.get(target)
  if (schema === undefined) throw notAModel(target)
  return schema
}

/** The hooks of a class of entities or listeners, or of an instance of one: those of its bases first, in order of registration. */
export function hooksOf (classOrInstance: AnyClass | object): readonly HookSchema[] {
  return inheritedNotes(typeof classOrInstance === 'function' ? classOrInstance as AnyClass : classOrInstance.constructor as AnyClass).hooks
}

function isEntityClass (target: unknown): boolean {
  return typeof target === 'function' && (bases.has(target) || isEntityClass(Object.getPrototypeOf(target)))
}

function notAModel (target: unknown): DinemicError {
  if (typeof target !== 'function') {
    return new DinemicError('ORM_NOT_A_MODEL', `A model is a class, and this is ${target === null ? 'null' : `of type ${typeof target}`}. Give the class itself, as in models: [Person].`)
  }
  const name = target.name || 'This class'
  const base = schemasByClass.get(Object.getPrototypeOf(target) as object)
  const reason = base === undefined ? '' : `, though its base is: the model '${base.name}' doesn't extend to what is derived from it`
  return new DinemicError('ORM_NOT_A_MODEL', `${name} is not a model${reason}. Put @Model('${target.name || 'Person'}') on the class, or call define().`, { details: { class: target.name } })
}
