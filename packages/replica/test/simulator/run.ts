import type { CryptoProvider } from '@dinemic/core'
import { nativeProvider } from '@dinemic/core/native'
import { SeededRandom, sharedProvider } from '@dinemic/core/testing'
import { Adversary } from './adversary/adversary.js'
import { checkAtRest } from './invariants/at-rest.js'
import { Hooks } from './invariants/hooks.js'
import { Quotas } from './invariants/quotas.js'
import { Reports } from './invariants/reports.js'
import { Secrets } from './invariants/secrets.js'
import { States } from './invariants/states.js'
import { newPerson } from './people.js'
import { comeToRest } from './rest.js'
import type { Scene } from './workload/actors.js'
import { someAction } from './workload/actions.js'
import { World } from './world.js'

export interface RunOptions {
  readonly seed: number
  readonly nodes: number
  readonly steps: number
  /** The steps to take, of all; the others are left out. */
  readonly only?: readonly number[]
  readonly keepTrace?: boolean
  /** Stands between the nodes and cryptography: for planted bugs. */
  readonly provider?: (provider: CryptoProvider) => CryptoProvider
}

export interface Outcome {
  readonly seed: number
  /** The first rule that was broken. */
  readonly problem: string | undefined
  /** The last step that was taken. */
  readonly step: number
  readonly hash: string
  readonly trace: readonly string[]
}

const PEOPLE_OF_ADVERSARY = 2

/** One simulation from beginning to end. The same options give the same outcome, trace included. */
export async function run (options: RunOptions): Promise<Outcome> {
  const { seed, nodes, keepTrace = false, provider = same => same } = options
  const world = new World({ seed, nodes, provider: sharedProvider(provider(nativeProvider)), keepTrace })
  const quotas = new Quotas(world)
  try {
    const step = await simulate(world, quotas, options)
    return { seed, problem: world.problem, step, hash: world.trace.hash, trace: world.trace.lines }
  } finally {
    quotas.stop()
  }
}

/** The last step that was taken. */
async function simulate (world: World, quotas: Quotas, { seed, nodes, steps, only }: RunOptions): Promise<number> {
  const secrets = new Secrets(world)
  const states = new States(world, nativeProvider)
  world.watch(secrets)
  world.watch(states)
  world.watch(new Hooks(world))
  world.watch(new Reports(world))

  const random = new SeededRandom(seed, 'people')
  const people = [...world.nodes.map(node => newPerson(world, random, node)), ...Array.from({ length: PEOPLE_OF_ADVERSARY }, () => newPerson(world, random, undefined))]
  await world.start()
  for (const { node, id, seed: key } of people) await node?.keys.put(id, key)
  const adversary = new Adversary(world, people.filter(({ node }) => node === undefined), seed)
  await adversary.start()

  const snapshots: Scene['snapshots'] = new Map()
  let step = 0
  for (const number of only ?? Array.from({ length: steps }, (_, i) => i)) {
    step = number
    const scene: Scene = { world, people, adversary, snapshots, random: new SeededRandom(seed, 'step', number) }
    world.trace.note(`${number}: ${await someAction(scene)}`)
    await world.turn()
    if (scene.random.chance(0.2)) await world.drain()
    else await world.deliver(scene.random.below(3 * nodes))
    await states.afterStep()
    quotas.afterStep()
    if (world.problem !== undefined) break
  }
  if (world.problem === undefined) await comeToRest(world)
  await states.afterStep()
  if (world.problem === undefined) await checkAtRest(world, states, secrets, [...people, ...world.objects])
  for (const node of world.nodes) node.crash('kept')
  return step
}
