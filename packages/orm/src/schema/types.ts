/** The names of the hooks. Those in the past tense run after the commit and may not refuse. */
export const BEFORE_HOOKS = [
  'OnCreate',
  'OnUpdate', 'OnAuthorizedUpdate', 'OnUnauthorizedUpdate', 'OnOwnedUpdate',
  'OnDelete', 'OnAuthorizedDelete', 'OnUnauthorizedDelete', 'OnOwnedDelete',
  'OnRemove', 'OnAuthorizedRemove', 'OnUnauthorizedRemove', 'OnOwnedRemove'
] as const
export const AFTER_HOOKS = [
  'OnCreated', 'OnOwnedCreated',
  'OnUpdated', 'OnAuthorizedUpdated', 'OnUnauthorizedUpdated', 'OnOwnedUpdated',
  'OnDeleted', 'OnAuthorizedDeleted', 'OnUnauthorizedDeleted', 'OnOwnedDeleted'
] as const
export type HookName = typeof BEFORE_HOOKS[number] | typeof AFTER_HOOKS[number]

/**
 * A class of entities. It doesn't name `Entity`, so that the schema stands below the entity, which needs it, and no import cycle arises;
 * what is public says `EntityClass<T>` with `T extends Entity`.
 */
export type EntityClass<T extends object = object> = abstract new () => T

/** A class of entities or of listeners. */
export type AnyClass = abstract new (...args: never[]) => object

/** What `@Model` and the member decorators said about a class, or `define()`. */
export interface ModelSchema {
  /** The name in ids, topics and filters. */
  readonly name: string
  readonly target: EntityClass
  /** By property name. */
  readonly fields: ReadonlyMap<string, FieldSchema>
  /** By the name under which it is stored. */
  readonly stored: ReadonlyMap<string, FieldSchema>
  /** In order of registration, those of base classes first. */
  readonly hooks: readonly HookSchema[]
  /** Every field is open to anyone, by the object's law from its creation on. */
  readonly openToAnyone: boolean
}

export const FIELD_KINDS = ['value', 'list', 'dict', 'counter', 'ref'] as const
export type FieldKind = typeof FIELD_KINDS[number]

export interface FieldSchema {
  /** The property of the class. */
  readonly property: string
  /** The name in the object; the same as the property unless `@Field({ name })` says otherwise. */
  readonly name: string
  readonly kind: FieldKind
  readonly encrypted: boolean
  readonly indexed: boolean
  readonly openToAnyone: boolean
  /** For a ref: the class that it points to, resolved late because classes may be in a cycle. */
  readonly target?: () => EntityClass
  /** `design:type` where the compiler emits it: adds a run-time check. */
  readonly designType?: unknown
}

export interface HookSchema {
  readonly hook: HookName
  /** The method's name on the class. */
  readonly method: string
  /** Only this field (by property name); undefined: all. */
  readonly field?: string
}
