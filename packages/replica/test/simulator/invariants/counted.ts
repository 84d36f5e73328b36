import type { ObjectId, Update } from '@dinemic/core'
import { NOTHING_COUNTED, plus, totalOf, weightOf } from '../../../src/counted.js'
import type { Counted } from '../../../src/counted.js'
import { decodeRow } from '../../../src/object-row.js'
import type { ObjectRow } from '../../../src/object-row.js'
import type { SimNode } from '../node.js'
import type { World } from '../world.js'

/** What strangers take is kept count of update by update, across drops, removals and crashes: it must be what a count from the start gives. */
export async function checkCounts (world: World): Promise<void> {
  for (const node of world.nodes) {
    let total = 0
    for await (const object of node.store.objects()) {
      const row = decodeRow((await node.store.state(object))!)
      total += totalOf(row.counted)
      const expected = await countAnew(world, node, object)
      if (!agrees(row, expected, await node.keys.has(object))) world.fail('what strangers take is counted', `${object} on ${node.name} counts ${JSON.stringify(row.counted)} instead of ${JSON.stringify(expected)}`)
    }
    const { used } = node.replica!.quota
    if (used !== total) world.fail('what strangers take is counted', `${node.name} has counted ${used} in all, and its objects come to ${total}`)
  }
}

/**
 * Proofs count too, but for those of the owner's side. What is owned here may still count as a stranger's, if a crash came
 * between its key and the new count: too much, never too little.
 */
function agrees ({ counted, forks }: ObjectRow, expected: Counted, owned: boolean): boolean {
  const proofs = forks.reduce((sum, { size }) => sum + size, 0)
  if (owned) return counted.law >= expected.law && counted.content >= expected.content
  return counted.law === expected.law && counted.content >= expected.content && counted.content <= expected.content + proofs
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
