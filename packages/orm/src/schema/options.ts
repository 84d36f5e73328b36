import { DinemicError } from '@dinemic/core'
import { didYouMean } from '../nearest.js'
import { FIELD_KINDS } from './types.js'
import type { EntityClass, FieldKind } from './types.js'
import type { FieldNote } from './notes.js'

export interface FieldOptions {
  /** Its values are sealed for the object's readers; its name and its existence stay visible. */
  readonly encrypted?: boolean
  /** The name under which it is stored, where that isn't the property's. */
  readonly name?: string
  /** `create()` writes it into the object, whose law it is from then on. */
  readonly writable?: 'anyone'
}

/** In `define()`, which has no further decorators to say the rest. */
export interface FieldSpec extends FieldOptions {
  /** Default `'value'`. */
  readonly kind?: FieldKind
  readonly index?: boolean
  /** For `kind: 'ref'`. */
  readonly target?: () => EntityClass
}

export interface ModelOptions {
  /** Every field is open to anyone, by the law of each object that is created. */
  readonly writable?: 'anyone'
}

type Check = (value: unknown) => boolean

const FIELD_CHECKS: Record<keyof FieldOptions, Check> = {
  encrypted: isBoolean, name: isString, writable: isAnyone
}
const SPEC_CHECKS: Record<keyof FieldSpec, Check> = {
  ...FIELD_CHECKS, kind: value => FIELD_KINDS.includes(value as FieldKind), index: isBoolean, target: isFunction
}

/** `true` stands for `{ encrypted: true }`. `where` begins the message, as in `@Field()`. */
export function fieldNote (where: string, given: true | FieldOptions | undefined): FieldNote {
  return optionsToNote(checked(where, given === true ? { encrypted: true } : given, FIELD_CHECKS))
}

export function specToNote (where: string, given: true | FieldSpec): FieldNote {
  const { kind = 'value', index = false, target, ...options } = checked<FieldSpec>(where, given === true ? { encrypted: true } : given, SPEC_CHECKS)
  return { ...optionsToNote(options), kind, indexed: index, target }
}

export function isOpenToAnyone (where: string, given: ModelOptions | undefined): boolean {
  return checked<ModelOptions>(where, given, { writable: isAnyone }).writable === 'anyone'
}

function optionsToNote ({ encrypted = false, name, writable }: FieldOptions): FieldNote {
  return { encrypted, name, openToAnyone: writable === 'anyone' }
}

/**
 * Types don't reach those who write JavaScript, or whose compiler only strips them; and a misspelt `encrypted` that is ignored
 * would publish what it should have sealed.
 */
function checked<T extends object> (where: string, given: T | undefined, checks: Record<keyof T, Check>): T {
  if (given === undefined) return {} as T
  if (!isPlainObject(given)) throw badOptions(`${where} was given ${describe(given)}. Write ${where.replace(/\(.*/, '')}() with brackets, and between them nothing, true or { … }.`)
  const known = Object.keys(checks)
  for (const [option, value] of Object.entries(given)) {
    if (!known.includes(option)) throw badOptions(`${where} has no option '${option}'.${didYouMean(option, known)} It has: ${known.join(', ')}.`)
    if (value !== undefined && !checks[option as keyof T](value)) throw badOptions(`${where} can't have ${option}: ${describe(value)}.`)
  }
  return given
}

function badOptions (message: string): DinemicError {
  return new DinemicError('ORM_BAD_DECORATOR', message)
}

function describe (value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (typeof value === 'function') return `the function ${value.name}`
  return typeof value === 'object' && value !== null ? 'an object of another kind' : String(value)
}

/** With a constructor of its own it is a class's prototype: what a legacy decorator without brackets is given. */
function isPlainObject (value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Object.hasOwn(value, 'constructor') &&
    [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null)
}

function isBoolean (value: unknown): value is boolean { return typeof value === 'boolean' }
function isString (value: unknown): value is string { return typeof value === 'string' }
function isFunction (value: unknown): boolean { return typeof value === 'function' }
function isAnyone (value: unknown): boolean { return value === 'anyone' }
