import type { ObjectId, Platform, Update, UpdateId } from '@dinemic/core'
import { Breath } from '../breath.js'
import type { Stage } from './stage.js'
import type { Taken } from './taken.js'

export interface Received {
  /** What became of each update, in the order in which they were given. */
  readonly results: readonly Taken[]
  /** Links that these brought and that are missing, and whether a close names them. */
  readonly missing: readonly { readonly id: UpdateId, readonly named: boolean }[]
}

export interface ArrivalsParts {
  readonly platform: Platform
  /** Takes the object's turn, and commits what the work has filled the stage with. */
  readonly turn: (object: ObjectId, work: (stage: Stage, owned: boolean) => Promise<void>) => Promise<void>
}

interface Part { readonly updates: readonly Update[], resolve (received: Received): void, reject (error: unknown): void }

/** Updates of one turn; a message may hold more. */
const AT_ONCE = 512

/**
 * What has come from the network and waits for its object's turn. All of it that waits goes into one turn, so that who
 * sends each update in a message of its own, each of them one that makes a new merge necessary, gets no merge for each.
 */
export class Arrivals {
  readonly #parts: ArrivalsParts
  readonly #waiting = new Map<ObjectId, Part[]>()

  constructor (parts: ArrivalsParts) {
    this.#parts = parts
  }

  async receive (object: ObjectId, updates: readonly Update[]): Promise<Received> {
    return await new Promise((resolve, reject) => {
      const part: Part = { updates, resolve, reject }
      const waiting = this.#waiting.get(object)
      if (waiting === undefined) void this.#run(object, [part])
      else waiting.push(part)
    })
  }

  async #run (object: ObjectId, waiting: Part[]): Promise<void> {
    this.#waiting.set(object, waiting)
    while (waiting.length > 0) await this.#takeTurn(object, waiting)
    this.#waiting.delete(object)
  }

  async #takeTurn (object: ObjectId, waiting: Part[]): Promise<void> {
    let parts: Part[] = []
    try {
      let received: Received[] = []
      await this.#parts.turn(object, async (stage, owned) => {
        parts = takeSome(waiting)
        received = await this.#take(stage, parts, owned)
      })
      parts.forEach(({ resolve }, i) => { resolve(received[i]!) })
    } catch (error) {
      // Where it failed before they were taken, the first have waited for nothing.
      for (const { reject } of parts.length > 0 ? parts : takeSome(waiting)) reject(error)
    }
  }

  async #take (stage: Stage, parts: readonly Part[], owned: boolean): Promise<Received[]> {
    const breath = new Breath(this.#parts.platform)
    const { verdicts } = stage.live
    const results = new Map<Update, Taken>()
    const missing = new Map(parts.map(part => [part, new Set<UpdateId>()]))
    for (const { update, part } of parts.flatMap(part => part.updates.map(update => ({ update, part }))).sort((a, b) => byPlace(a.update, b.update))) {
      results.set(update, await stage.take(update, { local: false, owned }))
      for (const id of verdicts.takeMissing()) missing.get(part)!.add(id)
      await breath.after(update)
    }
    // The end of an object follows updates that nobody has any more.
    const isGone = stage.live.row.full.removed?.final === true
    return parts.map(part => ({
      results: part.updates.map(update => results.get(update)!),
      missing: isGone ? [] : [...missing.get(part)!].filter(id => !verdicts.links.has(id)).map(id => ({ id, named: verdicts.isNamed({ id }) }))
    }))
  }
}

function takeSome (waiting: Part[]): Part[] {
  let [count, updates] = [0, 0]
  while (count < waiting.length && (count === 0 || updates + waiting[count]!.updates.length <= AT_ONCE)) updates += waiting[count++]!.updates.length
  return waiting.splice(0, count)
}

/** The owner's first, as the others' need the grants among them, and each chain in its order: then fewer gaps close late. */
function byPlace (a: Update, b: Update): number {
  return a.author === null && b.author === null || a.author !== null && b.author !== null ? a.seq - b.seq : a.author === null ? -1 : 1
}
