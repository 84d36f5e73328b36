import { compareBytes, hexToBytes, isWellFormed, utf8 } from '../bytes.js'
import { Sealed } from '../update-types.js'
import {
  ARRAY, BYTES, FALSE, FLOAT64, MAP, MAX_BIGINT_BYTES, MAX_DEPTH, NEGATIVE, NULL, SEALED_LENGTHS, TAG, TAG_BIGINT,
  TAG_DATE, TAG_NEGATIVE_BIGINT, TAG_SEALED, TEXT, TRUE, UINT, badEncoding
} from './format.js'
import type { Encodable, EncodeOptions } from './format.js'
import { isList } from './is-list.js'

/**
 * The one encoding of a value (see `format.ts`). Values from users go through `checkValue` first, whose errors name the
 * place; what has no encoding is `CORE_BAD_ENCODING` here.
 */
export function encode (value: Encodable, options: EncodeOptions = {}): Uint8Array {
  const writer = spare ?? new Writer()
  spare = undefined
  const bytes = writer.write(value, options.maxDepth ?? MAX_DEPTH)
  if (writer.capacity <= MAX_SPARE) spare = writer
  return bytes
}

/**
 * Allocating a buffer takes longer than filling it, so one writer is kept for the next call. It is out of reach while in
 * use: a getter that encodes, or an error on the way, costs a new writer and no more.
 */
let spare: Writer | undefined
const MAX_SPARE = 64 * 1024

class Writer {
  #bytes = new Uint8Array(1024)
  #view = new DataView(this.#bytes.buffer)
  #length = 0
  #depth = 0
  #maxDepth = MAX_DEPTH

  get capacity (): number {
    return this.#bytes.length
  }

  write (value: Encodable, maxDepth: number): Uint8Array {
    this.#length = 0
    this.#depth = 0
    this.#maxDepth = maxDepth
    this.#item(value)
    return this.#bytes.slice(0, this.#length)
  }

