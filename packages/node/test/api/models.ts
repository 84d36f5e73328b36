import { Counter, Dict, Entity, Field, Index, List, Model, OnUpdate, Ref } from '../../src/index.js'
import { event } from '../support/rig.js'
import type { Rig } from '../support/rig.js'
import type { Change, Node, ObjectId, Value } from '../../src/index.js'

@Model('Team')
export class Team extends Entity {
  @Field() title!: string
}

/** One field of each sort that api.md knows. */
@Model('Card')
export class Card extends Entity {
  @Field() @Index() name!: string
  @Field() age?: number
  @Field() value: Value | undefined
  @Field() color: string | undefined = 'green'
  @Field({ name: 'sal', encrypted: true }) salary?: number
  @Field(true) secret?: Value
  @Field({ writable: 'anyone' }) note?: string
  @List() tags!: List<Value>
  @List(true) diagnoses!: List<string>
  @Dict() phones!: Dict<Value>
  @Dict(true) codes!: Dict<string>
  @Counter() visits!: Counter
  @Ref(() => Team) team?: Ref<Team>

  @OnUpdate('age')
  check ({ after, reject }: Change<Card, 'age'>): void {
    if (after !== undefined && after < 0) reject('an age is not negative')
  }
}

export const MODELS = { models: [Card, Team] }

/** The object as the node shows it once `wanted` holds, which news from a peer may bring about. */
export async function shown (node: Node, id: ObjectId, wanted: (card: Card) => boolean): Promise<Card> {
  for await (const [card] of node.use(Card).live({ where: { id } })) {
    if (card !== undefined && wanted(card)) return card
  }
  throw new Error('the node has stopped')
}

/** The next rows of a live query. */
export async function nextRows<T> (rows: AsyncIterator<T>): Promise<T> {
  const { value, done } = await rows.next()
  if (done === true) throw new Error('the live query has ended')
  return value
}

/** What a task throws or rejects with. */
export async function thrownBy (task: () => unknown): Promise<Error & { readonly code?: string, readonly cause?: unknown }> {
  try {
    await task()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}

/** Two nodes that both know that they are connected. */
export async function pair (rig: Rig): Promise<[Node, Node]> {
  const [a, b] = [await rig.start(MODELS), await rig.start(MODELS)]
  await meet(a, b)
  return [a, b]
}

export async function meet (a: Node, b: Node): Promise<void> {
  await Promise.all([event(a, 'peer:connect'), b.connect(a.addresses[0]!)])
}

export async function part (a: Node, b: Node): Promise<void> {
  await Promise.all([event(a, 'peer:disconnect'), b.disconnect(a.id)])
}
