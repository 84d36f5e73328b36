import { DinemicError } from '@dinemic/core'
import { didYouMean } from '../nearest.js'
import { designType } from './design-type.js'
import { checkFieldName, checkModelName } from './names.js'
import { ownNotes } from './notes.js'
import type { ClassNotes, FieldNote } from './notes.js'
import type { AnyClass, EntityClass, FieldSchema, HookSchema, ModelSchema } from './types.js'

export interface ModelDeclaration {
  readonly name: string
  /** What the source calls the class; compilers may have changed `target.name`. */
  readonly className: string
  readonly openToAnyone: boolean
}

/** Puts together what the class and its bases say, and checks it. Throws for names, fields and hooks that can't be. */
export function buildSchema (target: EntityClass, { name, className, openToAnyone }: ModelDeclaration): ModelSchema {
  checkModelName(name, className)
  const notes = inheritedNotes(target)
  const fields = new Map<string, FieldSchema>()
  const stored = new Map<string, FieldSchema>()
  for (const [property, note] of notes.fields) {
    const field = buildField(name, property, note, designType(target, property))
    const other = stored.get(field.name)
    if (other !== undefined) {
      throw new DinemicError('ORM_BAD_FIELD_NAME',
        `${name}.${property} and ${name}.${other.property} are both stored as '${field.name}': one would overwrite the other. Change the name of one of them.`,
        { details: { model: name, properties: [other.property, property], name: field.name } })
    }
    fields.set(property, field)
    stored.set(field.name, field)
  }
  for (const hook of notes.hooks) checkHook(name, target, hook, fields)
  return { name, target, fields, stored, hooks: notes.hooks, openToAnyone }
}

/**
 * Bases first. A class that declares a field again replaces what its base said of it, and likewise with the hooks of a method;
 * `@Index()` alone adds to what the base said. A method that is overridden without decorators keeps the hooks of its base.
 */
export function inheritedNotes (target: AnyClass): ClassNotes {
  const fields = new Map<string, FieldNote>()
  let hooks: HookSchema[] = []
  for (const ancestor of lineage(target)) {
    const own = ownNotes(ancestor)
    for (const [property, note] of own.fields) {
      fields.set(property, note.kind === undefined ? { ...fields.get(property), ...note } : note)
    }
    const again = new Set(own.hooks.map(({ method }) => method))
    hooks = [...hooks.filter(({ method }) => !again.has(method)), ...own.hooks]
  }
  return { fields, hooks }
}

/** The class and its bases, the farthest first. */
function lineage (target: AnyClass): AnyClass[] {
  const classes: AnyClass[] = []
  for (let next: unknown = target; typeof next === 'function' && next !== Function.prototype; next = Object.getPrototypeOf(next)) {
    classes.unshift(next as AnyClass)
  }
  return classes
}

function buildField (model: string, property: string, note: FieldNote, type: unknown): FieldSchema {
  const { kind, name = property, encrypted = false, indexed = false, openToAnyone = false, target } = note
  const where = `${model}.${property}`
  if (kind === undefined) {
    throw new DinemicError('ORM_BAD_DECORATOR', `${where} has @Index() and is no field. Add @Field(), @List(), @Dict() or @Ref().`)
  }
  checkFieldName(model, property, property)
  checkFieldName(model, property, name)
  if (kind === 'counter' && encrypted) {
    throw new DinemicError('ORM_BAD_VALUE', `${where}: counters can't be encrypted, because every peer adds up the increments. Use @Field(true) with a number, or a counter in the clear.`)
  }
  if (indexed && encrypted) {
    throw new DinemicError('ORM_INDEX_ENCRYPTED', `${where} is encrypted, and an index would keep its values in the clear. Remove @Index(), or the encryption; where its key is, the field can be filtered without an index.`)
  }
  if (kind === 'ref' && (typeof target !== 'function' || isClass(target))) {
    throw new DinemicError('ORM_BAD_DECORATOR', `${where} doesn't say where it points. Write @Ref(() => Company): a function, because the other class may be defined later.`)
  }
  return {
    property, name, kind, encrypted, indexed, openToAnyone,
    ...(target === undefined ? {} : { target }),
    // Of a collection it would be the decorator that shares the collection's name.
    ...(type === undefined || kind !== 'value' ? {} : { designType: type })
  }
}

/** Of classes alone the prototype can't be replaced. */
function isClass (value: object): boolean {
  return Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false
}

function checkHook (model: string, target: EntityClass, { hook, method, field }: HookSchema, fields: ReadonlyMap<string, FieldSchema>): void {
  if (typeof (target.prototype as Record<string, unknown>)[method] !== 'function') {
    throw new DinemicError('ORM_BAD_DECORATOR', `${model} has no method '${method}' to run as ${hook}.${didYouMean(method, Object.getOwnPropertyNames(target.prototype))}`)
  }
  if (field === undefined || fields.has(field)) return
  throw new DinemicError('ORM_BAD_FILTER',
    `@${hook}('${field}') on ${model}.${method}: ${model} has no field '${field}'.${didYouMean(field, fields.keys())} It has: ${[...fields.keys()].join(', ') || 'none'}.`,
    { details: { model, method, field } })
}
