import type { Scene } from './actors.js'

const MINUTE = 60_000
const YEAR = 365 * 24 * 60 * MINUTE

/** A process dies, now or in the middle of a write, with or without the machine's power. */
export async function crash ({ world, random }: Scene): Promise<string> {
  const node = random.pick(world.up)
  if (node === undefined) return 'nobody to crash'
  if (random.chance(0.5)) {
    const writes = random.below(6)
    node.lightFuse(writes)
    return `${node.name} will die in ${writes} writes`
  }
  const unsynced = random.chance(0.5) ? 'lost' : 'kept'
  node.crash(unsynced)
  return `${node.name} crashes, unsynced ${unsynced}`
}

export async function restart ({ world, random }: Scene): Promise<string> {
  const node = random.pick(world.nodes.filter(({ isUp }) => !isUp))
  if (node === undefined) return 'nobody to restart'
  await node.start()
  await world.reconnect()
  return `${node.name} restarts`
}

/** Some nodes and the rest lose sight of each other. */
export async function part ({ world, random }: Scene): Promise<string> {
  const side = random.shuffled(world.nodes).slice(0, random.between(1, Math.max(1, world.nodes.length - 1)))
  for (const a of side) {
    for (const b of world.nodes) if (!side.includes(b)) world.hub.cut(a.name, b.name)
  }
  return `${side.map(({ name }) => name).join(' ')} apart from the others`
}

export async function heal ({ world }: Scene): Promise<string> {
  world.hub.heal()
  await world.reconnect()
  return 'all meet again'
}

/** From a few ms to years, in both directions; some clocks are set right again. */
export async function jump ({ world, random }: Scene): Promise<string> {
  const node = random.pick(world.nodes)!
  const size = random.weighted([[2, 0], [3, MINUTE], [3, 20 * MINUTE], [1, 10 * YEAR]])
  node.platform.skew = Math.floor((random.next() * 2 - 1) * size)
  return `${node.name} is ${node.platform.skew} ms ahead`
}

export async function wait ({ world, random }: Scene): Promise<string> {
  const ms = random.pick([10, 100, 1000, 5000, 20_000, 60_000])!
  await world.time.pass(ms, async () => { await world.deliver(4) })
  return `${ms} ms pass`
}

/** How bad the network is changes. */
export async function weather ({ world, random }: Scene): Promise<string> {
  const bad = random.chance(0.6)
  Object.assign(world.faults, bad ? { drop: random.next() * 0.3, duplicate: random.next() * 0.3, reorder: random.next() } : { drop: 0, duplicate: 0, reorder: 0 })
  return bad ? 'the network is bad' : 'the network is good'
}
