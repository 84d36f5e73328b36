import type { ForkProof, ObjectId, Right, Sealed, UpdateId, Value } from '@dinemic/core'
import type { ProposalAnswer } from '@dinemic/replica'
import type { Counter } from './collections/counter.js'
import type { Dict } from './collections/dict.js'
import type { List } from './collections/list.js'
import type { Ref } from './collections/ref.js'
import type { HistoryEntry } from './history.js'
import type { ActOptions, OpenOptions } from './options.js'
import type { LiveOptions, LiveQuery, Query, Rows } from './query/types.js'

/** What every entity has; `Entity` implements it. Apart from the class so that types below it need not import it. */
export interface EntityBase {
  readonly id: ObjectId
  readonly $: Handle
  save (options: SaveOptions & { readonly propose: true }): Promise<ProposalAnswer[]>
  save (options?: SaveOptions): Promise<UpdateId[]>
  remove (options: { readonly propose: true }): Promise<ProposalAnswer[]>
  remove (options?: RemoveOptions): Promise<UpdateId[]>
}

/** A class of entities. Abstract, because `new Person()` is for nobody but us. */
export type ModelClass<T extends EntityBase = EntityBase> = abstract new () => T

/** An entity, or its id. */
export type EntityOrId<T extends EntityBase = EntityBase> = T | ObjectId

/** Whose rights are meant. */
export type Subject = EntityOrId | 'anyone'

/** The properties that hold data: neither methods nor what `Entity` brings along. */
export type DataKeys<T> = {
  [K in keyof T]-?: K extends keyof EntityBase ? never : NonNullable<T[K]> extends (...args: never[]) => unknown ? never : K
}[keyof T] & string

/** What a property takes in `create()`: plain arrays and objects where it holds a collection. */
export type InputOf<V> =
  V extends List<infer E> ? List<E> | readonly E[]
    : V extends Dict<infer E> ? Dict<E> | { readonly [key: string]: E }
      : V extends Counter ? number | bigint
        : V extends Ref<infer E extends EntityBase> ? Ref<E> | EntityOrId<E>
          : V

export type CreateValues<T> = { [K in DataKeys<T>]?: InputOf<NonNullable<T[K]>> | Extract<T[K], null> | undefined }

/**
 * Which rights. All of them where nothing is said; `{ remove: false }` all but that one; `{ read: true }` that one and no other.
 */
export type Rights = { readonly [R in Right]?: boolean }

/** `fields` limits updating (never reading) and excludes `remove`; `limit`: updates per author, no limit by default. */
export interface AuthorizeOptions extends Rights { readonly fields?: readonly string[], readonly limit?: number }

/** `keep`: ids of the updates whose branches stay valid; by default everything stays that counts here now. */
export interface RevokeOptions extends Rights { readonly keep?: readonly UpdateId[] }

/** Who gets a right at creation; an entity or id alone gets it unlimited. */
export type Grantee<Options = AuthorizeOptions> = EntityOrId | (Options & { readonly id: Subject })

export interface CreateOptions {
  /** Get read, update and remove. */
  readonly authorized?: readonly Grantee[]
  readonly readers?: readonly EntityOrId[]
  /** Get update, and no right to read what is encrypted. */
  readonly writers?: readonly Grantee<{ readonly fields?: readonly string[], readonly limit?: number }>[]
}

export interface RemoveOptions {
  /** Sends the signed removal to the connected peers as a proposal: nothing changes here. */
  readonly propose?: boolean
}

export interface SaveOptions {
  /** Rejects with `ORM_STALE` if a staged field has changed since the snapshot. */
  readonly ifUnchanged?: boolean
  /** Sends the signed change to the connected peers as a proposal: nothing changes here, and all stays staged. */
  readonly propose?: boolean
}

/** One of several values that were written concurrently; the first is the one that shows. */
export interface Conflict {
  /** In dicts the key, in lists the element's id. */
  readonly key?: string
  /** Undefined: a deletion. `Sealed` where no key for it is here. */
  readonly value: Value | Sealed | undefined
  readonly caller: ObjectId
  readonly update: UpdateId
}

/** What an entity knows and can do beyond its fields: `entity.$`. */
export interface Handle {
  readonly model: string
  /** The object's Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array
  /** In whose name this entity reads and writes. */
  readonly caller: ObjectId
  /** This node held the object's private key when the entity was opened. */
  readonly owned: boolean
  /** Properties with something staged. */
  readonly dirty: string[]
  /** Properties that throw `ORM_FIELD_SEALED`. */
  readonly sealed: string[]

  /** Ids that may read, the owner aside. */
  readers (): ObjectId[]
  /** Ids that may update something, the owner aside; `'anyone'` among them where a field is open to anyone. */
  writers (): (ObjectId | 'anyone')[]
  /** Whether `who` (by default the caller) holds the right; for `update`: to some field. As of the snapshot. */
  can (right: Right, who?: Subject): boolean
  /** Staged until `save()`. Throws `ORM_NOT_OWNER`. */
  authorize (who: Subject, options?: AuthorizeOptions): void
  /** Staged until `save()`. What was readable stays readable. Throws `ORM_NOT_OWNER`. */
  revoke (who: Subject, options?: RevokeOptions): void

  /** A new snapshot; what is staged stays staged. Rejects with `ORM_NOT_FOUND` if the object is gone. */
  refresh (): Promise<void>
  /** Drops what is staged. */
  discard (): void
  /** All updates of the object with their verdicts, in the order in which they arrived here. */
  history (): Promise<HistoryEntry[]>
  /**
   * The forks that this node has seen: two updates of one author at one place, one pair of each chain, with the frames that
   * prove it to anybody (`verifyFork` of `@dinemic/core`). A proof stays when a close has ended a branch; it doesn't travel.
   */
  forks (): Promise<ForkProof[]>
  /** The concurrent values of a property or stored name (of its elements, if it is a collection), or none. As of the snapshot. */
  conflicts (field: string): Conflict[]

  /** The stored names of all fields that hold something, declared or not. */
  fields (): string[]
  /** What stands under a stored name, what is staged included: a value, an array of elements, an object of entries, or a sum. */
  get (name: string): Value | undefined
  /** Stages a value under a stored name. */
  set (name: string, value: Value, options?: { readonly encrypted?: boolean }): void
  /** Stages the deletion of all that stands under a stored name, but a counter. */
  delete (name: string): void

  /** Encrypts for those who may read this object what is kept elsewhere. */
  seal (bytes: Uint8Array): Uint8Array
  unseal (bytes: Uint8Array): Uint8Array
}

/** The verbs of a class, bound to a node: `node.use(Person)`, or the statics of `Person` where only one node runs. */
export interface Objects<T extends EntityBase> {
  create (values: CreateValues<T>, options?: CreateOptions): Promise<T>
  /** Waits until the object is here; rejects with `ORM_NOT_FOUND` after `timeout`. */
  open (id: ObjectId, options?: OpenOptions): Promise<T>
  /** The object if it is here. */
  get (id: ObjectId, options?: ActOptions): Promise<T | undefined>
  /** The rows in order, and the cursor to go on from. */
  find (query?: Query<T>): Promise<Rows<T>>
  first (query?: Query<T>): Promise<T | undefined>
  count (query?: Query<T>): Promise<number>
  /** Ids of the objects that are here; `owned`: whose private key is here too. */
  ids (options?: { readonly owned?: boolean }): Promise<ObjectId[]>
  live (query?: Query<T>, options?: LiveOptions): LiveQuery<T>
}
