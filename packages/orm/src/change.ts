import { Sealed } from '@dinemic/core'
import type { Clock, ObjectId, UpdateId } from '@dinemic/core'
import type { Counter } from './collections/counter.js'
import type { Dict } from './collections/dict.js'
import type { List } from './collections/list.js'
import type { Entity } from './entity.js'
import type { DataKeys } from './types.js'

/**
 * What a hook receives. `Change<Person>` is one type per field, so that comparing `field` tells the type of `before` and `after`;
 * `Change` alone speaks of any object, and its values are `unknown`.
 *
 * A value for which this node holds no key comes as `Sealed`, whatever the type says: a hook that may run without the key
 * asks `isSealed(after)` first.
 */
export type Change<T extends Entity = Entity, F extends keyof T = keyof T> =
  [DataKeys<T>] extends [never]
    ? ChangeOf<T, string, unknown>
    : F extends DataKeys<T> ? ChangeOf<T, F, ElementOf<NonNullable<T[F]>>> : never

/**
 * swc with `emitDecoratorMetadata` doesn't know that `Change` is a type: it imports a value of that name for the parameters of hooks,
 * and without one the program wouldn't link. `Object` is what tsc writes in its place.
 */
export const Change = Object

/** A value for which this node holds no key. */
export function isSealed (value: unknown): value is Sealed {
  return value instanceof Sealed
}

export interface ChangeOf<T, F extends string, V> {
  /** As it was before the change in before-hooks, as it is after it in after-hooks. Read-only. */
  readonly object: T
  /** The property. Hooks of creation and removal are about no field, and find `undefined` here. */
  readonly field: F
  /** In dicts the key, in lists the element's id, in hooks of creation the new object's public key. */
  readonly key: string | undefined
  /** In lists, where the element stands (before a deletion: stood). */
  readonly index: number | undefined
  readonly before: V | undefined
  readonly after: V | undefined
  /** Who signed. */
  readonly caller: ObjectId
  /** Signed by the owner or under a grant to the caller's own id. */
  readonly authorized: boolean
  /** This node holds the object's private key. */
  readonly owned: boolean
  /** Written on this node. */
  readonly local: boolean
  /** The object appears with this change, and this is a first value of it. */
  readonly creation: boolean
  /** `revoked`: nobody wrote; a value fell back because the one that it shows instead of lost its grant. */
  readonly cause: 'local' | 'remote' | 'revoked'
  readonly update: { readonly id: UpdateId, readonly clock: Clock }
  /** The proposal that this change endorses, and who made it. */
  readonly via: { readonly id: UpdateId, readonly author: ObjectId } | undefined
  /** Nobody has the right to this change yet: it is refused unless a hook accepts it. */
  readonly proposal: boolean
  /** Throws, and so refuses the whole update. In after-hooks it is an error like any other: what is done is done. */
  readonly reject: (reason: string) => never
  /** Endorses a proposal with a signature of this node's. Rejects with `ORM_NOT_AUTHORIZED` where it may not sign for these fields. */
  readonly accept: () => Promise<void>
}

/** Hooks run for each element of a list or dict, and for the sum of a counter. */
type ElementOf<V> =
  V extends List<infer E> ? E
    : V extends Dict<infer E> ? E
      : V extends Counter ? number
        : V
