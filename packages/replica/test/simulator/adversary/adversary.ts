import { bytesToHex, clockMillis, clockOf, isModelName, parseId, sealValue, signUpdate } from '@dinemic/core'
import type { Network, Place, Update, UpdateId } from '@dinemic/core'
import { SeededRandom } from '@dinemic/core/testing'
import { shortIdsOf } from '../../../src/reconcile/salted-ranges.js'
import { setKeyOf } from '../../../src/reconcile/set-key.js'
import { decodeRequest, encodeFrames, encodeGot, encodeObjects, encodeRequest, encodeWelcome } from '../../../src/sync/messages.js'
import { encodeRanges } from '../../../src/sync/range-messages.js'
import { MODELS } from '../node.js'
import { newPerson } from '../people.js'
import type { SimNode } from '../node.js'
import type { Person } from '../people.js'
import type { World } from '../world.js'
import { breakSchema, flood, fromTheFuture, malleate, placeBadly, ruleBadly, transplant } from './attacks-on-bytes.js'
import { backDate, fork, futureDate, hideCloses, hideEarlier, launder, linkBadly, replay, supersedeAll, withhold, writeOn } from './attacks-on-chains.js'
import type { Attack } from './attacks-on-chains.js'

const ATTACKS: Readonly<Record<string, Attack>> = {
  backDate, breakSchema, flood, fork, fromTheFuture, futureDate, hideCloses, hideEarlier, launder, linkBadly, malleate, placeBadly, replay, ruleBadly, supersedeAll, transplant, withhold, writeOn
}
const GRANT_HIDING = 0.2

/** A peer of its own that speaks the protocol and lies: in what it publishes, and in what it answers. */
export class Adversary {
  readonly #world: World
  readonly #people: readonly Person[]
  readonly #own: readonly Person[]
  readonly #random: SeededRandom
  readonly #withheld: Uint8Array[] = []
  readonly #network: Network

  constructor (world: World, people: readonly Person[], seed: number) {
    this.#world = world
    this.#people = people
    this.#random = new SeededRandom(seed, 'adversary')
    this.#own = [newPerson(world, this.#random, undefined), newPerson(world, this.#random, undefined)]
    this.#network = world.hub.create('adversary')
  }

  async start (): Promise<void> {
    this.#network.handle({
      message: async () => 'ignore',
      request: async (_from, data) => this.#answer(data),
      connected: () => {},
      disconnected: () => {}
    })
    for (const model of MODELS) this.#network.subscribe(model)
    await this.#network.start()
  }

  /** One attack, on those it can reach. */
  async act (random: SeededRandom): Promise<string> {
    const victims = random.shuffled(this.#world.up).slice(0, random.between(1, 3))
    for (const victim of victims) await this.#network.connect(`memory:${victim.name}`).catch(() => { /* kept apart */ })
    if (random.chance(0.08)) return this.#propose(random, victims)
    const [name, attack] = random.chance(0.1) ? ['release', () => this.#withheld.splice(0)] as const : random.pick(Object.entries(ATTACKS))!
    const frames = attack({
      world: this.#world, random, people: this.#people, own: this.#own,
      withhold: kept => { this.#withheld.push(...kept) }
    })
    for (const frame of frames) this.#world.foreign.add(this.#world.idOf(frame))
    for (let at = 0; at < frames.length; at += 2) {
      const batch = frames.slice(at, at + 2)
      await this.#network.publish(this.#topicOf(batch[0]!, random), encodeFrames(batch))
    }
    return `${name}: ${frames.length} frames to ${victims.map(victim => victim.name).join(' ')}`
  }

  /** A value under any epoch that there ever was, and not always for the place where it is put. */
  #propose (random: SeededRandom, victims: readonly SimNode[]): string {
    const { library, provider, binding } = this.#world
    const author = random.pick(this.#people)!
    const object = random.pick(library.objects.filter(id => id !== author.id))
    const epochs = object === undefined ? [] : library.of(object).flatMap(({ body }) => 'epoch' in body && body.epoch !== null ? [body.epoch.id] : [])
    const epoch = random.pick(epochs)
    if (object === undefined || epoch === undefined) return 'nothing to propose'
    const place: Place = { object, field: random.chance(0.9) ? 'salary' : 'diary', slot: 'register' }
    const value = sealValue(provider, { epoch, place, value: 'proposed by an adversary', random: length => random.bytes(length) })
    const { frame } = signUpdate(binding, author.seed, {
      object, author: author.id, root: null, seq: 0, prev: null, clock: clockOf(victims[0]?.platform.now() ?? 0), supersedes: [],
      body: { kind: 'change', operations: [{ op: 'set', field: 'salary', value }], via: null }
    })
    for (const { name } of victims) void this.#network.request(name, encodeRequest({ ask: 'propose', frame })).catch(() => { /* refused, or lost */ })
    return `proposes for ${object}`
  }

  #topicOf (frame: Uint8Array, random: SeededRandom): string {
    try {
      const { model } = parseId(this.#world.decode(frame).object)
      return isModelName(model) ? model : MODELS[0]
    } catch {
      return random.pick(MODELS)!
    }
  }

  /** Nothing that ends a grant, sometimes nothing of use, sometimes what nobody else has. */
  #answer (data: Uint8Array): Uint8Array {
    const random = this.#random
    if (random.chance(0.1)) return random.bytes(random.below(100))
    const request = decodeRequest(data)
    switch (request.ask) {
      case 'compare': return encodeWelcome({ version: 1, time: random.below(2 ** 47), prints: MODELS.map(model => ({ model, ...this.#somePrint() })), audit: random.chance(0.5) ? this.#somePrint() : null })
      case 'ranges': return encodeRanges(request.prefixes, request.prefixes.map(prefix => ({ ids: this.#shortIds(prefix, request.salt) })))
      case 'fetch': return encodeGot(Math.max(1, request.wanted.length), this.#shown().map(({ frame }) => frame))
      case 'objects': return encodeObjects(this.#shown().map(({ frame }) => frame), random.chance(0.3) ? { key: (request.prefixes[0] ?? '').padEnd(76, '0'), skip: random.below(3) } : null)
      case 'get': return encodeGot(request.ids.length, this.#framesOf(request.ids))
      case 'object': return encodeFrames(this.#shown().filter(({ object }) => object === request.object).map(({ frame }) => frame))
      default: return encodeFrames([])
    }
  }

  #somePrint (): { count: number, print: string } {
    return { count: this.#random.below(100), print: bytesToHex(this.#random.bytes(8)) }
  }

  /** Of what it shows, some of it under a prefix where it isn't, and of what there isn't. */
  #shortIds (prefix: string, salt: Uint8Array): string[] {
    const keys = this.#shown().map(({ id, clock }) => setKeyOf({ id, millis: clockMillis(clock) })).filter(key => key.startsWith(prefix) || this.#random.chance(0.1))
    const ids = [...shortIdsOf(keys, this.#world.provider, salt).keys()]
    return this.#random.chance(0.2) ? [...ids, bytesToHex(this.#random.bytes(8))] : ids
  }

  #shown (): Update[] {
    return [...this.#world.library.updates.values()].filter(({ kind }) => kind !== 'close' && !(kind === 'grant' && this.#random.chance(GRANT_HIDING))).slice(-50)
  }

  #framesOf (ids: readonly UpdateId[]): Uint8Array[] {
    const { library } = this.#world
    const asked = ids.flatMap(id => library.updates.get(id) ?? []).filter(({ kind }) => kind !== 'close')
    return (this.#random.chance(0.3) ? this.#withheld : []).concat(asked.map(({ frame }) => frame))
  }
}
