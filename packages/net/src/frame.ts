import type { Stream } from '@libp2p/interface'
import { Uint8ArrayList } from 'uint8arraylist'
import { DinemicError } from '@dinemic/core'

/** A frame is its length as 4 bytes, big-endian, and then as many bytes. */
const HEADER = 4

/** Hands a frame to the stream, which sends it as fast as the other side takes it. */
export function writeFrame (stream: Stream, ...parts: readonly Uint8Array[]): void {
  const header = new Uint8Array(HEADER)
  new DataView(header.buffer).setUint32(0, parts.reduce((sum, part) => sum + part.length, 0))
  stream.send(new Uint8ArrayList(header, ...parts))
}

/**
 * Reads one frame. The length is checked as soon as it is there, and never more is kept than has arrived.
 * Rejects with `NET_TOO_LARGE`, `NET_NOT_CONNECTED` where the stream ends too early, or the error that the stream was aborted with.
 */
export async function readFrame (stream: Stream, limit: number): Promise<Uint8Array> {
  const received = new Uint8ArrayList()
  for await (const chunk of stream) {
    received.append(chunk)
    if (received.byteLength < HEADER) continue
    const length = received.getUint32(0)
    if (length > limit) throw tooLarge(length, limit)
    if (received.byteLength >= HEADER + length) return received.subarray(HEADER, HEADER + length)
  }
  throw new DinemicError('NET_NOT_CONNECTED', `The other side ended the stream after ${received.byteLength} bytes, within a frame; try again when it is connected`)
}

function tooLarge (length: number, limit: number): DinemicError {
  return new DinemicError('NET_TOO_LARGE', `The other side announced a frame of ${length} bytes; the limit is ${limit}`, { details: { length, limit } })
}
