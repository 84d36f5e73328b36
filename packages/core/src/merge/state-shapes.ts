import { bytesToHex, hexToBytes } from '../bytes.js'
import type { CellWrite } from '../ports/store.js'
import type { Encodable } from '../codec/format.js'
import type { CloseState, ElementState, Endorsement, EpochState, FieldState, GrantState, Register } from '../state-types.js'
import type { Clock } from '../types.js'
import type { WireValue, Wrap } from '../update-types.js'
import { grantToWire, wireToGrant, wireToWrap, wrapToWire } from '../update/body.js'
import { refToWire, wireToRef } from '../update/wire.js'
import { refKey } from '../verdict/link.js'
import { cellName } from './cell-names.js'
import { encodeCell } from './cell-rows.js'
import type { Wire } from './cell-rows.js'
import { entriesInSteps } from './dict.js'
import { orderInSteps } from './list.js'
import { mapToWire, mapWrites, weighMap, wireToMap } from './map-row.js'
import type { Shape } from './map-row.js'
import { CANDIDATE, candidateChanges, candidatesLieApart, candidateToWire, registerToWire, wireToRegister } from './register-row.js'
import { epochKey, wrapKey } from './state-keys.js'
import { weighRegister } from './weigh.js'

/** An entry that weighs more lies in a cell of its own, however few there are; */
const LARGE_ENTRY = 512
/** of a field what doesn't lie apart of its dict, its list and its register is weighed together. */
const LARGE_FIELD = 4096

const DICT: Shape<Register<WireValue>> = {
  letter: 'd',
  most: LARGE_ENTRY,
  weigh: weighRegister,
  toWire: (key, register, pen) => [key, registerToWire(register, pen)],
  fromWire: ([key, register], reading, holder) => [key as string, wireToRegister(register, cellName(holder, 'd', key as string), reading)],
  inner: (holder, before, now) => registerWrites(holder, before, now)
}

const LIST: Shape<ElementState> = {
  letter: 'l',
  most: LARGE_ENTRY,
  weigh: ({ value, position }) => weighRegister(value) + weighRegister(position),
  toWire: (id, { value, position, deleted }, pen) => [id, registerToWire(value, pen), registerToWire(position, pen), deleted === null ? null : hexToBytes(deleted)],
  fromWire: ([id, value, position, deleted], reading, holder) => {
    const name = cellName(holder, 'l', id as string)
    return [id as string, { value: wireToRegister(value, name + VALUE, reading), position: wireToRegister<string>(position, name + POSITION, reading), deleted: deleted === null ? null : hex(deleted) }]
  },
  * inner (holder, before, now) {
    yield * registerWrites(holder + VALUE, before?.value, now?.value)
    yield * registerWrites(holder + POSITION, before?.position, now?.position)
  }
}

/** Id and sealed seed of an epoch that another replaces. */
const REPLACED = 84

/** Which of an element's registers the candidates in a cell are of, as the step of a cell's name. */
const VALUE = cellName('', 'v', '')
const POSITION = cellName('', 'p', '')

export const FIELDS: Shape<FieldState> = {
  letter: 'f',
  most: LARGE_FIELD,
  weigh: ({ register, dict, list }) => weighRegister(register) + weighMap(dict, DICT, LARGE_FIELD) + weighMap(list, LIST, LARGE_FIELD),
  toWire: (name, { register, dict, list, counter, increments }, pen) => [name, registerToWire(register, pen), mapToWire(dict, DICT, pen), mapToWire(list, LIST, pen), counter ?? null, increments],
  * fromWire ([name, register, dict, list, counter, increments], reading) {
    const holder = cellName('', 'f', name as string)
    const keys = yield * wireToMap(dict, DICT, reading, holder)
    const elements = yield * wireToMap(list, LIST, reading, holder)
    return [name as string, {
      register: wireToRegister(register, holder, reading),
      dict: keys, entries: yield * entriesInSteps(keys), list: elements, order: yield * orderInSteps(elements),
      counter: counter as bigint | null ?? undefined, increments: increments as number
    }]
  },
  * inner (holder, before, now) {
    yield * registerWrites(holder, before?.register, now?.register)
    yield * mapWrites(before?.dict, now?.dict, DICT, holder)
    yield * mapWrites(before?.list, now?.list, LIST, holder)
  }
}

