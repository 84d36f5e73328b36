import { parseId } from '@dinemic/core'
import type { ObjectId, Platform, Store } from '@dinemic/core'
import type { Greeting, ListItem, Request } from './messages.js'
import { SYNC_VERSION, encodeFrames, encodeGot, encodeGreeting, encodeList } from './messages.js'
import type { ModelSums } from './model-sums.js'

/** Items of one list answer: 38 bytes each. */
const LIST_ITEMS = 20_000
/** Frames of one answer stop here, in bytes; the asker asks again for the rest. */
const ANSWER_BYTES = 1024 * 1024

export interface ResponderParts {
  readonly store: Store
  readonly sums: ModelSums
  readonly platform: Platform
  readonly models: () => readonly string[]
  readonly takesPart: (model: string) => boolean
}

/** Answers what peers ask of the store. Keeps nothing between requests. */
export class Responder {
  readonly #parts: ResponderParts

  constructor (parts: ResponderParts) {
    this.#parts = parts
  }

  async greeting (): Promise<Greeting> {
    const { models, sums, platform } = this.#parts
    return { version: SYNC_VERSION, time: platform.now(), sums: await Promise.all(models().map(async model => await sums.sum(model))) }
  }

  async answer (request: Exclude<Request, { ask: 'propose' }>): Promise<Uint8Array> {
    switch (request.ask) {
      case 'compare': case 'news': return encodeGreeting(await this.greeting())
      case 'list': return await this.#list(request.model, request.from)
      case 'get': return await this.#get(request.ids)
      case 'object': return await this.#object(request.object)
    }
  }

  async #list (model: string, from: ListItem | null): Promise<Uint8Array> {
    const items: ListItem[] = []
    if (this.#parts.takesPart(model)) {
      for await (const item of this.#parts.store.reconciled(model, from === null ? { limit: LIST_ITEMS } : { from, limit: LIST_ITEMS })) items.push(item)
    }
    return encodeList(items, items.length === LIST_ITEMS)
  }

  async #object (object: ObjectId): Promise<Uint8Array> {
    if (!this.#parts.takesPart(parseId(object).model)) return encodeFrames([])
    return encodeFrames(bounded((await this.#parts.store.updates(object)).map(({ frame }) => frame)))
  }

  async #get (ids: readonly string[]): Promise<Uint8Array> {
    const frames: Uint8Array[] = []
    let size = 0
    let looked = 0
    while (looked < ids.length && size < ANSWER_BYTES) {
      const update = await this.#parts.store.update(ids[looked++]!)
      if (update === undefined) continue
      frames.push(update.frame)
      size += update.frame.length
    }
    return encodeGot(looked, frames)
  }
}

function bounded (frames: readonly Uint8Array[]): Uint8Array[] {
  let size = 0
  return frames.filter(frame => (size += frame.length) <= ANSWER_BYTES + frame.length)
}
