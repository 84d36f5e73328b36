import { bytesToHex, compareBytes } from '../bytes.js'
import { Sealed } from '../update-types.js'
import {
  ARRAY, BYTES, FALSE, FLOAT64, MAP, MAX_BIGINT_BYTES, MAX_DATE, MAX_DEPTH, NEGATIVE, NULL, SEALED_LENGTHS, TAG, TAG_BIGINT,
  TAG_DATE, TAG_NEGATIVE_BIGINT, TAG_SEALED, TEXT, TRUE, UINT, badEncoding
} from './format.js'
import type { DecodeOptions, Encodable } from './format.js'

/**
 * The value that these bytes encode. Throws `CORE_BAD_ENCODING` for every input that `encode` would not have written, so
 * that each accepted input encodes to itself. Safe for hostile input: depth and counts are checked before anything is
 * built, and the result takes memory in proportion to the input. Byte strings are copied, so they don't hold on to it.
 */
export function decode (bytes: Uint8Array, options: DecodeOptions = {}): Encodable {
  const reader = new Reader(bytes, options)
  return reader.read()
}

// ignoreBOM: a leading U+FEFF is a character like any other and must come back.
const textDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

// Shared, as nothing can be written to it: 256 KiB of empty byte strings would otherwise become 54 MB.
const NO_BYTES = new Uint8Array(0)

