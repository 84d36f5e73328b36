import { parseId } from '@dinemic/core'
import type { CryptoProvider, ObjectId, Platform, SetItem, Store, UpdateId, UpdatesPart } from '@dinemic/core'
import { EMPTY } from '../reconcile/fingerprint.js'
import { EXACT, ExactRanges, LIST, SaltedRanges, printOf, shortIdsOf } from '../reconcile/salted-ranges.js'
import type { Print, RangeAnswer, ShownRanges } from '../reconcile/salted-ranges.js'
import { setKeyOf, setKeyToItem } from '../reconcile/set-key.js'
import type { SetSums } from '../reconcile/set-sums.js'
import type { ObjectSums } from '../reconcile/object-sums.js'
import type { RangeSums } from '../reconcile/range-sums.js'
import { RANGES_PER_REQUEST } from '../reconcile/walk.js'
import type { Interest } from './interest.js'
import { SYNC_VERSION, encodeFrames, encodeGot, encodeObjects, encodePrints, encodeWelcome } from './messages.js'
import type { Audit, ModelPrint, Request, Welcome } from './messages.js'
import type { Newest } from './newest.js'
import { encodeRanges, rangeSize } from './range-messages.js'
import type { ObjectsPlace } from './range-messages.js'
import { inOrderOfTransfer, lawFirst } from './transfer-order.js'
import type { SentUpdate } from './transfer-order.js'

/** Frames of one answer stop here, in bytes; the asker asks again for the rest. */
export const ANSWER_BYTES = 256 * 1024
/** Answers about ranges stop here. */
const RANGES_BYTES = 60_000
/** Keys that one answer goes through and hashes, in the worst of cases: some ms. */
const KEYS_PER_ANSWER = 4 * EXACT
/** Ids or objects that one answer looks up at most; the asker asks again for the rest. */
const LOOKED_UP = 1000
/** Objects that are looked at together. */
const AT_ONCE = 32
/** How many ranges are looked at before other work gets its turn. */
const BREATH = 32

export interface ResponderParts {
  readonly store: Store
  readonly sums: Pick<SetSums, 'of'>
  readonly newest: Newest
  readonly provider: Pick<CryptoProvider, 'sha256'>
  readonly platform: Platform
  readonly objectSums: ObjectSums
  readonly interest: Interest
}

type Answered = Exclude<Request, { ask: 'propose' | 'compare' }>

/** Answers what peers ask of the store. Keeps nothing between requests, and does no more for one than its limits say. */
export class Responder {
  readonly #parts: ResponderParts

  constructor (parts: ResponderParts) {
    this.#parts = parts
  }

  /** This node's sets under a salt. */
  async prints (salt: Uint8Array): Promise<ModelPrint[]> {
    const { interest } = this.#parts
    return await Promise.all(interest.models.map(async model => ({ model, ...await (await this.shown(model, salt)).print(''), partial: interest.isPartial(model) })))
  }

  async audit ({ model, prefix }: Audit, salt: Uint8Array): Promise<Print | null> {
    return this.#isShared(model) ? await (await this.shown(model, salt, true)).print(prefix) : null
  }

  /** The set of a model, or of one object. */
  async shown (name: string, salt: Uint8Array, exact = false): Promise<ShownRanges> {
    const { provider } = this.#parts
    const set = await this.#set(name)
    return exact ? new ExactRanges(set, provider, salt) : new SaltedRanges(set, provider, salt)
  }

  /** How objects look; of as many as one answer goes through, one after another: the last of them may be large. */
  async printsOf (objects: readonly ObjectId[], salt: Uint8Array): Promise<Print[]> {
    const { objectSums, provider } = this.#parts
    const prints: Print[] = []
    let keys = 0
    for (const object of objects.slice(0, LOOKED_UP)) {
      const fingerprint = this.#isShared(object) ? await objectSums.fingerprint(object) : EMPTY
      prints.push(printOf(fingerprint, provider, salt))
      keys += fingerprint.count
      if (keys >= KEYS_PER_ANSWER) break
    }
    return prints
  }