/** Names, and pointers: keys without a value. */
export const ENCRYPTED: Shape<true> = { letter: 'n', most: LARGE_ENTRY, toWire: name => [name], fromWire: ([name]) => [name as string, true] }
export const POINTERS: Shape<true> = { letter: 'p', most: LARGE_ENTRY, toWire: key => [hexToBytes(key)], fromWire: ([key]) => [hex(key), true] }

export const POINTING: Shape<readonly string[]> = {
  letter: 'a', most: LARGE_ENTRY, weigh: lengthOf, toWire: (writer, cells) => [hexToBytes(writer), cells], fromWire: ([writer, cells]) => [hex(writer), cells as readonly string[]]
}

export const GRANTS: Shape<GrantState> = {
  letter: 'g',
  most: LARGE_ENTRY,
  weigh: ({ grant }) => grant.fields === null ? 0 : lengthOf(grant.fields),
  toWire: (_, { ref, grant, clock }) => [refToWire(ref), clock, grantToWire(grant)],
  fromWire: ([wire, clock, grant]) => {
    const ref = wireToRef(wire, 'grant')
    return [refKey(ref), { ref, grant: wireToGrant(grant), clock: clock as Clock }]
  }
}

export const CLOSES: Shape<CloseState> = {
  letter: 'c',
  most: LARGE_ENTRY,
  toWire: (update, { grant }) => [hexToBytes(update), refToWire(grant)],
  fromWire: ([id, grant]) => {
    const update = hex(id)
    return [update, { update, grant: wireToRef(grant, 'grant') }]
  }
}

export const EPOCHS: Shape<EpochState> = {
  letter: 'e',
  most: LARGE_ENTRY,
  weigh: ({ replaces }) => replaces.length * REPLACED,
  toWire: (_, { id, update, clock, nonce, replaces }) => [hexToBytes(id), hexToBytes(update), clock, nonce, replaces.map(old => [hexToBytes(old.id), old.boxed])],
  fromWire: ([epoch, by, clock, nonce, replaced]) => {
    const [id, update] = [hex(epoch), hex(by)]
    const replaces = (replaced as readonly Wire[]).map(([old, boxed]) => ({ id: hex(old), boxed: boxed as Uint8Array }))
    return [epochKey({ id, update }), { id, update, clock: clock as Clock, nonce: nonce as Uint8Array, replaces }]
  }
}

export const WRAPS: Shape<Wrap> = {
  letter: 'w',
  most: LARGE_ENTRY,
  toWire: (_, wrap) => [wrapToWire(wrap)],
  fromWire: ([wire]) => {
    const wrap = wireToWrap(wire!)
    return [wrapKey(wrap), wrap]
  }
}

export const ENDORSED: Shape<Endorsement> = {
  letter: 'v',
  most: LARGE_ENTRY,
  toWire: (key, { update, amount }) => [key, hexToBytes(update), amount],
  fromWire: ([key, update, amount]) => [key as string, { update: hex(update), amount: amount as number }]
}

function registerWrites (holder: string, before: Register<WireValue> = [], now: Register<WireValue> = []): Iterable<CellWrite> {
  return before === now || (!candidatesLieApart(before) && !candidatesLieApart(now)) ? [] : candidateWrites(holder, before, now)
}

function * candidateWrites (holder: string, before: Register<WireValue>, now: Register<WireValue>): Generator<CellWrite> {
  for (const { candidate, gone } of candidateChanges(before, now)) {
    yield { name: cellName(holder, CANDIDATE, candidate.update), value: gone ? null : encodeCell(pen => candidateToWire(candidate, pen)) }
  }
}

function lengthOf (texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0)
}

const hex = (wire: Encodable | undefined): string => bytesToHex(wire as Uint8Array)
