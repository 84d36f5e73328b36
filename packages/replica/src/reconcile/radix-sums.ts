import { BoundedCache, finish } from '@dinemic/core'
import type { SetKey, Steps } from '@dinemic/core'
import type { Breath } from '../breath.js'
import { groupBy } from '../group-by.js'
import { EMPTY, corrected, fingerprintOf, united, withKey } from './fingerprint.js'
import type { Fingerprint } from './fingerprint.js'
import { EMPTY_NODE } from './radix-node.js'
import type { RadixNode } from './radix-node.js'
import type { Part, RangeSums } from './range-sums.js'
import { partsOfKeys } from './set-key.js'

/** A part of no more keys than this has no sums of its parts: they are counted from the keys when somebody asks. */
export const LEAF = 64
/** Nodes kept in memory: about 2 kB each. */
const NODES = 2000

/** Keys that are added up in one step. */
const ADDED = 16
const AT_ONCE: Pick<Breath, 'through'> = { through: async steps => finish(steps) }

export interface SetChange { readonly key: SetKey, readonly sign: 1 | -1 }

/** Where the keys are, and the nodes that no memory holds. */
export interface RadixRows {
  node (prefix: string): Promise<RadixNode | undefined>
  keys (prefix: string, limit: number): Promise<SetKey[]>
}

/**
 * A set's fingerprints in a tree whose levels are the hex digits of the keys. A node exists for the whole set and for each part of more than
 * `LEAF` keys; so the tree is a function of the set, and a change touches one node on each level. Changed nodes stay in memory
 * until they are taken to be stored.
 */
export class RadixSums implements RangeSums {
  readonly #rows: RadixRows
  readonly #stored = new BoundedCache<string, RadixNode>(NODES)
  /** Undefined: the part has shrunk, its row goes. */
  #changed = new Map<string, RadixNode | undefined>()
  /** Those that are being stored: their rows still say what was before. */
  #storing: ReadonlyMap<string, RadixNode | undefined> = new Map()
  /** How often rows have been replaced: a row that was read across that may be an old one. */
  #replaced = 0

  constructor (rows: RadixRows) {
    this.#rows = rows
  }

  /**
   * Follows changes of the set: all that came since the last call, and nothing that is not in the rows yet, because parts
   * that grow beyond a leaf are counted from their keys. All of them are added up on each level: `breath` lets others have
   * their turn.
   */
  async apply (changes: readonly SetChange[], breath: Pick<Breath, 'through'> = AT_ONCE): Promise<void> {
    const made = new Map<string, RadixNode | undefined>()
    await this.#applyTo('', changes, { made, breath })
    for (const [prefix, node] of made) this.#changed.set(prefix, node)
  }

