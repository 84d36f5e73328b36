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
 * Reads one frame. The length is checked as soon as it is there, and never more is kept than twice what has arrived;
 * `mayKeep` is asked for each piece. Rejects with `NET_TOO_LARGE`, with `NET_BUSY` where a piece may not be kept, or with
 * `NET_NOT_CONNECTED` where the stream ends too early.
 */
export async function readFrame (stream: Stream, limit: number, mayKeep: (bytes: number) => boolean = () => true): Promise<Uint8Array> {
  const received = new Received()
  // By events: the stream's own async iterator misses an end that came before it was asked for.
  return await new Promise((resolve, reject) => {
    const onMessage = ({ data }: StreamMessageEvent): void => {
      if (!mayKeep(data.byteLength)) return fail(new DinemicError('NET_BUSY', 'Other requests hold as many bytes as they may; ask again a little later'))
      received.append(data)
      const length = received.size < HEADER ? 0 : received.length
      if (length > limit) return fail(tooLarge(length, limit))
      if (received.size < HEADER + length) return endIfOver()
      stopListening()
      resolve(received.content)
    }
    const onEnd = (): void => {
      fail(new DinemicError('NET_NOT_CONNECTED', `The other side ended the stream after ${received.size} bytes, within a frame; try again when it is connected`))
    }
    // `end` comes once, and may be over while bytes that the negotiation of the protocol read too far still wait.
    const endIfOver = (): void => { if (stream.readableEnded && stream.readBufferLength === 0) onEnd() }
    const fail = (error: DinemicError): void => {
      stopListening()
      reject(error)
    }
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

/** One buffer: kept as they come, pieces of a byte each would cost a hundred times what they hold. */
class Received {
  size = 0
  #bytes = new Uint8Array(1024)

  /** As the header says, which must be here. */
  get length (): number {
    return new DataView(this.#bytes.buffer).getUint32(0)
  }

  /** What follows the header. */
  get content (): Uint8Array {
    return this.#bytes.subarray(HEADER, HEADER + this.length)
  }

  append (data: Uint8Array | Uint8ArrayList): void {
    const size = this.size + data.byteLength
    if (size > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(size, 2 * this.size))
      larger.set(this.#bytes.subarray(0, this.size))
      this.#bytes = larger
    }
    this.#bytes.set(data instanceof Uint8Array ? data : data.subarray(), this.size)
    this.size = size
  }
}

function tooLarge (length: number, limit: number): DinemicError {
  return new DinemicError('NET_TOO_LARGE', `The other side announced a frame of ${length} bytes; the limit is ${limit}`, { details: { length, limit } })
}
