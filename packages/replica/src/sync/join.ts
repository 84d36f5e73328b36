import type { Platform } from '@dinemic/core'
import type { ObjectsPlace } from './range-messages.js'

/** How long a provider that has nothing left to do waits for the others, in ms. */
const PATIENCE = 20_000

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

/** A model that is fetched from the beginning, in parts that several providers share. */
export class Join {
  /** The next one last. */
  readonly #open: JoinRange[]
  readonly #platform: Pick<Platform, 'schedule'>
  #active = 0
  #waiting: (() => void)[] = []

  constructor (platform: Pick<Platform, 'schedule'>, ranges: readonly JoinRange[]) {
    this.#platform = platform
    this.#open = [...ranges].reverse()
  }

  get isActive (): boolean {
    return this.#active > 0
  }

  /**
   * The next part that nobody is at; while others are at the last ones it waits, since one may be given back. Undefined: all is
   * done, or others take so long that what they are at is better looked for elsewhere.
   */
  async next (): Promise<JoinRange | undefined> {
    let isLate = false
    let cancel: (() => void) | undefined
    try {
      for (;;) {
        const range = this.#open.pop()
        if (range !== undefined) {
          this.#active++
          return range
        }
        if (this.#active === 0 || isLate) return undefined
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

  done (): void {
    this.#active--
    this.#wake()
  }

  /** Whoever is next goes on where this one stopped. */
  giveBack (range: JoinRange): void {
    this.#open.push(range)
    this.done()
  }

  #wake (): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

/** The joins of models. One that lost its last provider is left for another, or for the same when it comes back. */
export class Joins {
  readonly #platform: Pick<Platform, 'schedule'>
  readonly #byModel = new Map<string, { readonly planned: Promise<Join | undefined>, join: Join | undefined }>()

  constructor (platform: Pick<Platform, 'schedule'>) {
    this.#platform = platform
  }

  /** Whether somebody plans it or is at work. */
  isUnderWay (model: string): boolean {
    const known = this.#byModel.get(model)
    return known !== undefined && (known.join === undefined || known.join.isActive)
  }

  /** Whether there is one that nobody is at. */
  isLeft (model: string): boolean {
    return this.#byModel.has(model) && !this.isUnderWay(model)
  }

  /** The join of a model; the first who asks plans it. Undefined where there is no plan. */
  async of (model: string, plan: () => Promise<readonly JoinRange[] | undefined>): Promise<Join | undefined> {
    const known = this.#byModel.get(model)
    if (known !== undefined) return await known.planned
    const entry = { planned: plan().then(ranges => ranges && new Join(this.#platform, ranges), () => undefined), join: undefined as Join | undefined }
    this.#byModel.set(model, entry)
    entry.join = await entry.planned
    if (entry.join === undefined) this.#byModel.delete(model)
    return entry.join
  }

  /** To be called by who gets no more parts of it: it is over once nobody is at any. */
  ended (model: string, join: Join): void {
    if (!join.isActive && this.#byModel.get(model)?.join === join) this.#byModel.delete(model)
  }
}
