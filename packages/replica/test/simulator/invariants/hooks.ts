import { bytesToHex, utf8 } from '@dinemic/core'
import type { ObjectChange } from '../../../src/engine.js'
import { encodeChange } from '../../../src/hooks/change-row.js'
import type { SimNode } from '../node.js'
import type { World } from '../world.js'

/** R19: no after-hook fires twice for one transition in one life of a process. And the nodes' own opinions of what comes. */
export class Hooks {
  readonly #world: World
  readonly #fired = new Map<SimNode, Set<string>>()

  constructor (world: World) {
    this.#world = world
  }

  /** Each node refuses some updates, always the same ones; and accepts half of what is proposed. */
  async before (node: SimNode, { update, accept }: ObjectChange): Promise<void> {
    const mood = this.#world.provider.sha256(utf8(`${node.name} ${update.id}`))[0]!
    if (accept !== undefined) {
      if (mood % 2 === 0) await accept()
    } else if (mood % 40 === 0) throw new RangeError(`${node.name} doesn't like it`)
  }

  after (node: SimNode, change: ObjectChange): void {
    const transition = keyOf(change)
    const fired = this.#fired.get(node) ?? new Set()
    this.#fired.set(node, fired)
    if (fired.has(transition)) this.#world.fail('an after-hook fires once', `${node.name} fired again: ${transition}`)
    fired.add(transition)
    this.#world.trace.note(`${node.name} hook ${transition}`)
  }

  died (node: SimNode): void {
    this.#fired.delete(node)
  }
}

/** What became what, and by which update: a merge may bring several transitions of one update, each with its own values. */
function keyOf (change: ObjectChange): string {
  const { object, update, cause, created, removed, fields } = change
  const names = fields.map(({ type, field, slot, key }) => `${type} ${field} ${slot} ${key ?? ''}`)
  return [cause, object, update.id, created, removed, ...names, bytesToHex(encodeChange(change))].join(' ')
}
