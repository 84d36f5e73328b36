import type { ObjectId, Update } from '@dinemic/core'
import { NOTHING_COUNTED, plus, totalOf, weightOf } from '../../../src/counted.js'
import type { Counted } from '../../../src/counted.js'
import { decodeRow } from '../../../src/object-row.js'
import type { SimNode } from '../node.js'
import type { World } from '../world.js'

/**
 * What strangers take is kept count of update by update, across drops, removals and crashes. A count from the start may give less, as
 * keys came since, of objects (a crash may come before the new count) and of callers (what they had written counts on): so a node may
 * count too much, and never too little.
 */
export async function checkCounts (world: World): Promise<void> {
  for (const node of world.nodes) {
    let total = 0
    for await (const object of node.store.objects()) {
      const { counted } = decodeRow((await node.store.state(object))!)
      total += totalOf(counted)
      const least = await countAnew(world, node, object)
      if (counted.law < least.law || counted.content < least.content) world.fail('what strangers take is counted', `${object} on ${node.name} counts ${JSON.stringify(counted)}, and holds ${JSON.stringify(least)}`)
    }
    const { used } = node.replica!.quota
    if (used !== total) world.fail('what strangers take is counted', `${node.name} has counted ${used} in all, and its objects come to ${total}`)
  }
}

async function countAnew (world: World, node: SimNode, object: ObjectId): Promise<Counted> {
  let counted = NOTHING_COUNTED
  for (const { id } of await node.store.updates(object)) {
    const update = world.library.updates.get(id)!
    if (await isStrangers(world, node, update)) counted = plus(counted, update, weightOf(update.frame.length))
  }
  return counted
}

async function isStrangers ({ library }: World, { keys }: SimNode, update: Update): Promise<boolean> {
  if (await keys.has(update.author ?? update.object)) return false
  return !await keys.has(update.object) || (update.root !== null && library.grantAt(update.root)?.subject === null)
}
