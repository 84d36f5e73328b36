import { isModelName, parseId } from '@dinemic/core'
import type { ObjectId, ObjectScan } from '@dinemic/core'

/** What a node replicates: by default its own models, each whole. `'all'`: every model that its peers have. Of a model with `ids` these objects. */
export type Replicate = 'all' | { readonly [model: string]: true | { readonly ids: readonly ObjectId[] } }

/** Models that a keeper learns of at most: each is a topic, and a line in each comparison. */
const MOST_MODELS = 1000
/** Objects of a partial model that are compared together. */
const PAGE = 500

export interface InterestParts {
  readonly models: readonly string[]
  readonly replicate: Replicate | undefined
  readonly store: { objects (scan: ObjectScan): AsyncIterable<ObjectId> }
  /** Whether anything of an object is stored. */
  readonly isHere: (object: ObjectId) => Promise<boolean>
}

/** Whether nothing of a model is stored. */
type IsEmpty = (model: string) => boolean

/**
 * Which objects concern this node. Of a partial model: those that the options name, those that somebody opens, and those of which
 * anything is here, which are what was created or opened before.
 */
export class Interest {
  readonly #parts: InterestParts
  readonly #whole = new Set<string>()
  /** Each with what `choices` was when it was chosen. */
  readonly #chosenByModel = new Map<string, Map<ObjectId, number>>()
  readonly #isKeeper: boolean
  /** Of what a keeper has learned of, from whom, in order; and how many from each. */
  readonly #namedBy = new Map<string, string>()
  readonly #shares = new Map<string, number>()
  /** Grows with each choice, and each object that becomes this node's own: what was compared before it says nothing about it. */
  choices = 0
  /** What `choices` was when an object last became this node's own. */
  #owned = 0

  constructor (parts: InterestParts) {
    const { models, replicate } = parts
    this.#parts = parts
    this.#isKeeper = replicate === 'all'
    for (const model of models) {
      const wish = typeof replicate === 'object' && Object.hasOwn(replicate, model) ? replicate[model] ?? true : true
      if (wish === true) this.#whole.add(model)
      else this.#chosenByModel.set(model, new Map(wish.ids.map(id => [id, 0])))
    }
  }

  get models (): string[] {
    return [...this.#whole, ...this.#chosenByModel.keys()]
  }

  /** Whether this node takes part in a model, be it in some objects only. */
  takesPart (model: string): boolean {
    return this.#whole.has(model) || this.#chosenByModel.has(model)
  }

  isPartial (model: string): boolean {
    return this.#chosenByModel.has(model)
  }

  async concerns (object: ObjectId): Promise<boolean> {
    const { model } = parseId(object)
    const chosen = this.#chosenByModel.get(model)
    if (chosen === undefined) return this.#whole.has(model)
    return chosen.has(object) || await this.#parts.isHere(object)
  }

  /** From now on an object of a partial model concerns this node; false if it did already. */
  choose (object: ObjectId): boolean {
    const chosen = this.#chosenByModel.get(parseId(object).model)
    if (chosen === undefined || chosen.has(object)) return false
    chosen.set(object, ++this.choices)
    return true
  }

  /** An object has become this node's own: it concerns this node, whose rules keep nothing of it out from now on. False if it did already. */
  own (object: ObjectId): boolean {
    const isNew = this.choose(object)
    this.#owned = ++this.choices
    this.#chosenByModel.get(parseId(object).model)?.set(object, this.#owned)
    return isNew
  }

  /** Changes where what was refused of a set, a model's or an object's, may be wanted now: then it is to be asked for again. */
  eraOf (set: string): number {
    return (isModelName(set) ? undefined : this.#chosenByModel.get(parseId(set).model)?.get(set)) ?? this.#owned
  }

  /** Whether a set, a model's or an object's, is still to be fetched. */
  async wants (set: string): Promise<boolean> {
    return isModelName(set) ? this.takesPart(set) : await this.concerns(set)
  }

  /** It was chosen and never came. */
  giveUp (object: ObjectId): void {
    this.#chosenByModel.get(parseId(object).model)?.delete(object)
  }

  /** Of a partial model everything that concerns this node, some at a time. */
  async * objectsOf (model: string): AsyncGenerator<ObjectId[]> {
    const chosen = this.#chosenByModel.get(model) ?? new Map<ObjectId, number>()
    const page = [...chosen.keys()]
    for await (const object of this.#parts.store.objects({ model })) {
      if (chosen.has(object)) continue
      page.push(object)
      if (page.length >= PAGE) yield page.splice(0, PAGE)
    }
    while (page.length > 0) yield page.splice(0, PAGE)
  }

  /**
   * Of what a peer has, the models that are new to a keeper, and those that make room for them: where there is none, whoever has
   * named most loses the oldest of which nothing came. So one peer may fill the room, and keeps nobody else's models out.
   */
  learn (models: readonly string[], from: string, isEmpty: IsEmpty): { learned: string[], gone: string[] } {
    const gone: string[] = []
    const learned = !this.#isKeeper ? [] : models.filter(model => {
      if (!isModelName(model) || this.#whole.has(model)) return false
      if (this.#whole.size >= MOST_MODELS) {
        const old = this.#oldestOfLargest(from, isEmpty)
        if (old === undefined) return false
        this.#forget(old)
        gone.push(old)
      }
      this.#whole.add(model)
      this.#namedBy.set(model, from)
      this.#share(from, 1)
      return true
    })
    return { learned, gone }
  }

  /** Makes room for other models where there is none: gives those that it has learned of and of which nothing came. */
  unlearn (isEmpty: IsEmpty): string[] {
    if (this.#whole.size < MOST_MODELS) return []
    const empty = [...this.#namedBy.keys()].filter(isEmpty)
    for (const model of empty) this.#forget(model)
    return empty
  }

  /** Undefined where who has named most is this peer, or has hardly named more. */
  #oldestOfLargest (from: string, isEmpty: IsEmpty): string | undefined {
    const [largest, count] = [...this.#shares].reduce((a, b) => b[1] > a[1] ? b : a, ['', 0])
    if (largest === from || count <= (this.#shares.get(from) ?? 0) + 1) return undefined
    for (const [model, peer] of this.#namedBy) if (peer === largest && isEmpty(model)) return model
    return undefined
  }

  #forget (model: string): void {
    this.#share(this.#namedBy.get(model)!, -1)
    this.#namedBy.delete(model)
    this.#whole.delete(model)
  }

  #share (peer: string, change: 1 | -1): void {
    const count = (this.#shares.get(peer) ?? 0) + change
    if (count === 0) this.#shares.delete(peer)
    else this.#shares.set(peer, count)
  }
}
