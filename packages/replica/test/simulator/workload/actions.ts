import type { Scene } from './actors.js'
import { grant, revoke, revokeTwice } from './rights.js'
import { crash, heal, jump, part, restart, wait, weather } from './trouble.js'
import { adopt, create, editAsCaller, editAsOwner, encryptMore, propose, remove } from './writing.js'

type Action = (scene: Scene) => Promise<string>

/** What a step may do, and how often. */
const ACTIONS: readonly (readonly [number, Action])[] = [
  [14, editAsOwner], [20, editAsCaller], [6, create], [10, grant], [5, revoke], [4, revokeTwice], [1.5, remove], [3, propose], [1, encryptMore], [7, adopt],
  [2, crash], [4, restart], [2, part], [4, heal], [2, jump], [10, wait], [1, weather],
  [14, async ({ adversary, random }) => await adversary.act(random)]
]

export async function someAction (scene: Scene): Promise<string> {
  const { world, random } = scene
  const action = world.objects.length < world.nodes.length ? create : random.weighted(ACTIONS)
  return await action(scene)
}
