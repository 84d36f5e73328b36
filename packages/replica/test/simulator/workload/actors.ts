import { can, isDinemicError } from '@dinemic/core'
import type { ObjectId, ObjectState, Right } from '@dinemic/core'
import type { SeededRandom } from '@dinemic/core/testing'
import type { Adversary } from '../adversary/adversary.js'
import type { SimNode } from '../node.js'
import type { Person } from '../people.js'
import type { SimObject, World } from '../world.js'

export interface Scene {
  readonly world: World
  /** Of this step alone: leaving out other steps doesn't change what this one draws. */
  readonly random: SeededRandom
  readonly people: readonly Person[]
  readonly adversary: Adversary
  /** States as somebody read them a while ago, by node and object: what stale entities save from. */
  readonly snapshots: Map<string, ObjectState>
}

/** What honest code may be told. Anything else is a mistake of the engine. */
const HONEST = ['ORM_NOT_AUTHORIZED', 'ORM_NOT_FOUND', 'ORM_NO_KEY', 'ORM_EPOCH_PENDING', 'ORM_VETOED', 'ORM_STALE', 'ORM_TOO_LARGE']

/** Begins something; it may take time, a crash may end it, and its outcome is noted. */
export function attempt ({ world }: Scene, what: string, task: () => Promise<unknown>): string {
  const noted = (outcome: string): void => { world.trace.note(`${what}: ${outcome}`) }
  task().then(
    () => { noted('done') },
    (error: unknown) => {
      const code = isDinemicError(error) ? error.code : String(error)
      noted(code)
      if (HONEST.includes(code) || code.startsWith('NET_') || isTooLate(error)) return
      world.fail('honest code is told of no error but its own', `${what}: ${error instanceof Error ? error.stack ?? error.message : code}`)
    })
  return what
}

/** What was to be kept has been dropped since somebody looked: another close has come. */
function isTooLate (error: unknown): boolean {
  return isDinemicError(error, 'ORM_BAD_VALUE') && 'keep' in error.details
}

export interface Place { readonly node: SimNode, readonly object: SimObject, readonly state: ObjectState }

/** A node that is up, and an object that shows there; with `owned` one whose key is there, with `right` one where somebody on the node has it. */
export async function somePlace ({ world, random, people, snapshots }: Scene, { owned = false, right }: { owned?: boolean, right?: Right } = {}): Promise<Place | undefined> {
  const node = random.pick(world.up)
  if (node === undefined) return undefined
  for (const object of random.shuffled(world.objects)) {
    if (owned && !await node.keys.has(object.id)) continue
    const current = await node.ask(async replica => await replica.state(object.id))
    if (current === undefined || (right !== undefined && !people.some(person => person.node === node && can(current, person.id, right)))) continue
    const key = `${node.name} ${object.id}`
    const stale = snapshots.get(key)
    if (random.chance(0.3)) snapshots.set(key, current)
    return { node, object, state: stale !== undefined && random.chance(0.2) ? stale : current }
  }
  return undefined
}

/** Who may be granted something. */
export function someSubject ({ people, world, random }: Scene): ObjectId {
  return random.chance(0.8) ? random.pick(people)!.id : random.pick(world.objects)!.id
}