  /** Makes the sums of a part those of its keys, all of which are given. False: they were. */
  async correct (prefix: string, keys: readonly SetKey[]): Promise<boolean> {
    const [was, is] = [await this.fingerprint(prefix), fingerprintOf(keys)]
    if (was.count === is.count && was.sum === is.sum) return false
    const made = new Map<string, RadixNode | undefined>()
    if (was.count > LEAF) await this.#shrink(prefix, made)
    if (is.count > LEAF || prefix === '') this.#plant(prefix, keys, made)
    for (let at = 0; at < prefix.length; at++) {
      const above = [...await this.#node(prefix.slice(0, at))]
      const digit = digitOf(prefix, at)
      above[digit] = corrected(above[digit]!, was, is)
      made.set(prefix.slice(0, at), above)
    }
    for (const [part, node] of made) this.#changed.set(part, node)
    return true
  }

  /** Nodes that aren't stored as they are now; whoever takes them stores them and says so, or gives them back. */
  takeChanged (): ReadonlyMap<string, RadixNode | undefined> {
    this.#storing = this.#changed
    this.#changed = new Map()
    return this.#storing
  }

  /** What was taken is stored. */
  stored (): void {
    for (const [prefix, node] of this.#storing) this.#stored.set(prefix, node ?? EMPTY_NODE)
    this.#storing = new Map()
    this.#replaced++
  }

  /** What was taken could not be stored. */
  giveBack (): void {
    this.#changed = new Map([...this.#storing, ...this.#changed])
    this.#storing = new Map()
  }

  async fingerprint (prefix: string): Promise<Fingerprint> {
    let found = EMPTY
    for (let at = 0; ; at++) {
      const node = await this.#node(prefix.slice(0, at))
      if (at === prefix.length) return united(node)
      found = node[digitOf(prefix, at)]!
      if (found.count === 0 || at + 1 === prefix.length) return found
      if (found.count <= LEAF) return fingerprintOf(await this.#rows.keys(prefix, LEAF))
    }
  }

  async parts (prefix: string): Promise<Part[]> {
    const { count } = await this.fingerprint(prefix)
    if (prefix !== '' && count <= LEAF) return [...partsOfKeys(await this.#rows.keys(prefix, LEAF))].map(([part, keys]) => ({ prefix: part, fingerprint: fingerprintOf(keys) }))
    const node = await this.#node(prefix)
    const parts = node.flatMap((fingerprint, digit) => fingerprint.count === 0 ? [] : [{ prefix: prefix + digit.toString(16), fingerprint }])
    return parts.length === 1 && parts[0]!.fingerprint.count > 1 ? await this.parts(parts[0]!.prefix) : parts
  }

  async keys (prefix: string, limit: number): Promise<SetKey[]> {
    return await this.#rows.keys(prefix, limit)
  }

  async #node (prefix: string): Promise<RadixNode> {
    for (const nodes of [this.#changed, this.#storing]) if (nodes.has(prefix)) return nodes.get(prefix) ?? EMPTY_NODE
    const known = this.#stored.get(prefix)
    if (known !== undefined) return known
    const replaced = this.#replaced
    const node = await this.#rows.node(prefix) ?? EMPTY_NODE
    if (this.#replaced !== replaced) return await this.#node(prefix)
    this.#stored.set(prefix, node)
    return node
  }

  async #applyTo (prefix: string, changes: readonly SetChange[], how: { readonly made: Map<string, RadixNode | undefined>, readonly breath: Pick<Breath, 'through'> }): Promise<void> {
    const { made, breath } = how
    const node = [...await this.#node(prefix)]
    for (const [digit, part] of groupBy(changes, ({ key }) => digitOf(key, prefix.length))) {
      const before = node[digit]!
      const after = await breath.through(withChanges(before, part))
      node[digit] = after
      const child = prefix + digit.toString(16)
      if (after.count > LEAF) await (before.count > LEAF ? this.#applyTo(child, part, how) : this.#grow(child, after.count, made))
      else if (before.count > LEAF) await this.#shrink(child, made)
    }
    made.set(prefix, node)
  }

  async #grow (prefix: string, count: number, made: Map<string, RadixNode | undefined>): Promise<void> {
    this.#plant(prefix, await this.#rows.keys(prefix, count), made)
  }

  #plant (prefix: string, keys: readonly SetKey[], made: Map<string, RadixNode | undefined>): void {
    const node = [...EMPTY_NODE]
    for (const [digit, part] of groupBy(keys, key => digitOf(key, prefix.length))) {
      node[digit] = fingerprintOf(part)
      if (part.length > LEAF) this.#plant(prefix + digit.toString(16), part, made)
    }
    made.set(prefix, node)
  }

  async #shrink (prefix: string, made: Map<string, RadixNode | undefined>): Promise<void> {
    const node = await this.#node(prefix)
    for (const [digit, { count }] of node.entries()) if (count > LEAF) await this.#shrink(prefix + digit.toString(16), made)
    made.set(prefix, undefined)
  }
}

function digitOf (key: string, at: number): number {
  return Number.parseInt(key[at]!, 16)
}

function * withChanges (before: Fingerprint, changes: readonly SetChange[]): Steps<Fingerprint> {
  let after = before
  for (const [i, { key, sign }] of changes.entries()) {
    after = withKey(after, key, sign)
    if (i % ADDED === ADDED - 1) yield
  }
  return after
}
