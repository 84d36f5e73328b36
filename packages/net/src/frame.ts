import type { Stream, StreamMessageEvent } from '@libp2p/interface'
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
 * Rejects with `NET_TOO_LARGE`, or `NET_NOT_CONNECTED` where the stream ends too early.
 */
export async function readFrame (stream: Stream, limit: number): Promise<Uint8Array> {
  const received = new Uint8ArrayList()
  // By events: the stream's own async iterator misses an end that came before it was asked for.
  return await new Promise((resolve, reject) => {
    const onMessage = ({ data }: StreamMessageEvent): void => {
      received.append(data)
      const length = received.byteLength < HEADER ? 0 : received.getUint32(0)
      if (length <= limit && received.byteLength < HEADER + length) return endIfOver()
      stopListening()
      if (length > limit) reject(tooLarge(length, limit))
      else resolve(received.subarray(HEADER, HEADER + length))
    }
    const onEnd = (): void => {
      stopListening()
      reject(new DinemicError('NET_NOT_CONNECTED', `The other side ended the stream after ${received.byteLength} bytes, within a frame; try again when it is connected`))
    }
    // `end` comes once, and may be over while bytes that the negotiation of the protocol read too far still wait.
    const endIfOver = (): void => { if (stream.readableEnded && stream.readBufferLength === 0) onEnd() }
    const stopListening = (): void => {
      stream.removeEventListener('message', onMessage)
      stream.removeEventListener('end', onEnd)
      stream.removeEventListener('close', onEnd)
    }
    stream.addEventListener('message', onMessage)
    stream.addEventListener('end', onEnd)
    stream.addEventListener('close', onEnd)
    endIfOver()
  })
}

function tooLarge (length: number, limit: number): DinemicError {
  return new DinemicError('NET_TOO_LARGE', `The other side announced a frame of ${length} bytes; the limit is ${limit}`, { details: { length, limit } })
}
