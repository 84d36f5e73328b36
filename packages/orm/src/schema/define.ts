import { DinemicError } from '@dinemic/core'
import { didYouMean } from '../nearest.js'
import { notesFor, noteField } from './notes.js'
import { isOpenToAnyone, specToNote } from './options.js'
import type { FieldSpec, ModelOptions } from './options.js'
import { declareModel, isModel } from './registry.js'
import { AFTER_HOOKS, BEFORE_HOOKS } from './types.js'
import type { AnyClass, HookName, HookSchema } from './types.js'
import type { DataKeys, EntityBase, ModelClass } from '../types.js'

/** The fields that the class declares; any at all for a class that declares none, as in JavaScript. `true`: encrypted. */
export type FieldSpecs<T> = [DataKeys<T>] extends [never]
  ? { readonly [property: string]: FieldSpec | true }
  : { readonly [K in DataKeys<T>]?: FieldSpec | true }

export interface DefineOptions<T> extends ModelOptions {
  readonly hooks?: readonly HookSpec<T>[]
}

export interface HookSpec<T> {
  readonly hook: HookName
  readonly method: MethodOf<T>
  /** Only this field. */
  readonly field?: [DataKeys<T>] extends [never] ? string : DataKeys<T>
}

const HOOK_NAMES: readonly HookName[] = [...BEFORE_HOOKS, ...AFTER_HOOKS]

type MethodOf<T> = { [K in keyof T]: T[K] extends (...args: never[]) => unknown ? K : never }[keyof T] & string

/** What `@Model`, the decorators of fields and the hooks do, without decorators. Gives the class back; throws what they throw. */
export function define<T extends EntityBase> (target: ModelClass<T>, name: string, fields: FieldSpecs<T>, options: DefineOptions<T> = {}): ModelClass<T> {
  const { hooks = [], ...modelOptions } = options
  const openToAnyone = isOpenToAnyone(`define(${target.name})`, modelOptions)
  for (const [property, spec] of Object.entries(fields as Record<string, FieldSpec | true>)) {
    noteField(notesFor(target), property, specToNote(`${name}.${property}`, spec))
  }
  noteHooks(target, hooks)
  declareModel(target, { name, className: target.name, openToAnyone })
  return target
}

/** Hooks without decorators, for a class of listeners. Throws `ORM_BAD_DECORATOR`. */
export function defineHooks (target: AnyClass, hooks: readonly HookSchema[]): void {
  if (isModel(target)) {
    throw new DinemicError('ORM_BAD_DECORATOR', `defineHooks(${target.name}): ${target.name} is a model, whose hooks are told when it becomes one. Give them to define(): define(${target.name}, '…', { … }, { hooks: [{ hook: 'OnUpdate', method: 'check' }] }), or decorate its methods.`, { details: { class: target.name } })
  }
  noteHooks(target, hooks)
}

function noteHooks (target: AnyClass, hooks: readonly HookSchema[]): void {
  for (const { hook, method } of hooks) {
    if (!HOOK_NAMES.includes(hook)) throw new DinemicError('ORM_BAD_DECORATOR', `There is no hook '${hook}'.${didYouMean(hook, HOOK_NAMES)}`)
    if (typeof (target.prototype as Record<string, unknown>)[method] === 'function') continue
    throw new DinemicError('ORM_BAD_DECORATOR', `${target.name} has no method '${method}' to run as ${hook}.${didYouMean(method, Object.getOwnPropertyNames(target.prototype))}`)
  }
  notesFor(target).hooks.push(...hooks)
}
