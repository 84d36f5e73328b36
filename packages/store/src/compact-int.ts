/**
 * Integers of 1 to 8 bytes whose bytewise order is that of the numbers: as many leading ones as bytes follow, then the
 * number, big endian. 0 to 127 are one byte, up to 16,383 two, up to 2 million three. Each number has one form.
 */
export function encodeCompact (value: number): Uint8Array {
  let following = 0
  while (value >= 2 ** (7 * (following + 1))) following++
  const bytes = new Uint8Array(following + 1)
  for (let i = following, rest = value; i >= 0; i--, rest = Math.floor(rest / 256)) bytes[i] = rest % 256
  bytes[0]! |= 0xff00 >> following
  return bytes
}

/** The number at `offset` and where the next one begins; undefined where there is none. */
export function decodeCompact (bytes: Uint8Array, offset = 0): { value: number, end: number } | undefined {
  const first = bytes[offset]
  if (first === undefined || first === 0xff) return undefined
  const following = Math.clz32(~(first << 24))
  const end = offset + following + 1
  if (end > bytes.length) return undefined
  let value = first & (0x7f >> following)
  for (let i = offset + 1; i < end; i++) value = value * 256 + bytes[i]!
  return { value, end }
}
