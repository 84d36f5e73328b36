import { bytesToHex, decode, encode, hexToBytes } from '@dinemic/core'
import type { Encodable, SetKey } from '@dinemic/core'
import type { Print, RangeAnswer } from '../reconcile/salted-ranges.js'
import { isPrefix } from '../reconcile/set-key.js'
import { badMessage, bytesOf, integer, listOf, text } from './wire.js'

const SHORT_ID_BYTES = 8
const PRINT_BYTES = 8
const MOST_PARTS = 16
/** About all parts that one answer has. */
const MOST_ITEMS = 32_768
/** More keys of one part than anybody tells one by one. */
const MOST_IDS = 64

/** Where `objects` goes on: behind the object whose newest update has this key, or, `skip` not being 0, within it, at a place that means something to the provider alone. */
export interface ObjectsPlace { readonly key: SetKey, readonly skip: number }

/** Each part by its digits behind the prefix; short ids one after another. */
export function encodeRanges (prefixes: readonly string[], answers: readonly RangeAnswer[]): Uint8Array {
  return encode(answers.map((answer, i) => rangeToWire(prefixes[i]!, answer)))
}

/** About how many bytes an answer takes. */
export function rangeSize (answer: RangeAnswer): number {
  return 'ids' in answer ? 3 + answer.ids.length * SHORT_ID_BYTES : 1 + answer.parts.length * 16
}

/** The answers to the first of these prefixes. Throws `REPLICA_BAD_MESSAGE` where one is none: with parts elsewhere, a walk would have no end. */
export function decodeRanges (prefixes: readonly string[], bytes: Uint8Array): RangeAnswer[] {
  const answers = listOf(decode(bytes, { maxItems: MOST_ITEMS }))
  if (answers.length === 0 || answers.length > prefixes.length) throw badMessage('answers to other ranges than were asked for')
  return answers.map((answer, i) => wireToRange(prefixes[i]!, answer))
}

export function idsToWire (ids: readonly string[]): Uint8Array {
  return hexToBytes(ids.join(''))
}

export function wireToIds (wire: Encodable | undefined): string[] {
  const bytes = bytesOf(wire)
  if (bytes.length % SHORT_ID_BYTES !== 0) throw badMessage('short ids of another length')
  if (bytes.length > MOST_IDS * SHORT_ID_BYTES) throw badMessage('more short ids than belong together')
  return Array.from({ length: bytes.length / SHORT_ID_BYTES }, (_, i) => bytesToHex(bytes.subarray(i * SHORT_ID_BYTES, (i + 1) * SHORT_ID_BYTES)))
}

export function prefixOf (wire: Encodable | undefined): string {
  const prefix = text(wire)
  if (!isPrefix(prefix)) throw badMessage('a prefix that is none')
  return prefix
}

/** Of no other length: prints are remembered, and long ones would be much. */
export function wireToPrint ([count, print]: readonly (Encodable | undefined)[]): Print {
  const bytes = bytesOf(print)
  if (bytes.length !== PRINT_BYTES) throw badMessage('a print of another length')
  const printed = { count: integer(count), print: bytesToHex(bytes) }
  if (printed.count < 0) throw badMessage('a negative count')
  return printed
}

function rangeToWire (prefix: string, answer: RangeAnswer): Encodable {
  if ('ids' in answer) return idsToWire(answer.ids)
  return answer.parts.map(({ prefix: part, count, print }) => [part.slice(prefix.length), count, hexToBytes(print)])
}

function wireToRange (prefix: string, wire: Encodable): RangeAnswer {
  if (wire instanceof Uint8Array) return { ids: wireToIds(wire) }
  const parts = listOf(wire)
  if (parts.length > MOST_PARTS) throw badMessage('more parts than there are digits')
  return {
    parts: parts.map(item => {
      const [digits, ...print] = listOf(item)
      const part = prefixOf(prefix + text(digits))
      if (part.length === prefix.length) throw badMessage('a part that is the whole')
      const printed = wireToPrint(print)
      if (printed.count === 0) throw badMessage('an empty part')
      return { prefix: part, ...printed }
    })
  }
}
