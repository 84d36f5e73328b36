import type { AnyClass, EntityClass, FieldKind, HookSchema } from './types.js'

/**
 * What decorators and `define()` said about each class, before it is checked. Decorators of members run before the class exists,
 * so their notes wait here until `@Model` builds the schema; a listener has no `@Model`: its notes are read where it is applied.
 */
export interface ClassNotes {
  readonly fields: Map<string, FieldNote>
  readonly hooks: HookSchema[]
}

/** Several decorators may speak of one field, each of its own part: `@Field() @Index()`. */
export interface FieldNote {
  readonly kind?: FieldKind
  readonly name?: string | undefined
  readonly encrypted?: boolean
  readonly indexed?: boolean
  readonly openToAnyone?: boolean
  readonly target?: (() => EntityClass) | undefined
}

/**
 * The key under which compilers put the metadata of standard decorators on a class. No engine has the symbol yet; this is the one that
 * esbuild falls back to. tsc gives decorators no metadata unless the symbol exists when the class is evaluated, so it is made
 * when the decorators are imported.
 */
const METADATA: symbol = Symbol.metadata ?? defineMetadata(Symbol.for('Symbol.metadata'))

/** By owner: the class (legacy decorators, `define()`), its metadata object (standard ones), or a method (`notesOfMethods`). */
const notesByOwner = new WeakMap<object, ClassNotes>()

/**
 * Fields whose compiler passes no metadata: nothing says which class they are of, but the next `@Model` to run is theirs.
 * There, and only there, a base class with fields needs `@Model` itself once two models extend it.
 */
const orphans: ClassNotes = { fields: new Map(), hooks: [] }

export function notesFor (owner: object): ClassNotes {
  let notes = notesByOwner.get(owner)
  if (notes === undefined) notesByOwner.set(owner, notes = { fields: new Map(), hooks: [] })
  return notes
}

export function orphanNotes (): ClassNotes {
  return orphans
}

/** For `@Model` with standard decorators: it runs before the compiler has put the metadata on the class. */
export function linkNotes (target: AnyClass, metadata: object | undefined): void {
  if (metadata !== undefined) {
    notesByOwner.set(target, notesFor(metadata))
    return
  }
  for (const [property, note] of orphans.fields) noteField(notesFor(target), property, note)
  orphans.fields.clear()
}

export function noteField (notes: ClassNotes, property: string, note: FieldNote): void {
  notes.fields.set(property, { ...notes.fields.get(property), ...note })
}

/** What a class itself says, without its bases. */
export function ownNotes (target: AnyClass): ClassNotes {
  // A set: @Model with standard decorators has both lead to the same notes.
  const sources = [...new Set([notesOfMetadata(target), notesByOwner.get(target)])].filter(notes => notes !== undefined)
  return {
    fields: new Map(sources.flatMap(notes => [...notes.fields])),
    hooks: [...sources.flatMap(notes => notes.hooks), ...notesOfMethods(target)]
  }
}

/** Not simply `target[METADATA]`: a class without decorators inherits that of its base. */
function notesOfMetadata (target: AnyClass): ClassNotes | undefined {
  const metadata: unknown = Object.getOwnPropertyDescriptor(target, METADATA)?.value
  return typeof metadata === 'object' && metadata !== null ? notesByOwner.get(metadata) : undefined
}

/** Where the compiler passes no metadata, each method keeps its own notes: a listener has no class decorator that could collect them. */
function notesOfMethods (target: AnyClass): HookSchema[] {
  const { constructor: _constructor, ...members } = Object.getOwnPropertyDescriptors(target.prototype as object)
  return Object.values(members).flatMap(({ value }) => typeof value === 'function' ? notesByOwner.get(value as object)?.hooks ?? [] : [])
}

function defineMetadata (symbol: symbol): symbol {
  Object.defineProperty(Symbol, 'metadata', { value: symbol, configurable: true, writable: true })
  return symbol
}
