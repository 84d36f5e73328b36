import type { Platform } from '@dinemic/core'
import type { ObjectsPlace } from './range-messages.js'

/** How long a provider that has nothing left to do waits for the others, in ms, before it takes over what one of them is at. */
const PATIENCE = 1000

/** Parts of ranges that one request names at most. */
const MOST_PREFIXES = 64

/** Neighbouring parts of a model's set that are fetched whole, the newest first, and how far that has come. */
export interface JoinRange { readonly prefixes: readonly string[], readonly from: ObjectsPlace | null }

/** Parts that are small are put together to ranges of up to `most` keys: a request for each would cost more than what it brings. */
export function rangesOf (parts: readonly { readonly prefix: string, readonly count: number }[], most: number): JoinRange[] {
  const ranges: { prefixes: string[], from: null }[] = []
  let left = 0
  for (const { prefix, count } of [...parts].sort((a, b) => a.prefix < b.prefix ? 1 : -1)) {
    const last = ranges.at(-1)
    if (last === undefined || count > left || last.prefixes.length === MOST_PREFIXES) {
      ranges.push({ prefixes: [prefix], from: null })
      left = most - count
    } else {
      last.prefixes.push(prefix)
      left -= count
    }
  }
  return ranges
}

/** A range that somebody is at, or several where the first took long. `isHere`: all of it has come, and is being written. */
export interface JoinPart { readonly range: JoinRange, isHere: boolean }

/** A model that is fetched from the beginning, in parts that several providers share. */
export class Join {
  /** Updates of it that the provider had who planned it. */
  readonly size: number
  /** The next one last. */
  readonly #open: JoinRange[]
  readonly #platform: Pick<Platform, 'schedule'>
  /** How many are at each, the oldest first. */
  readonly #active = new Map<JoinPart, number>()
  #waiting: (() => void)[] = []

  constructor (platform: Pick<Platform, 'schedule'>, ranges: readonly JoinRange[], size: number) {
    this.#platform = platform
    this.#open = [...ranges].reverse()
    this.size = size
  }

  get isActive (): boolean {
    return this.#active.size > 0
  }

  /**
   * The next part that nobody is at; while others are at the last ones it waits, since one may be given back, and then takes the one
   * that takes longest: who falls silent holds up nobody. Undefined: all is done.
   */
  async next (): Promise<JoinPart | undefined> {
    let isLate = false
    let cancel: (() => void) | undefined
    try {
      for (;;) {
        const range = this.#open.pop()
        if (range !== undefined) return this.#begin({ range, isHere: false })
        if (!this.isActive) return undefined
        const late = isLate ? [...this.#active.keys()].find(({ isHere }) => !isHere) : undefined
        if (late !== undefined) return this.#begin(late)
        await new Promise<void>(resolve => {
          this.#waiting.push(resolve)
          cancel ??= this.#platform.schedule(PATIENCE, () => {
            isLate = true
            this.#wake()
          })
        })
      }
    } finally {
      cancel?.()
    }
  }

  /** It is here, whoever else is still at it. */
  done (part: JoinPart): void {
    this.#active.delete(part)
    this.#wake()
  }

  /** Whoever is next goes on where this one stopped, unless another is at it or has done it. */
  giveBack (part: JoinPart, rest: JoinRange): void {
    const others = (this.#active.get(part) ?? 0) - 1
    if (others > 0) this.#active.set(part, others)
    else if (this.#active.delete(part)) this.#open.push(rest)
    this.#wake()
  }

  /** As the youngest of those that somebody is at. */
  #begin (part: JoinPart): JoinPart {
    const others = this.#active.get(part) ?? 0
    this.#active.delete(part)
    this.#active.set(part, others + 1)
    return part
  }

  #wake (): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

/** How a model is to be fetched: several may be planning it, the first who is ready decides. */
interface Planned {
  join: Join | undefined
  planners: number
  /** Resolves when there is a join, or nobody plans one any more. */
  readonly ready: Promise<void>
  readonly end: () => void
}

/** The joins of models. One that lost its last provider is left for another, or for the same when it comes back. */
export class Joins {
  readonly #platform: Pick<Platform, 'schedule'>
  readonly #byModel = new Map<string, Planned>()

  constructor (platform: Pick<Platform, 'schedule'>) {
    this.#platform = platform
  }

  /** The join of a model that somebody is at, if its plan is ready. */
  underWay (model: string): Join | undefined {
    const join = this.#byModel.get(model)?.join
    return join?.isActive === true ? join : undefined
  }

  /** Whether there is one that nobody is at. */
  isLeft (model: string): boolean {
    return this.#byModel.get(model)?.join?.isActive === false
  }

  /** The join of a model; the first who asks plans it, and another where that takes long. Undefined where there is no plan. */
  async of (model: string, plan: () => Promise<{ ranges: readonly JoinRange[], size: number } | undefined>): Promise<Join | undefined> {
    const others = this.#byModel.get(model)
    const planned = others ?? this.#begin(model)
    if (others !== undefined && await this.#isReady(others)) return others.join
    planned.planners++
    const own = await plan().catch(() => undefined)
    planned.planners--
    if (own !== undefined) planned.join ??= new Join(this.#platform, own.ranges, own.size)
    if (planned.join !== undefined || planned.planners === 0) planned.end()
    if (planned.join === undefined && planned.planners === 0 && this.#byModel.get(model) === planned) this.#byModel.delete(model)
    return planned.join
  }

  /** To be called by who gets no more parts of it: it is over once nobody is at any. */
  ended (model: string, join: Join): void {
    if (!join.isActive && this.#byModel.get(model)?.join === join) this.#byModel.delete(model)
  }

  #begin (model: string): Planned {
    let end = (): void => {}
    const ready = new Promise<void>(resolve => { end = resolve })
    const planned = { join: undefined, planners: 0, ready, end }
    this.#byModel.set(model, planned)
    return planned
  }

  /** False where that takes long. */
  async #isReady ({ ready }: Planned): Promise<boolean> {
    let cancel: (() => void) | undefined
    const late = new Promise<boolean>(resolve => { cancel = this.#platform.schedule(PATIENCE, () => { resolve(false) }) })
    try {
      return await Promise.race([ready.then(() => true), late])
    } finally {
      cancel?.()
    }
  }
}
