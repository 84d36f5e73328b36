import { bytesToHex, decode, encode, hexToBytes } from '@dinemic/core'
import type { Clock, Encodable, WireValue } from '@dinemic/core'
import type { FieldChange, ObjectChange } from '../engine.js'

/** An after-hook's change without the state: what is kept until the hook has run. Sealed values stay sealed (R13). */
export type KeptChange = Omit<ObjectChange, 'state' | 'accept'>

const CODEC = { maxDepth: 24, sealed: 'any' } as const

export function encodeChange (change: KeptChange): Uint8Array {
  const { object, update, caller, authorized, owned, local, cause, via, created, continuesCreation, removed, fields } = change
  return encode([
    object, hexToBytes(update.id), update.clock, caller, [authorized, owned, local, created, continuesCreation, removed], cause,
    via === null ? null : [hexToBytes(via.id), via.author],
    fields.map(({ type, field, slot, key, index, before, after }) => [type, field, slot, key ?? null, index ?? null, optional(before), optional(after)])
  ], CODEC)
}

export function decodeChange (bytes: Uint8Array): KeptChange {
  const [object, id, clock, caller, flags, cause, via, fields] = decode(bytes, CODEC) as [string, Uint8Array, Clock, string, boolean[], ObjectChange['cause'], [Uint8Array, string] | null, Encodable[][]]
  const [authorized, owned, local, created, continuesCreation, removed] = flags as [boolean, boolean, boolean, boolean, boolean, boolean]
  return {
    object, update: { id: bytesToHex(id), clock }, caller, authorized, owned, local, cause, created, continuesCreation, removed,
    via: via === null ? null : { id: bytesToHex(via[0]), author: via[1] },
    fields: fields.map(([type, field, slot, key, index, before, after]) => ({
      type: type as FieldChange['type'],
      field: field as string,
      slot: slot as FieldChange['slot'],
      ...(key === null ? {} : { key: key as string }),
      ...(index === null ? {} : { index: index as number }),
      before: (before as WireValue[])[0],
      after: (after as WireValue[])[0]
    }))
  }
}

/** A list of one or none: null is a value. */
function optional (value: WireValue | undefined): Encodable {
  return value === undefined ? [] : [value]
}
