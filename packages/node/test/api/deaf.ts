import { Listener, OnUpdate } from '../../src/index.js'
import type { Change, Node, NodeOptions, ObjectId } from '../../src/index.js'
import type { NodeEvents } from '../../src/events.js'
import { event } from '../support/rig.js'
import type { Rig } from '../support/rig.js'
import { Card, MODELS, meet } from './models.js'

/** Takes the first age of a card and no later one. */
class Deaf extends Listener {
  @OnUpdate('age') refuse ({ creation, reject }: Change<Card, 'age'>): void { if (!creation) reject('not today') }
}

export interface Refusal { readonly a: Node, readonly b: Node, readonly id: ObjectId, readonly update: string, readonly told: NodeEvents['rejected'][0] }

/** Two nodes: a hook of `b`, to which the options belong, has refused what `a` changed. */
export async function refusal (rig: Rig, options: Partial<NodeOptions> = {}): Promise<Refusal> {
  const [a, b] = [await rig.start(MODELS), await rig.start({ ...MODELS, ...options, listeners: [[new Deaf(), 'Card:[id]:age']] })]
  await meet(a, b)
  const card = await a.use(Card).create({ name: 'Bob', age: 1 })
  await b.use(Card).open(card.id)
  const rejected = event(b, 'rejected')
  card.age = 2
  const [update] = await card.save()
  return { a, b, id: card.id, update: update!, told: await rejected }
}
