import type { ObjectId, Platform, Update, UpdateId } from '@dinemic/core'
import { Breath } from '../breath.js'
import type { Stage } from './stage.js'
import { LEFT } from './taken.js'
import type { Taken } from './taken.js'

export interface Received {
  /** What became of each update, in the order in which they were given. */
  readonly results: readonly Taken[]
  /** Links that these brought and that are missing, and whether a close names them. */
  readonly missing: readonly { readonly id: UpdateId, readonly named: boolean }[]
}

/** Updates of one object. */
export interface Arriving { readonly object: ObjectId, readonly updates: readonly Update[] }

/** Opens an object in a turn; `owned`: its key is here. */
export type OpenArriving = (object: ObjectId) => Promise<{ stage: Stage, owned: boolean }>

export interface ArrivalsParts {
  readonly platform: Platform
  /** Takes the turns of objects, and commits what the work has filled their stages with in one batch. */
  readonly turn: (objects: readonly ObjectId[], work: (open: OpenArriving) => Promise<void>) => Promise<void>
  /** Whether nobody has the object's turn or waits for it. */
  readonly isFree: (object: ObjectId) => boolean
  /** Whether so much is here of an object that it takes its time to open it. */
  readonly isHeavy: (object: ObjectId) => Promise<boolean>
  /** Whether hooks are asked before something of the object's model changes: they take the time they like. */
  readonly isAskedAbout: (object: ObjectId) => boolean
}

interface Part extends Arriving { resolve (received: Received): void, reject (error: unknown): void }

/** Updates of one turn; a message may hold more. */
const AT_ONCE = 512
/** Updates of one object that shares a turn with others. */
const FEW = 16

/**
 * What has come from the network and waits for its object's turn. All of it that waits goes into one turn, so that who
 * sends each update in a message of its own, each of them one that makes a new merge necessary, gets no merge for each.
 * Small objects that come together share a turn, and a commit.
 */
export class Arrivals {
  readonly #parts: ArrivalsParts
  readonly #waiting = new Map<ObjectId, Part[]>()
  #stopped = false

  constructor (parts: ArrivalsParts) {
    this.#parts = parts
  }

  /** Takes no more: what waits is left, and hooks are asked about none of it. */
  stop (): void {
    this.#stopped = true
  }

  /** What became of each, in their order. */
  async receive (arriving: readonly Arriving[]): Promise<Received[]> {
    const small = arriving.filter(one => this.#isSmall(one))
    const together = small.length > 1 ? this.#takeTogether(small) : undefined
    return await Promise.all(arriving.map(async one => (await together?.then(received => received.get(one))) ?? await this.#takeApart(one)))
  }

  #isSmall ({ object, updates }: Arriving): boolean {
    const { isFree, isAskedAbout } = this.#parts
    return updates.length <= FEW && isFree(object) && !isAskedAbout(object)
  }

  /** Small ones, for which a turn and a commit each would be most of the work. Empty where that failed: nobody's fault is to be another's, nor its weight. */
  async #takeTogether (arriving: readonly Arriving[]): Promise<ReadonlyMap<Arriving, Received>> {
    const received = new Map<Arriving, Received>()
    const breath = new Breath(this.#parts.platform)
    try {
      await this.#parts.turn(arriving.map(({ object }) => object), async open => {
        for (const one of arriving) {
          if (await this.#parts.isHeavy(one.object)) continue
          const [result] = await this.#take(await open(one.object), [one], breath)
          received.set(one, result!)
        }
      })
      return received
    } catch {
      return new Map()
    }
  }

  async #takeApart ({ object, updates }: Arriving): Promise<Received> {
    return await new Promise((resolve, reject) => {
      const part: Part = { object, updates, resolve, reject }
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
      await this.#parts.turn([object], async open => {
        const opened = await open(object)
        parts = takeSome(waiting)
        received = await this.#take(opened, parts, new Breath(this.#parts.platform))
      })
      parts.forEach(({ resolve }, i) => { resolve(received[i]!) })
    } catch (error) {
      // Where it failed before they were taken, the first have waited for nothing.
      for (const { reject } of parts.length > 0 ? parts : takeSome(waiting)) reject(error)
    }
  }

  async #take ({ stage, owned }: Awaited<ReturnType<OpenArriving>>, parts: readonly Arriving[], breath: Breath): Promise<Received[]> {
    const { verdicts } = stage.live
    const results = new Map<Update, Taken>()
    const missing = new Map(parts.map(part => [part, new Set<UpdateId>()]))
    for (const { update, part } of parts.flatMap(part => part.updates.map(update => ({ update, part }))).sort((a, b) => byPlace(a.update, b.update))) {
      results.set(update, this.#stopped ? LEFT : await stage.take(update, { local: false, owned }))
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
