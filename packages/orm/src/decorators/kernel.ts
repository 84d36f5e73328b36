import { DinemicError } from '@dinemic/core'
import { linkNotes, notesFor, orphanNotes } from '../schema/notes.js'
import type { ClassNotes } from '../schema/notes.js'
import type { AnyClass, EntityClass } from '../schema/types.js'

/**
 * One decorator for two dialects that differ in what they pass:
 *
 *   legacy member     (prototype, name, descriptor or nothing)
 *   standard member   (the method or nothing, context)
 *   legacy class      (class)
 *   standard class    (class, context)
 *
 * All our decorators only take notes: they return nothing, so no member is replaced and nothing runs when an entity is made.
 * Types can't tell the dialects apart, so what comes in is `any`, here and nowhere else; the public signatures are in the other files.
 */
export type MemberDecorator = (target: any, place: any, descriptor?: any) => void
export type ClassDecorator = (target: any, context?: any) => void

interface Member {
  readonly kind: string
  readonly name: string | symbol
  readonly hidden: boolean
  readonly notes: ClassNotes
}

export function fieldDecorator (decorator: string, note: (notes: ClassNotes, property: string) => void): MemberDecorator {
  return memberDecorator(decorator, 'field', note)
}

export function methodDecorator (decorator: string, note: (notes: ClassNotes, method: string) => void): MemberDecorator {
  return memberDecorator(decorator, 'method', note)
}

export function classDecorator (decorator: string, declare: (target: EntityClass, className: string) => void): ClassDecorator {
  return (target, context) => {
    if (typeof target !== 'function') throw misplaced(decorator, 'it decorates a class')
    if (isContext(context)) linkNotes(target as AnyClass, context.metadata)
    // The context has the name in the source; some compilers rename a class that they decorate.
    declare(target as EntityClass, context?.name ?? target.name)
  }
}

function memberDecorator (decorator: string, wanted: 'field' | 'method', note: (notes: ClassNotes, name: string) => void): MemberDecorator {
  return (target, place, descriptor) => {
    const { kind, name, hidden, notes } = isContext(place) ? standardMember(target, place) : legacyMember(decorator, target, place, descriptor)
    if (kind !== wanted || hidden || typeof name !== 'string') {
      throw misplaced(decorator, `it decorates an instance ${wanted} that is neither static nor private nor named by a symbol, and ${String(name)} isn't one`)
    }
    note(notes, name)
  }
}

function standardMember (method: any, { kind, name, static: isStatic, private: isPrivate, metadata }: any): Member {
  const hidden = isStatic || isPrivate
  if (metadata !== undefined) return { kind, name, hidden, notes: notesFor(metadata) }
  return { kind, name, hidden, notes: kind === 'method' ? notesFor(method) : orphanNotes() }
}

function legacyMember (decorator: string, target: any, name: any, descriptor: any): Member {
  if (name === undefined) throw badBrackets(decorator, `@${decorator}()`)
  const isStatic = typeof target === 'function'
  const kind = descriptor?.get ?? descriptor?.set ? 'accessor' : typeof descriptor?.value === 'function' ? 'method' : 'field'
  return { kind, name, hidden: isStatic, notes: notesFor(isStatic ? target : target.constructor) }
}

function isContext (place: any): boolean {
  return typeof place === 'object' && place !== null && typeof place.kind === 'string'
}

/** Without brackets a decorator would be called with what it decorates, and its result would take the member's place. */
export function badBrackets (decorator: string, right: string): DinemicError {
  return new DinemicError('ORM_BAD_DECORATOR', `@${decorator} lacks its brackets, or has in them what doesn't belong there. Write ${right}.`, { details: { decorator } })
}

function misplaced (decorator: string, rule: string): DinemicError {
  return new DinemicError('ORM_BAD_DECORATOR', `@${decorator} can't be here: ${rule}.`, { details: { decorator } })
}