  #item (value: Encodable): void {
    if (typeof value === 'string') this.#text(value)
    else if (typeof value === 'number') this.#number(value)
    else if (value === null) this.#byte(NULL)
    else if (typeof value === 'boolean') this.#byte(value ? TRUE : FALSE)
    else if (typeof value === 'bigint') this.#bigint(value)
    else if (typeof value !== 'object') throw badEncoding(`A ${typeof value} has no encoding.`)
    else if (value instanceof Uint8Array) this.#byteString(value)
    else if (value instanceof Date) this.#date(value)
    else if (value instanceof Sealed) this.#sealed(value)
    else this.#container(value)
  }

  #container (value: readonly Encodable[] | { readonly [key: string]: Encodable }): void {
    if (++this.#depth > this.#maxDepth) throw badEncoding(`Arrays and objects are nested more than ${this.#maxDepth} deep.`)
    if (isList(value)) {
      this.#head(ARRAY, value.length)
      for (const item of value) this.#item(item)
    } else {
      this.#map(value)
    }
    this.#depth--
  }

  #map (map: { readonly [key: string]: Encodable }): void {
    const entries = Object.keys(map).map(key => ({ key, bytes: keyBytes(key) }))
    entries.sort((a, b) => a.bytes.length - b.bytes.length || compareBytes(a.bytes, b.bytes))
    this.#head(MAP, entries.length)
    for (const { key, bytes } of entries) {
      this.#head(TEXT, bytes.length)
      this.#append(bytes)
      this.#item(map[key]!)
    }
  }

  #number (value: number): void {
    if (Number.isSafeInteger(value)) return this.#integer(value)
    if (!Number.isFinite(value)) throw badEncoding(`${value} has no encoding.`)
    this.#reserve(9)
    this.#bytes[this.#length] = FLOAT64
    this.#view.setFloat64(this.#length + 1, value)
    this.#length += 9
  }

  /** −0 ends up as 0, since it isn't less than 0. */
  #integer (value: number): void {
    if (value < 0) this.#head(NEGATIVE, -1 - value)
    else this.#head(UINT, value)
  }

  #bigint (value: bigint): void {
    const magnitude = value < 0n ? -1n - value : value
    const hex = magnitude === 0n ? '' : magnitude.toString(16)
    const bytes = hexToBytes(hex.length % 2 === 0 ? hex : '0' + hex)
    if (bytes.length > MAX_BIGINT_BYTES) throw badEncoding(`A bigint has ${bytes.length} bytes, more than ${MAX_BIGINT_BYTES}.`)
    this.#head(TAG, value < 0n ? TAG_NEGATIVE_BIGINT : TAG_BIGINT)
    this.#byteString(bytes)
  }

  #date (value: Date): void {
    const millis = value.getTime()
    if (Number.isNaN(millis)) throw badEncoding('An invalid Date has no encoding.')
    this.#head(TAG, TAG_DATE)
    this.#integer(millis)
  }

  #sealed ({ epoch, nonce, boxed, ephemeral }: Sealed): void {
    const id = hexToBytes(epoch)
    if (id.length !== SEALED_LENGTHS.epoch || nonce.length !== SEALED_LENGTHS.nonce || boxed.length < SEALED_LENGTHS.overhead ||
      (ephemeral !== null && ephemeral.length !== SEALED_LENGTHS.ephemeral)) throw badEncoding('A part of a Sealed has a wrong length.')
    this.#head(TAG, TAG_SEALED)
    this.#head(ARRAY, ephemeral === null ? 3 : 4)
    this.#byteString(id)
    this.#byteString(nonce)
    this.#byteString(boxed)
    if (ephemeral !== null) this.#byteString(ephemeral)
  }

  #byteString (bytes: Uint8Array): void {
    this.#head(BYTES, bytes.length)
    this.#append(bytes)
  }

  #text (text: string): void {
    // Names are short and ASCII: written in place they cost a third of what TextEncoder does.
    if (text.length < 24) {
      this.#reserve(1 + text.length)
      const start = this.#length + 1
      let i = 0
      for (; i < text.length; i++) {
        const code = text.charCodeAt(i)
        if (code > 0x7f) break
        this.#bytes[start + i] = code
      }
      if (i === text.length) {
        this.#bytes[this.#length] = TEXT << 5 | i
        this.#length = start + i
        return
      }
    }
    if (!isWellFormed(text)) throw badEncoding('A string with a lone surrogate has no encoding.')
    const bytes = utf8(text)
    this.#head(TEXT, bytes.length)
    this.#append(bytes)
  }

  /** Major type and argument, in the shortest form. */
  #head (major: number, argument: number): void {
    this.#reserve(9)
    const type = major << 5
    const at = this.#length
    if (argument < 24) {
      this.#bytes[at] = type | argument
      this.#length += 1
    } else if (argument <= 0xff) {
      this.#bytes[at] = type | 24
      this.#bytes[at + 1] = argument
      this.#length += 2
    } else if (argument <= 0xffff) {
      this.#bytes[at] = type | 25
      this.#view.setUint16(at + 1, argument)
      this.#length += 3
    } else if (argument <= 0xffffffff) {
      this.#bytes[at] = type | 26
      this.#view.setUint32(at + 1, argument)
      this.#length += 5
    } else {
      this.#bytes[at] = type | 27
      this.#view.setUint32(at + 1, Math.floor(argument / 2 ** 32))
      this.#view.setUint32(at + 5, argument % 2 ** 32)
      this.#length += 9
    }
  }

  #byte (byte: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = byte
  }

  #append (bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  #reserve (more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
    this.#view = new DataView(larger.buffer)
  }
}

function keyBytes (key: string): Uint8Array {
  if (key === '__proto__') throw badEncoding('The key __proto__ has no encoding: it would reach the prototype of whoever reads it.')
  if (!isWellFormed(key)) throw badEncoding('A key with a lone surrogate has no encoding.')
  return utf8(key)
}
