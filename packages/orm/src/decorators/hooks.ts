import type { HookName } from '../schema/types.js'
import type { FieldHook, ObjectHook } from './hook-types.js'
import { badBrackets, methodDecorator } from './kernel.js'
import type { MemberDecorator } from './kernel.js'

// Those in the past tense run after the commit and may not refuse; the others run before it and may.

export const OnCreate: ObjectHook = objectHook('OnCreate')
export const OnCreated: ObjectHook = objectHook('OnCreated')
export const OnOwnedCreated: ObjectHook = objectHook('OnOwnedCreated')

export const OnUpdate: FieldHook = fieldHook('OnUpdate')
export const OnAuthorizedUpdate: FieldHook = fieldHook('OnAuthorizedUpdate')
export const OnUnauthorizedUpdate: FieldHook = fieldHook('OnUnauthorizedUpdate')
export const OnOwnedUpdate: FieldHook = fieldHook('OnOwnedUpdate')
export const OnUpdated: FieldHook = fieldHook('OnUpdated')
export const OnAuthorizedUpdated: FieldHook = fieldHook('OnAuthorizedUpdated')
export const OnUnauthorizedUpdated: FieldHook = fieldHook('OnUnauthorizedUpdated')
export const OnOwnedUpdated: FieldHook = fieldHook('OnOwnedUpdated')

export const OnDelete: FieldHook = fieldHook('OnDelete')
export const OnAuthorizedDelete: FieldHook = fieldHook('OnAuthorizedDelete')
export const OnUnauthorizedDelete: FieldHook = fieldHook('OnUnauthorizedDelete')
export const OnOwnedDelete: FieldHook = fieldHook('OnOwnedDelete')
export const OnDeleted: FieldHook = fieldHook('OnDeleted')
export const OnAuthorizedDeleted: FieldHook = fieldHook('OnAuthorizedDeleted')
export const OnUnauthorizedDeleted: FieldHook = fieldHook('OnUnauthorizedDeleted')
export const OnOwnedDeleted: FieldHook = fieldHook('OnOwnedDeleted')

export const OnRemove: ObjectHook = objectHook('OnRemove')
export const OnAuthorizedRemove: ObjectHook = objectHook('OnAuthorizedRemove')
export const OnUnauthorizedRemove: ObjectHook = objectHook('OnUnauthorizedRemove')
export const OnOwnedRemove: ObjectHook = objectHook('OnOwnedRemove')

function objectHook (hook: HookName): ObjectHook {
  return (...given: unknown[]) => {
    if (given.length > 0) throw badBrackets(hook, `@${hook}()`)
    return decorator(hook)
  }
}

function fieldHook (hook: HookName): FieldHook {
  return (field?: string) => {
    if (field !== undefined && typeof field !== 'string') throw badBrackets(hook, `@${hook}() or @${hook}('field')`)
    return decorator(hook, field)
  }
}

function decorator (hook: HookName, field?: string): MemberDecorator {
  return methodDecorator(hook, (notes, method) => {
    notes.hooks.push(field === undefined ? { hook, method } : { hook, method, field })
  })
}
