import type { ObjectId, UpdateId } from '../types.js'

/**
 * What a node keeps: per object its state and its admitted updates, plus a few rows of the node itself.
 * The store knows nothing of rules: state rows, cells and frames are bytes to it.
 */
export interface Store {
  /** Rejects with `STORE_LOCKED` where another process has it open, `STORE_CORRUPT` where it can't be read. */
  open (): Promise<void>
  /** Idempotent; waits for commits under way. */
  close (): Promise<void>

  /** The materialised state of an object: its row and the cells beside it, as one commit left them. */
  state (object: ObjectId): Promise<StoredState | undefined>
  /** All admitted updates of an object, in the order in which they were committed. */
  updates (object: ObjectId): Promise<StoredUpdate[]>
  /** A part of them, for those who can't have all in memory: from a place on, 0 at first, at least one, until the frames have so many bytes. */
  updatesFrom (object: ObjectId, from: UpdatesFrom): Promise<UpdatesPart>
  /** One update by its id. */
  update (id: UpdateId): Promise<(StoredUpdate & { readonly object: ObjectId }) | undefined>
  has (id: UpdateId): Promise<boolean>

  /** Ids of objects that have a state row, in byte order of (model, key); all models if none is named. */
  objects (options?: ObjectScan): AsyncIterable<ObjectId>
  /** The reconciled set of a model in the order of (clock ms, id). */
  reconciled (model: string, options?: SetScan): AsyncIterable<SetItem>
  /** Its keys alone, which cost no look-up of their objects: for those who compare. All at once, so ask for a part. */
  setKeys (model: string, options?: SetScan): Promise<SetKey[]>
  /** Names of the models of which anything is stored. */
  models (): Promise<string[]>

  /** One atomic batch: all or nothing, also across objects. With `sync` it is on the disk before it resolves. */
  commit (commit: Commit, options?: { sync?: boolean }): Promise<void>

  /** Rows of the node itself (settings, cursors), by name. */
  setting (name: string): Promise<Uint8Array | undefined>
  /** After-hooks that were committed and are not yet acknowledged, in order of `seq`, `after` exclusive. */
  pendingEvents (options?: { after?: number, limit?: number }): Promise<StoredEvent[]>
}

export interface StoredUpdate {
  readonly id: UpdateId
  /** Signature and body, exactly as received. */
  readonly frame: Uint8Array
  /** The millisecond part of its clock: with the id the key in the reconciled set. */
  readonly millis: number
}

/** Bytes: at least 1. */
export interface UpdatesFrom { readonly place: number, readonly bytes: number }
/** `next`: the place from which to go on, greater than the last one; null at the end. */
export interface UpdatesPart { readonly updates: readonly StoredUpdate[], readonly next: number | null }

/** What of the state is too much for one row lies beside it in cells, in no order. */
export interface StoredState { readonly row: Uint8Array, readonly cells: readonly StoredCell[] }
export interface StoredCell { readonly name: string, readonly value: Uint8Array }
/** A null value deletes the cell. */
export interface CellWrite { readonly name: string, readonly value: Uint8Array | null }

export interface SetItem { readonly millis: number, readonly id: UpdateId, readonly object: ObjectId }
export interface ObjectScan { readonly model?: string, readonly after?: ObjectId, readonly limit?: number }
/** A place in a reconciled set: 6 bytes of clock ms and 32 of update id, as 76 hex digits. */
export type SetKey = string
export interface SetScan {
  /** Exclusive: the scan begins behind it, in its own direction. */
  readonly from?: { readonly millis: number, readonly id: UpdateId }
  /** The first hex digits of the keys. */
  readonly prefix?: string
  /** From the newest to the oldest. */
  readonly reverse?: boolean
  readonly limit?: number
}
export interface StoredEvent { readonly seq: number, readonly data: Uint8Array }

export interface Commit {
  readonly objects: readonly ObjectCommit[]
  /** Events to keep until acknowledged. Each `seq` is chosen by the caller, greater than all before. */
  readonly events?: readonly StoredEvent[]
  /** Sequence numbers of events that are done. */
  readonly acknowledged?: readonly number[]
  /** A null value deletes the row. */
  readonly settings?: readonly { readonly name: string, readonly value: Uint8Array | null }[]
}

export interface ObjectCommit {
  readonly object: ObjectId
  /** The new state row; null deletes it with all its cells; undefined leaves it as it is. */
  readonly state?: Uint8Array | null | undefined
  /** What changes beside it; the other cells stay. Passed over where there is no state row. */
  readonly cells?: readonly CellWrite[] | undefined
  /** New updates; they enter the reconciled set. One that is there already is left alone. */
  readonly put: readonly StoredUpdate[]
  /** Updates that leave the store and the reconciled set; unknown ones are passed over. */
  readonly drop: readonly UpdateId[]
}
