import { DinemicError, decodeFrame, isDinemicError, parseId, verifyUpdate, verifyUpdateAsync } from '@dinemic/core'
import type { Encodable, NetworkBinding, Platform, Update } from '@dinemic/core'
import type { Report } from '../report.js'
import { decodeItems } from './messages.js'
import { badMessage, bytesOf } from './wire.js'

/** How many frames are read before other work gets its turn: about 10 ms where they are verified on this thread. */
const BREATH = 64
/** Bad ones of one message or answer that are told of one by one. */
const TOLD = 10
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

  /** A gossip message: what is of another model than its topic is bad. */
  async message (topic: string, data: Uint8Array, from: string): Promise<{ updates: Update[], bad: boolean }> {
    const faults = new Faults(this.#parts.report, from)
    const items = faults.attempt(() => decodeItems(data))
    return items === undefined ? { updates: [], bad: true } : await this.read(items, from, topic)
  }

  /** `model`: what all of them have to be of. */
  async read (frames: readonly Encodable[], from: string, model?: string): Promise<{ updates: Update[], bad: boolean }> {
    const faults = new Faults(this.#parts.report, from)
    const updates: Update[] = []
    let verifying: Promise<(Update | undefined)[]> = Promise.resolve([])
    for (let at = 0; at < frames.length; at += BREATH) {
      const slice = frames.slice(at, at + BREATH)
      const decoded = slice.flatMap(frame => faults.attempt(() => this.#decode(frame, model)) ?? [])
      const before = await verifying
      updates.push(...before.flatMap(update => update ?? []))
      verifying = this.#verify(decoded, { faults, isFull: slice.length === BREATH })
    }
    updates.push(...(await verifying).flatMap(update => update ?? []))
    faults.tellRest()
    return { updates, bad: updates.length < frames.length }
  }

  #decode (frame: Encodable, model: string | undefined): Update {
    const update = decodeFrame(this.#parts.binding, bytesOf(frame))
    if (model !== undefined && parseId(update.object).model !== model) throw badMessage(`an update of ${update.object}, which is of another model than the message`)
    return update
  }

  async #verify (updates: readonly Update[], { faults, isFull }: { faults: Faults, isFull: boolean }): Promise<(Update | undefined)[]> {
    const { binding, platform } = this.#parts
    const isAside = updates.length > FEW && binding.provider.verifyAsync !== undefined
    const good = isAside ? await Promise.all(updates.map(async update => await verifyUpdateAsync(binding, update))) : updates.map(update => verifyUpdate(binding, update))
    if (!isAside && isFull) await new Promise<void>(resolve => { platform.schedule(0, resolve) })
    return updates.map((update, i) => good[i] === true ? update : faults.attempt(() => { throw badSignature(update) }))
  }
}

/** What is bad in one message or answer: the first are told of one by one, the rest together. */
class Faults {
  readonly #report: Report
  readonly #from: string
  #count = 0

  constructor (report: Report, from: string) {
    this.#report = report
    this.#from = from
  }

  attempt<T> (task: () => T): T | undefined {
    try {
      return task()
    } catch (cause) {
      if (++this.#count <= TOLD) this.#tell(isDinemicError(cause) ? cause.code : 'REPLICA_BAD_MESSAGE', cause instanceof Error ? cause.message : String(cause))
      return undefined
    }
  }

  tellRest (): void {
    if (this.#count > TOLD) this.#tell('REPLICA_BAD_MESSAGE', `${this.#count - TOLD} more frames of the same message or answer are bad`)
  }

  #tell (code: string, reason: string): void {
    this.#report('rejected', { update: '', object: '', code, reason, peer: this.#from })
  }
}

function badSignature ({ id, object }: Update): DinemicError {
  return new DinemicError('REPLICA_BAD_SIGNATURE', `The signature of ${id} on ${object} is not its author's.`)
}