class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #maxDepth: number
  readonly #sealedAt: number | 'any' | undefined
  #at = 0
  #itemsLeft: number
  #depth = 0
  #maps = 0

  constructor (bytes: Uint8Array, { maxDepth = MAX_DEPTH, maxItems = Infinity, sealed }: DecodeOptions) {
    // A Buffer's slice would be a view; ours must copy.
    this.#bytes = bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#maxDepth = maxDepth
    this.#itemsLeft = maxItems
    this.#sealedAt = sealed
  }

  read (): Encodable {
    const value = this.#item()
    if (this.#at !== this.#bytes.length) throw this.#bad('bytes follow the item')
    return value
  }

  #item (): Encodable {
    const first = this.#byte()
    const major = first >> 5
    switch (major) {
      case UINT: return this.#argument(first)
      case NEGATIVE: return this.#negative(this.#argument(first))
      case BYTES: return this.#byteString(this.#argument(first))
      case TEXT: return this.#text(this.#argument(first))
      case ARRAY: return this.#array(this.#argument(first))
      case MAP: return this.#map(this.#argument(first))
      case TAG: return this.#tagged(this.#argument(first))
      default: return this.#simple(first)
    }
  }

  #array (count: number): Encodable[] {
    this.#enter(count, 1)
    // An array that grows by push takes room for 17 items; one of the announced size, if large, trusts a stranger.
    // oxlint-disable-next-line unicorn/no-new-array -- setting the length of [] instead takes twice the time
    const items = new Array<Encodable>(Math.min(count, 32))
    for (let i = 0; i < count; i++) items[i] = this.#item()
    this.#depth--
    return items
  }

  #map (count: number): { [key: string]: Encodable } {
    this.#enter(count, 2)
    this.#maps++
    const map: { [key: string]: Encodable } = {}
    let previous: Uint8Array | undefined
    for (let i = 0; i < count; i++) {
      const start = this.#at
      const key = this.#key()
      // Compared with its head, as RFC 8949 has it; strictly ascending leaves no room for duplicates.
      const encoded = this.#bytes.subarray(start, this.#at)
      if (previous !== undefined && compareBytes(previous, encoded) >= 0) throw this.#bad('map keys are not in ascending order')
      previous = encoded
      map[key] = this.#item()
    }
    this.#maps--
    this.#depth--
    return map
  }

  #key (): string {
    const first = this.#byte()
    if (first >> 5 !== TEXT) throw this.#bad('a map key is not text')
    const key = this.#text(this.#argument(first))
    if (key === '__proto__') throw this.#bad('a map has the key __proto__')
    return key
  }

  /** Each item takes a byte at least, so a count that exceeds what is left is a lie. `perItem`: 2 where each has a key. */
  #enter (count: number, perItem: number): void {
    if (count * perItem > this.#bytes.length - this.#at) throw this.#bad(`${count} items are announced, more than can follow`)
    this.#itemsLeft -= count * perItem
    if (this.#itemsLeft < 0) throw this.#bad('they hold more items than they may')
    if (++this.#depth > this.#maxDepth) throw this.#bad(`arrays and maps are nested more than ${this.#maxDepth} deep`)
  }

  #tagged (tag: number): Encodable {
    switch (tag) {
      case TAG_BIGINT: return this.#magnitude()
      case TAG_NEGATIVE_BIGINT: return -1n - this.#magnitude()
      case TAG_DATE: return this.#date()
      case TAG_SEALED: return this.#sealed()
      default: throw this.#bad(`tag ${tag} is not one of ours`)
    }
  }

  #magnitude (): bigint {
    const bytes = this.#bytesBetween(0, MAX_BIGINT_BYTES, 'a bigint')
    if (bytes[0] === 0) throw this.#bad('a bigint has a leading zero byte')
    return bytes.length === 0 ? 0n : BigInt('0x' + bytesToHex(bytes))
  }

  #date (): Date {
    const first = this.#byte()
    const argument = this.#argument(first)
    const major = first >> 5
    if (major !== UINT && major !== NEGATIVE) throw this.#bad('a date is not an integer')
    const millis = major === UINT ? argument : this.#negative(argument)
    if (Math.abs(millis) > MAX_DATE) throw this.#bad('a date is out of range')
    return new Date(millis)
  }

  #sealed (): Sealed {
    const allowed = this.#sealedAt === 'any' || (this.#sealedAt === this.#depth && this.#maps === 0)
    if (!allowed) throw this.#bad('a sealed value stands where none may be')
    const first = this.#byte()
    if (first !== (ARRAY << 5 | 3) && first !== (ARRAY << 5 | 4)) throw this.#bad('a sealed value has neither 3 nor 4 parts')
    const { epoch, nonce, overhead, ephemeral } = SEALED_LENGTHS
    return new Sealed({
      epoch: bytesToHex(this.#bytesBetween(epoch, epoch, 'an epoch')),
      nonce: this.#bytesBetween(nonce, nonce, 'a nonce'),
      boxed: this.#bytesBetween(overhead, Infinity, 'a box'),
      ephemeral: first === (ARRAY << 5 | 4) ? this.#bytesBetween(ephemeral, ephemeral, 'an ephemeral key') : null
    })
  }

  #bytesBetween (least: number, most: number, what: string): Uint8Array {
    const first = this.#byte()
    if (first >> 5 !== BYTES) throw this.#bad(`${what} is not a byte string`)
    const length = this.#argument(first)
    if (length < least || length > most) throw this.#bad(`${what} has ${length} bytes`)
    return this.#byteString(length)
  }

  #simple (first: number): null | boolean | number {
    switch (first) {
      case NULL: return null
      case FALSE: return false
      case TRUE: return true
      case FLOAT64: return this.#float()
      default: throw this.#bad(`the byte 0x${first.toString(16)} begins nothing of ours`)
    }
  }

  #float (): number {
    const value = this.#view.getFloat64(this.#skip(8))
    if (!Number.isFinite(value)) throw this.#bad(`a float is ${value}`)
    if (Number.isSafeInteger(value)) throw this.#bad('an integer is written as a float')
    return value
  }

  #negative (argument: number): number {
    const value = -1 - argument
    if (!Number.isSafeInteger(value)) throw this.#bad('an integer is beyond 2^53 − 1')
    return value
  }

  #byteString (length: number): Uint8Array {
    if (length === 0) return NO_BYTES
    const start = this.#skip(length)
    return this.#bytes.slice(start, start + length)
  }

  #text (length: number): string {
    const start = this.#skip(length)
    // Names are short and ASCII: so they cost a fraction of what TextDecoder does.
    if (length < 24) {
      const ascii = this.#ascii(start, this.#at)
      if (ascii !== undefined) return ascii
    }
    try {
      return textDecoder.decode(this.#bytes.subarray(start, this.#at))
    } catch {
      throw this.#bad('a string is not UTF-8')
    }
  }

  #ascii (start: number, end: number): string | undefined {
    let text = ''
    for (let i = start; i < end; i++) {
      const code = this.#bytes[i]!
      if (code > 0x7f) return undefined
      text += String.fromCharCode(code)
    }
    return text
  }

  /** The argument of a head, in its shortest form and within 2^53 − 1. */
  #argument (first: number): number {
    const info = first & 0x1f
    if (info < 24) return info
    switch (info) {
      case 24: return this.#shortest(this.#view.getUint8(this.#skip(1)), 24)
      case 25: return this.#shortest(this.#view.getUint16(this.#skip(2)), 0x100)
      case 26: return this.#shortest(this.#view.getUint32(this.#skip(4)), 0x10000)
      case 27: return this.#shortest(this.#uint64(this.#skip(8)), 0x100000000)
      default: throw this.#bad('a length is indefinite or reserved')
    }
  }

  #uint64 (at: number): number {
    const value = this.#view.getUint32(at) * 2 ** 32 + this.#view.getUint32(at + 4)
    if (!Number.isSafeInteger(value)) throw this.#bad('an integer is beyond 2^53 − 1')
    return value
  }

  #shortest (argument: number, least: number): number {
    if (argument < least) throw this.#bad('an integer or a length is not in its shortest form')
    return argument
  }

  #byte (): number {
    return this.#bytes[this.#skip(1)]!
  }

  /** Moves on by `length` and gives the place where these bytes begin. */
  #skip (length: number): number {
    const start = this.#at
    if (length > this.#bytes.length - start) throw this.#bad('it ends in the middle of an item')
    this.#at = start + length
    return start
  }

  #bad (problem: string): Error {
    return badEncoding(`These ${this.#bytes.length} bytes are not an encoding of ours: ${problem}, at byte ${this.#at}.`, { at: this.#at })
  }
}
