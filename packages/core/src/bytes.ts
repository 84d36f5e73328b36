import { bytesToHex as toHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js'

export { concatBytes, hexToBytes }

export function bytesToHex (bytes: Uint8Array): string {
  return inOnePiece(toHex(bytes))
}

/**
 * The same text. V8 keeps what was put together letter by letter as the tree of its parts until somebody looks into it:
 * of an id that is 2 kB, and ids are kept by the thousand.
 */
export function inOnePiece (text: string): string {
  void text.charCodeAt(0)
  return text
}

const encoder = new TextEncoder()
const LONE_SURROGATE = /\p{Surrogate}/u

/** A lone surrogate would silently become U+FFFD: check `isWellFormed` first where the text comes from outside. */
export function utf8 (text: string): Uint8Array {
  return encoder.encode(text)
}

/** False for a string with a lone surrogate, which UTF-8 cannot carry. */
export function isWellFormed (text: string): boolean {
  return !LONE_SURROGATE.test(text)
}

/** Bytewise lexicographic order; a prefix comes before what it begins. */
export function compareBytes (a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const difference = a[i]! - b[i]!
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** Not constant in time: for public bytes only. */
export function equalBytes (a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compareBytes(a, b) === 0
}

/** Bytes as a string of as many characters: not for people, but a key for a Map that costs less than hex. */
export function bytesToMapKey (bytes: Uint8Array): string {
  return String.fromCharCode.apply(null, bytes as unknown as number[]) // to spread them costs five times as much
}
