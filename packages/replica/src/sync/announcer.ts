import type { Network, Update } from '@dinemic/core'
import { parseId } from '@dinemic/core'
import type { Activity } from '../activity.js'
import type { Report } from '../report.js'
import { encodeFrames } from './messages.js'

/** What the codec needs around frames: the list's head and one for each frame. */
const FRAME_OVERHEAD = 5
/** Bytes that wait while the network is slow. */
const MOST_WAITING = 16 * 1024 * 1024

/** Tells the network of new updates, several in a message: what comes while a message goes out waits for the next. */
export class Announcer {
  readonly #network: Network
  readonly #activity: Activity
  readonly #report: Report
  readonly #waiting = new Map<string, Uint8Array[]>()
  readonly #sending = new Set<string>()
  /** Of the frames that wait. */
  #bytes = 0
  #stopped = false

  constructor (network: Network, activity: Activity, report: Report) {
    this.#network = network
    this.#activity = activity
    this.#report = report
  }

  /** From now on nothing is told: the peers get it when they compare. */
  stop (): void {
    this.#stopped = true
    this.#waiting.clear()
    this.#bytes = 0
  }

  announce (updates: readonly Update[]): void {
    // Whoever connects later compares; before the network runs nobody is connected.
    if (this.#stopped || this.#network.peers.length === 0) return
    for (const { object, frame } of updates) {
      const { model } = parseId(object)
      const frames = this.#waiting.get(model) ?? []
      // The peers get it when they compare.
      if (this.#bytes + frame.length > MOST_WAITING) continue
      this.#bytes += frame.length
      frames.push(frame)
      this.#waiting.set(model, frames)
      if (!this.#sending.has(model)) void this.#activity.track(`announcing updates of ${model}`, this.#send(model))
    }
  }

  async #send (model: string): Promise<void> {
    this.#sending.add(model)
    try {
      await Promise.resolve() // what is announced in one go goes in one message
      for (let frames = this.#next(model); frames.length > 0; frames = this.#next(model)) {
        await this.#network.publish(model, encodeFrames(frames))
      }
    } catch (error) {
      // The peers get it when they compare.
      if (!this.#stopped) this.#report('error', error)
    } finally {
      this.#sending.delete(model)
    }
  }

  #next (model: string): Uint8Array[] {
    const waiting = this.#waiting.get(model) ?? []
    let size = FRAME_OVERHEAD
    let count = 0
    while (count < waiting.length && (count === 0 || size + waiting[count]!.length + FRAME_OVERHEAD <= this.#network.limits.message)) {
      size += waiting[count]!.length + FRAME_OVERHEAD
      count++
    }
    this.#bytes -= waiting.slice(0, count).reduce((sum, frame) => sum + frame.length, 0)
    return waiting.splice(0, count)
  }
}
