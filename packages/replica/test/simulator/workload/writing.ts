import type { ObjectId, Operation } from '@dinemic/core'
import type { WriteRequest } from '../../../src/engine.js'
import { MODELS } from '../node.js'
import { idOf } from '../world.js'
import { attempt, somePlace, someSubject } from './actors.js'
import type { Place, Scene } from './actors.js'
import { ALL_FIELDS, ENCRYPTED, ENCRYPTED_LATER, someOperations } from './edits.js'

const MOST_OBJECTS = 12

export async function create (scene: Scene): Promise<string> {
  const { world, random } = scene
  const node = random.pick(world.up)
  if (node === undefined || world.objects.length >= MOST_OBJECTS) return 'nothing to create'
  const seed = random.bytes(32)
  const object = { id: idOf(world, random.pick(MODELS)!, seed), seed, encrypted: new Set<string>(random.chance(0.7) ? ENCRYPTED : []) }
  world.objects.push(object)
  const operations: Operation[] = [{ op: 'set', field: 'name', value: `object ${world.objects.length}` }]
  const rights = (['read', 'update', 'remove'] as const).filter(() => random.chance(0.6))
  const subjects = random.chance(0.7) ? [someSubject(scene), someSubject(scene)].filter(subject => subject !== object.id) : []
  const open = random.chance(0.2) ? [{ subject: null, right: 'update' as const, fields: ['name', 'tags', 'mixed'], limit: 20 }] : []
  const grants = [...new Set(subjects)].flatMap(subject => rights.map(right => ({ subject, right })))
  return attempt(scene, `${node.name} creates ${object.id}`, async () => await node.replica?.write([{
    object: object.id, caller: object.id, create: { seed }, operations, encrypted: [...object.encrypted], grants: [...grants, ...open]
  }]))
}

export async function editAsOwner (scene: Scene): Promise<string> {
  const place = await somePlace(scene, { owned: true })
  if (place === undefined) return 'no owner is up'
  return write(scene, place, 'edits', { caller: place.object.id, operations: operations(scene, place) })
}

/** Mostly where somebody may. */
export async function editAsCaller (scene: Scene): Promise<string> {
  const place = await somePlace(scene, scene.random.chance(0.85) ? { right: 'update' } : {})
  const caller = place && callerAt(scene, place)
  if (place === undefined || caller === undefined) return 'no caller is up'
  return write(scene, place, `edits as ${caller}`, { caller, operations: operations(scene, place) })
}

/** The owner's removal is for ever, so there are few. */
export async function remove (scene: Scene): Promise<string> {
  const { random } = scene
  const owned = random.chance(0.3)
  const place = await somePlace(scene, owned ? { owned } : { right: 'remove' })
  const caller = place && (owned ? place.object.id : callerAt(scene, place))
  if (place === undefined || caller === undefined) return 'nothing to remove'
  return write(scene, place, `removes as ${caller}`, { caller, operations: [], remove: true })
}

export async function propose (scene: Scene): Promise<string> {
  const place = await somePlace(scene)
  const caller = place && callerAt(scene, place)
  if (place === undefined || caller === undefined || caller === place.object.id) return 'nobody proposes'
  const { node, object, state } = place
  const request = { object: object.id, caller, base: state, operations: operations(scene, place), encrypted: [...object.encrypted] }
  return attempt(scene, `${node.name} proposes for ${object.id} as ${caller}`, async () => await node.replica?.propose(request))
}

/** A class learns that a field is to be encrypted; the next save of an owner names it. */
export async function encryptMore (scene: Scene): Promise<string> {
  const place = await somePlace(scene, { owned: true })
  if (place === undefined) return 'no owner is up'
  for (const name of [...ENCRYPTED, ENCRYPTED_LATER]) place.object.encrypted.add(name)
  return write(scene, place, 'encrypts more', { caller: place.object.id, operations: operations(scene, place) })
}

/** A key is carried to another device. */
export async function adopt (scene: Scene): Promise<string> {
  const { world, random } = scene
  const node = random.pick(world.up)
  const object = random.pick(world.objects)
  if (node === undefined || object === undefined) return 'nobody adopts'
  return attempt(scene, `${node.name} adopts ${object.id}`, async () => { await node.replica?.adopt(object.id, object.seed) })
}

export function write (scene: Scene, { node, object, state }: Place, what: string, request: Pick<WriteRequest, 'caller' | 'operations'> & Partial<WriteRequest>): string {
  const full: WriteRequest = { object: object.id, base: state, encrypted: [...object.encrypted], ...request }
  return attempt(scene, `${node.name} ${object.id} ${what}`, async () => await node.replica?.write([full]))
}

function operations ({ random }: Scene, { node, object, state }: Place): Operation[] {
  try {
    return someOperations({ random, node, state, encrypted: object.encrypted })
  } catch {
    return [{ op: 'delete', field: random.pick(ALL_FIELDS)! }] // a stranger has left no room for a position
  }
}

function callerAt ({ people, random, world }: Scene, { node }: Place): ObjectId | undefined {
  return random.chance(0.9) ? random.pick(people.filter(person => person.node === node))?.id : random.pick(world.objects.filter(({ id }) => id !== node.self))?.id
}