  welcome (prints: Welcome['prints'], audit: Welcome['audit']): Uint8Array {
    return encodeWelcome({ version: SYNC_VERSION, time: this.#parts.platform.now(), prints, audit })
  }

  async answer (request: Answered): Promise<Uint8Array> {
    switch (request.ask) {
      case 'news': return encodeFrames([])
      case 'ranges': return await this.#ranges(request)
      case 'fetch': return await this.#fetch(request)
      case 'objects': return await this.#objects(request)
      case 'get': return await this.#get(request.ids)
      case 'object': return await this.#object(request.object)
      case 'prints': return encodePrints(await this.printsOf(request.objects, request.salt))
    }
  }

  async #ranges ({ model, salt, exact, prefixes }: Extract<Request, { ask: 'ranges' }>): Promise<Uint8Array> {
    if (!this.#isShared(model)) return encodeRanges(prefixes, prefixes.map(() => ({ ids: [] })))
    const shown = await this.shown(model, salt, exact)
    const answers: RangeAnswer[] = []
    let size = 0
    let keys = 0
    for (const prefix of prefixes.slice(0, RANGES_PER_REQUEST)) {
      const answer = await shown.answer(prefix)
      answers.push(answer)
      size += rangeSize(answer)
      if (exact || isObject(model)) keys += 'ids' in answer ? answer.ids.length : answer.parts.reduce((sum, { count }) => sum + count, 0)
      if (size >= RANGES_BYTES || keys >= KEYS_PER_ANSWER) break
      if (answers.length % BREATH === 0) await this.#breathe()
    }
    return encodeRanges(prefixes, answers)
  }

  async #fetch ({ model, salt, wanted }: Extract<Request, { ask: 'fetch' }>): Promise<Uint8Array> {
    const found: SentUpdate[] = []
    let size = 0
    let looked = 0
    let hashed = 0
    const set = await this.#set(model)
    for (const { prefix, shortIds } of this.#isShared(model) ? wanted.slice(0, 2 * LOOKED_UP) : []) {
      const keys = await set.keys(prefix, 2 * LIST) // some may have come since they were listed
      const here = shortIdsOf(keys, this.#parts.provider, salt)
      for (const id of shortIds) {
        if (size >= ANSWER_BYTES) return encodeGot(looked, inOrderOfTransfer(found).map(({ frame }) => frame))
        looked++
        const key = here.get(id)
        const update = key === undefined ? undefined : await this.#parts.store.update(setKeyToItem(key).id)
        if (update === undefined) continue
        found.push(update)
        size += update.frame.length
      }
      hashed += keys.length
      if (hashed >= KEYS_PER_ANSWER) break
    }
    return encodeGot(looked, inOrderOfTransfer(found).map(({ frame }) => frame))
  }

  /** Each object whose newest update lies under one of the prefixes, from the newest backwards. */
  async #objects ({ model, prefixes, from }: Extract<Request, { ask: 'objects' }>): Promise<Uint8Array> {
    const page = new Page()
    if (!this.#isShared(model)) return encodeObjects([], null)
    if (from !== null && from.skip > 0) {
      const update = await this.#parts.store.update(setKeyToItem(from.key).id)
      const next = update === undefined ? null : page.add(from.key, await this.#parts.store.updatesFrom(update.object, { place: from.skip, bytes: ANSWER_BYTES }))
      if (next !== null) return encodeObjects(page.frames, next)
    }
    let place = from?.key
    let looked = 0
    for (const prefix of leftOf(prefixes, place).slice(0, RANGES_PER_REQUEST)) {
      for (let isDone = false; !isDone;) {
        if (looked >= KEYS_PER_ANSWER && place !== undefined) return encodeObjects(page.frames, { key: place, skip: 0 })
        const items = await this.#itemsBefore(model, prefix, place)
        // One after another: side by side they came no sooner, and of large ones one is enough.
        for (const item of items) {
          const object = await this.#parts.newest.firstIf(item.object, setKeyOf(item), ANSWER_BYTES)
          // A large one begins an answer.
          if (object !== undefined && object.next !== null && place !== undefined && page.frames.length > 0) return encodeObjects(page.frames, { key: place, skip: 0 })
          place = setKeyOf(item)
          const next = object === undefined ? null : page.add(place, object)
          if (next !== null) return encodeObjects(page.frames, next)
        }
        looked += items.length
        isDone = items.length < AT_ONCE
      }
    }
    return encodeObjects(page.frames, null)
  }

  async #itemsBefore (model: string, prefix: string, key: string | undefined): Promise<SetItem[]> {
    const items: SetItem[] = []
    for await (const item of this.#parts.store.reconciled(model, { prefix, reverse: true, limit: AT_ONCE, ...(key?.startsWith(prefix) === true ? { from: setKeyToItem(key) } : {}) })) items.push(item)
    return items
  }

  async #object (object: ObjectId): Promise<Uint8Array> {
    if (!this.#isShared(object)) return encodeFrames([])
    return encodeFrames((await this.#parts.store.updatesFrom(object, { place: 0, bytes: ANSWER_BYTES })).updates.map(({ frame }) => frame))
  }

  async #get (ids: readonly UpdateId[]): Promise<Uint8Array> {
    const frames: Uint8Array[] = []
    let size = 0
    let looked = 0
    while (looked < Math.min(ids.length, LOOKED_UP) && size < ANSWER_BYTES) {
      const update = await this.#parts.store.update(ids[looked++]!)
      if (update === undefined) continue
      frames.push(update.frame)
      size += update.frame.length
    }
    return encodeGot(looked, frames)
  }

  async #set (name: string): Promise<RangeSums> {
    return isObject(name) ? await this.#parts.objectSums.of(name) : await this.#parts.sums.of(name)
  }

  #isShared (name: string): boolean {
    return this.#parts.interest.takesPart(isObject(name) ? parseId(name).model : name)
  }

  async #breathe (): Promise<void> {
    await new Promise<void>(resolve => { this.#parts.platform.schedule(0, resolve) })
  }
}

/** Else it is a model: no name of one has a colon. */
function isObject (name: string): boolean {
  return name.includes(':')
}

/** Prefixes that aren't done at a place, which lies under the first of them. */
function leftOf (prefixes: readonly string[], place: string | undefined): readonly string[] {
  const at = place === undefined ? 0 : prefixes.findIndex(prefix => place.startsWith(prefix))
  return at < 0 ? [] : prefixes.slice(at)
}

/** Frames for one answer, about as many as it may have. */
class Page {
  readonly frames: Uint8Array[] = []
  #size = 0

  /** Of an object: what says who may do what first. The place from which the next answer goes on, where this one is full; null: there is room. */
  add (key: string, { updates, next }: UpdatesPart): ObjectsPlace | null {
    for (const { frame } of lawFirst(updates)) {
      this.frames.push(frame)
      this.#size += frame.length
    }
    return next !== null ? { key, skip: next } : this.#size >= ANSWER_BYTES ? { key, skip: 0 } : null
  }
}
