import { bytesToHex, clockOf, concatBytes, encode, hexToBytes, parseId, refKey, signUpdate, utf8 } from '@dinemic/core'
import type { Clock, Draft, Encodable, Grant, GrantRef, NetworkBinding, ObjectId, Operation, Update } from '@dinemic/core'
import type { SeededRandom } from '@dinemic/core/testing'
import { grantsOf } from '../library.js'
import type { World } from '../world.js'
import type { Person } from '../people.js'

/** What an attack has to work with: all that was ever published, and a few keys of its own. */
export interface AttackScene {
  readonly world: World
  readonly random: SeededRandom
  /** Keys to which the workload grants rights, and takes them away. */
  readonly people: readonly Person[]
  /** Objects of its own: there it is the owner. */
  readonly own: readonly Person[]
  /** Keeps frames to itself, for later. */
  readonly withhold: (frames: readonly Uint8Array[]) => void
}

/** A chain that the adversary may write, or might have once: under a grant, or its own object's. */
export interface Foothold {
  readonly author: Person
  readonly object: ObjectId
  readonly root: GrantRef | null
  readonly grant: Grant | undefined
  /** Its own updates there, in the order of seq. */
  readonly chain: readonly Update[]
}

export function someFoothold (scene: AttackScene): Foothold | undefined {
  return scene.random.pick(footholds(scene))
}

export function footholds ({ world, people, own }: AttackScene): Foothold[] {
  const granted = world.library.objects.flatMap(object => {
    const updates = world.library.of(object)
    return updates.flatMap(update => grantsOf(update).flatMap((grant, index) => {
      if (grant.right !== 'update') return []
      const root = { id: update.id, index }
      return people.filter(({ id }) => grant.subject === null || grant.subject === id)
        .map((author): Foothold => ({ author, object, root, grant, chain: chainOf(updates, author.id, root) }))
    }))
  })
  const owned = own.filter(({ id }) => world.library.of(id).length > 0)
    .map((author): Foothold => ({ author, object: author.id, root: null, grant: undefined, chain: chainOf(world.library.of(author.id), null, null) }))
  return [...granted, ...owned]
}

function chainOf (updates: readonly Update[], author: ObjectId | null, root: GrantRef | null): Update[] {
  const key = root === null ? '' : refKey(root)
  return updates.filter(update => update.author === author && (update.root === null ? '' : refKey(update.root)) === key).sort((a, b) => a.seq - b.seq)
}

/** The next update after the end of a chain, or after another of its updates; `patch` makes it bad. */
export function draftAfter (scene: AttackScene, foothold: Foothold, patch: Partial<Draft> = {}, after = foothold.chain[foothold.chain.length - 1]): Draft {
  const { object, author, root, grant } = foothold
  const fields = grant?.fields ?? ['name', 'tags', 'phones', 'mixed']
  return {
    object, root, author: root === null ? null : author.id, seq: (after?.seq ?? 0) + 1, prev: after?.id ?? root!.id, clock: nowIn(scene), supersedes: [],
    body: { kind: 'change', operations: [someOperation(scene, scene.random.pick(fields)!)], via: null }, ...patch
  }
}

export function someOperation ({ random }: AttackScene, field: string): Operation {
  const value = `by an adversary ${random.below(1000)}`
  return random.pick<Operation>([{ op: 'set', field, value }, { op: 'delete', field }, { op: 'put', field, key: 'home', value }, { op: 'add', field, amount: random.below(100) }])!
}

export function nowIn ({ world }: AttackScene): Clock {
  return clockOf(world.nodes[0]!.platform.now())
}

/** Signs what honest code would not; an update that even the codec refuses is none. */
export function signed ({ world }: AttackScene, { author }: Pick<Foothold, 'author'>, draft: Draft, binding: NetworkBinding = world.binding): Uint8Array[] {
  try {
    return [signUpdate(binding, author.seed, draft).frame]
  } catch {
    return []
  }
}

/** Signs the ten items of a body as they are, whatever they are. */
export function signedItems ({ world }: AttackScene, { author }: Pick<Foothold, 'author'>, items: readonly Encodable[]): Uint8Array {
  return signedBody(world, author, encode(items, { maxDepth: 40 }))
}

export function signedBody ({ provider, binding }: World, author: Person, body: Uint8Array): Uint8Array {
  const preimage = concatBytes(utf8('dinemic/update\0'), binding.networkHash, body)
  return concatBytes(provider.sign(author.seed, preimage), body)
}

/** The header of a draft as it is written. */
export function headerItems (draft: Draft, version: number, kind: number): Encodable[] {
  const id = (text: ObjectId): Encodable => [parseId(text).model, parseId(text).key]
  const clock = new Uint8Array(8)
  new DataView(clock.buffer).setBigUint64(0, draft.clock)
  return [
    version, kind, id(draft.object), draft.author === null ? null : id(draft.author),
    draft.root === null ? null : [hexToBytes(draft.root.id), draft.root.index], draft.seq, draft.prev === null ? null : hexToBytes(draft.prev), clock,
    draft.supersedes.map(hexToBytes)
  ]
}

export function someHash ({ random }: AttackScene): string {
  return bytesToHex(random.bytes(32))
}
