import type { Interest } from './interest.js'
import { decodePrints } from './messages.js'
import type { ModelPrint } from './messages.js'
import type { PeerLink } from './peer-link.js'
import { Pull } from './pull.js'
import type { PullParts } from './pull.js'
import type { Responder } from './responder.js'

export interface ChosenParts extends PullParts {
  readonly interest: Interest
  readonly responder: Pick<Responder, 'shown' | 'printsOf'>
}

/**
 * Gets what a peer has of a model's chosen objects. Each is compared by itself, so that the cost grows with these and not with the
 * model; as long as the peer's model looks the same there is nothing to compare.
 */
export async function pullChosen (parts: ChosenParts, link: PeerLink, { own, their }: { own: ModelPrint, their: ModelPrint }): Promise<Pull[]> {
  const { interest, responder } = parts
  const { model, count: have } = own
  const choice = `${model} ${interest.choices}`
  if (link.parts.has(choice, { prefix: '', ...their })) return []
  const pulls: Pull[] = []
  const lost = link.lost
  for await (const page of interest.objectsOf(model)) {
    for (let objects = page; objects.length > 0;) {
      const bytes = await link.request({ ask: 'prints', salt: link.salt, objects })
      if (bytes === undefined) return pulls
      const theirs = decodePrints(objects.length, bytes)
      const ours = await responder.printsOf(objects.slice(0, theirs.length), link.salt)
      // Each side goes through as many as it can at once.
      for (const [i, { print }] of ours.entries()) {
        const whole = theirs[i]!
        if (whole.count === 0 || whole.print === print) continue
        const pull = new Pull(parts, link, { model, have, set: objects[i]! })
        pulls.push(pull)
        await pull.difference([''], { whole })
      }
      objects = objects.slice(ours.length)
    }
  }
  if (link.lost === lost && pulls.every(({ isDone }) => isDone)) link.parts.add(choice, { prefix: '', ...their })
  return pulls
}
