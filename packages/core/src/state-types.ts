import type { SortedMap } from './sorted-map.js'
import type { Clock, GrantRef, ObjectId, UpdateId } from './types.js'
import type { Epoch, Grant, WireValue, Wrap } from './update-types.js'

/**
 * The state of one object: a pure function of its admitted updates. Immutable: a change makes a new state that shares
 * what stayed the same, so an entity can keep the state it was read from as its snapshot.
 */
export interface ObjectState {
  readonly id: ObjectId
  /** The least id of its geneses; null while none has arrived: then nothing is visible. */
  readonly genesis: UpdateId | null
  /** The update that removed it; `final` if it is the owner's. */
  readonly removed: { readonly update: UpdateId, readonly final: boolean } | null
  readonly fields: SortedMap<FieldState>
  /** Names of the fields that are encrypted by the object's law. Only ever grows. */
  readonly encrypted: SortedMap<true>
  /** By `refKey`. */
  readonly grants: SortedMap<GrantState>
  /** By the id of the update. */
  readonly closes: SortedMap<CloseState>
  /** By the ids of the epoch and of the update: nobody is kept from repeating another's. */
  readonly epochs: SortedMap<EpochState>
  /** Seeds of epochs for readers, wherever they came from. By epoch, subject and what they say. */
  readonly wraps: SortedMap<Wrap>
  /** Pointers of updates that count to updates that don't, or not yet. */
  readonly awaited: AwaitedState
  /** Of each proposal that was endorsed the increments that count, by `endorsementKey`; by its id alone, that it was. */
  readonly endorsed: SortedMap<Endorsement>
}

/** What stands under one name. Merge is blind to classes: all four side by side, the class picks one. */
export interface FieldState {
  readonly register: Register<WireValue>
  readonly dict: SortedMap<Register<WireValue>>
  /** The keys of `dict` that show, with what they show: it follows from `dict`, as `order` from `list`. */
  readonly entries: SortedMap<WireValue>
  readonly list: SortedMap<ElementState>
  /** The elements of `list` that show, by `placeKey`: so an index is found in O(log n). */
  readonly order: SortedMap<ListElement>
  /** Exact sum, or undefined if nothing was ever added. */
  readonly counter: bigint | undefined
  /** How many increments the sum is made of. */
  readonly increments: number
}

/** Concurrent values, the one that shows first; empty if never set. A candidate without value is a deletion. */
export type Register<T> = readonly Candidate<T>[]

export interface Candidate<T> {
  readonly update: UpdateId
  readonly clock: Clock
  /** Null: the owner. */
  readonly author: ObjectId | null
  readonly root: GrantRef | null
  readonly seq: number
  readonly value: T | undefined
}

export interface ElementState {
  readonly value: Register<WireValue>
  readonly position: Register<string>
  /** The least id of the updates that delete the element: while one stands it is gone. */
  readonly deleted: UpdateId | null
}

/** An element that shows. Never changed in place: states and those who edit lists share it. */
export interface ListElement { readonly id: string, readonly position: string, readonly value: WireValue }

/** A grant is open while no close names it. */
export interface GrantState { readonly ref: GrantRef, readonly grant: Grant, readonly clock: Clock }
export interface CloseState { readonly update: UpdateId, readonly grant: GrantRef }

export interface AwaitedState {
  /** Target and writer of each pointer, one after the other in one key. */
  readonly pointers: SortedMap<true>
  /** By writer: in these cells (see `cellsOf`) the values of its targets are dead where they come to count. */
  readonly cells: SortedMap<readonly string[]>
  /** How many pointers each writer has: it follows from `pointers`. */
  readonly counts: SortedMap<number>
}

/** An epoch with the update that brought it, and its clock. Its wraps stand apart: they may come before it. */
export interface EpochState extends Omit<Epoch, 'wraps'> { readonly update: UpdateId, readonly clock: Clock }

/** The least id of those that endorse, and what it adds. */
export interface Endorsement { readonly update: UpdateId, readonly amount: number }
