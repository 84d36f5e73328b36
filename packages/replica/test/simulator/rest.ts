import type { World } from './world.js'

/** More than the longest pause between two comparisons of peers, in ms. */
const ROUND = 40_000
const CALM = 3
const ROUNDS = 40

/**
 * The end of all trouble: everybody is up, nobody is kept apart, nothing gets lost. Then time passes until nothing is
 * written any more, within `ROUNDS` rounds.
 */
export async function comeToRest (world: World): Promise<void> {
  Object.assign(world.faults, { drop: 0, duplicate: 0, reorder: 0 })
  for (const node of world.nodes) {
    node.lightFuse(Infinity)
    if (!node.isUp) await node.start()
  }
  world.hub.heal()
  await world.reconnect()
  let calm = 0
  for (let round = 0; round < ROUNDS && world.problem === undefined; round++) {
    const before = world.commits
    await world.drain()
    await world.time.pass(ROUND, async () => { await world.drain() })
    await world.drain()
    calm = world.commits === before ? calm + 1 : 0
    if (calm >= CALM) return
  }
  world.fail('nodes come to rest', `they still write after ${ROUNDS} rounds of ${ROUND} ms without trouble`)
}
