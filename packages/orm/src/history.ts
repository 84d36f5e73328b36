import { clockMillis, refKey } from '@dinemic/core'
import type { Clock, Grant, GrantRef, Kind, ObjectId, Operation, Right, UpdateId, Verdict, Via } from '@dinemic/core'
import type { Reader, UpdateRecord } from '@dinemic/replica'
import { openOwn } from './open-own.js'
import type { ModelSchema } from './schema/types.js'

/** One update of an object: who changed what when, and whether it counts. */
export interface HistoryEntry {
  readonly id: UpdateId
  /** `unknown`: of a later version of the protocol. */
  readonly kind: Kind | 'unknown'
  /** Who signed it. */
  readonly author: ObjectId
  /** The grant under which it was written; null: as the owner. */
  readonly root: GrantRef | null
  /** Its place in the chain of its author under that grant. */
  readonly seq: number
  readonly clock: Clock
  /** The time of `clock`: as its author's clock had it, right or wrong. */
  readonly time: Date
  /** `pending`: a link to it is missing or not good. `revoked`: its grant was closed and it isn't on a branch that stays. */
  readonly verdict: Verdict
  /** A before-hook of this node refused it: it is not shown here. */
  readonly masked: boolean
  /** Other updates of its author at its place, those included that a close has dropped since. See `$.forks()`. */
  readonly fork: readonly UpdateId[]
  /** The proposal that it endorses, and who made it. */
  readonly via: Via | undefined
  /** What it writes, field by field: under the property's name, values in the clear where a key is here, else `Sealed`. */
  readonly operations: readonly Operation[]
  /** The rights that it gives. */
  readonly grants: readonly GrantEntry[]
  /** The right that it ends. */
  readonly close: CloseEntry | undefined
}

export interface GrantEntry {
  readonly ref: GrantRef
  readonly subject: ObjectId | 'anyone'
  readonly right: Right
  /** Properties; undefined: all. */
  readonly fields: readonly string[] | undefined
  /** Updates per author; undefined: no limit. */
  readonly limit: number | undefined
}

export interface CloseEntry {
  readonly ref: GrantRef
  /** Undefined while the update that gave the right isn't here. */
  readonly grant: GrantEntry | undefined
  /** The last updates that stay valid, one of each branch. */
  readonly keeps: readonly UpdateId[]
}

/** The records of an object as users of a class read them, one at a time. */
export function * describeHistory (records: readonly UpdateRecord[], schema: ModelSchema, reader: Reader): Generator<HistoryEntry> {
  const property = (name: string): string => schema.stored.get(name)?.property ?? name
  const grants = new Map(records.flatMap(({ id, grants }) => grants.map((grant, index) => {
    const entry = grantEntry(grant, { id, index }, property)
    return [refKey(entry.ref), entry] as const
  })))
  for (const record of records) {
    const { id, kind, author, root, seq, clock, verdict, masked, via, close, operations } = record
    yield {
      id, kind, author, root, seq, clock, verdict, masked,
      time: new Date(clockMillis(clock)),
      // Only found when somebody looks.
      get fork () { return record.fork },
      via: via ?? undefined,
      operations: operations.map(operation => ({ ...opened(operation, reader), field: property(operation.field) })),
      grants: record.grants.map((_, index) => grants.get(refKey({ id, index }))!),
      close: close === null ? undefined : { ref: close.grant, grant: grants.get(refKey(close.grant)), keeps: close.heads }
    }
  }
}

function grantEntry ({ subject, right, fields, limit }: Grant, ref: GrantRef, property: (name: string) => string): GrantEntry {
  return { ref, subject: subject ?? 'anyone', right, fields: fields?.map(property), limit: limit ?? undefined }
}

function opened (operation: Operation, reader: Reader): Operation {
  const { field } = operation
  switch (operation.op) {
    case 'set': return { ...operation, value: openOwn(reader, { field, slot: 'register' }, operation.value) }
    case 'put': return { ...operation, value: openOwn(reader, { field, slot: 'dict', element: operation.key }, operation.value) }
    case 'insert': case 'replace': return { ...operation, value: openOwn(reader, { field, slot: 'list', element: operation.element }, operation.value) }
    default: return operation
  }
}
