import { DinemicError, decodeFrame, isDinemicError, verifyUpdate, verifyUpdateAsync } from '@dinemic/core'
import type { NetworkBinding, Platform, Update } from '@dinemic/core'
import type { Report } from '../report.js'
import { decodeFrames } from './messages.js'

/** How many frames are read before other work gets its turn: about 10 ms where they are verified on this thread. */
const BREATH = 64
/** So few are verified on this thread: handing them over would take longer. */
const FEW = 8

export interface FrameReaderParts {
  readonly binding: NetworkBinding
  readonly platform: Platform
  readonly report: Report
}

/** Bytes from the network to verified updates. What is bad is the sender's fault, told as such, and doesn't take the good with it. */
export class FrameReader {
  readonly #parts: FrameReaderParts

  constructor (parts: FrameReaderParts) {
    this.#parts = parts
  }

  /** A gossip message. */
  async message (data: Uint8Array, from: string): Promise<{ updates: Update[], bad: boolean }> {
    const frames = this.#attempt(() => decodeFrames(data), from)
    return frames === undefined ? { updates: [], bad: true } : await this.read(frames, from)
  }

  async read (frames: readonly Uint8Array[], from: string): Promise<{ updates: Update[], bad: boolean }> {
    const updates: Update[] = []
    let verifying: Promise<(Update | undefined)[]> = Promise.resolve([])
    for (let at = 0; at < frames.length; at += BREATH) {
      const decoded = frames.slice(at, at + BREATH).flatMap(frame => this.#attempt(() => decodeFrame(this.#parts.binding, frame), from) ?? [])
      const before = await verifying
      updates.push(...before.flatMap(update => update ?? []))
      verifying = this.#verify(decoded, from)
    }
    updates.push(...(await verifying).flatMap(update => update ?? []))
    return { updates, bad: updates.length < frames.length }
  }

  async #verify (updates: readonly Update[], from: string): Promise<(Update | undefined)[]> {
    const { binding, platform } = this.#parts
    const isAside = updates.length > FEW && binding.provider.verifyAsync !== undefined
    const good = isAside ? await Promise.all(updates.map(async update => await verifyUpdateAsync(binding, update))) : updates.map(update => verifyUpdate(binding, update))
    if (!isAside && updates.length === BREATH) await new Promise<void>(resolve => { platform.schedule(0, resolve) })
    return updates.map((update, i) => good[i] === true ? update : this.#attempt(() => { throw badSignature(update) }, from))
  }

  #attempt<T> (task: () => T, from: string): T | undefined {
    try {
      return task()
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      this.#parts.report('rejected', { update: '', object: '', code: isDinemicError(cause) ? cause.code : 'REPLICA_BAD_MESSAGE', reason, peer: from })
      return undefined
    }
  }
}

function badSignature ({ id, object }: Update): DinemicError {
  return new DinemicError('REPLICA_BAD_SIGNATURE', `The signature of ${id} on ${object} is not its author's.`)
}
