import { openGrants, refKey } from '@dinemic/core'
import type { ObjectState } from '@dinemic/core'
import type { GrantRequest, UpdateRecord, RevokeRequest } from '../../../src/engine.js'
import { somePlace, someSubject } from './actors.js'
import type { Place, Scene } from './actors.js'
import { ALL_FIELDS } from './edits.js'
import { write } from './writing.js'

export async function grant (scene: Scene): Promise<string> {
  const place = await somePlace(scene, { owned: true })
  if (place === undefined) return 'no owner is up'
  return write(scene, place, 'grants', { caller: place.object.id, operations: [], grants: someGrants(scene, place) })
}

export async function revoke (scene: Scene): Promise<string> {
  const place = await somePlace(scene, { owned: true })
  if (place === undefined) return 'no owner is up'
  return await revokeAt(scene, place)
}

/** Two devices of one owner revoke before they hear of each other; where a chain has forked, each keeps another branch. */
export async function revokeTwice (scene: Scene): Promise<string> {
  const { world, random } = scene
  const first = await somePlace(scene, { owned: true })
  if (first === undefined) return 'no owner is up'
  for (const node of random.shuffled(world.up)) {
    const state = await node.ask(async replica => await replica.state(first.object.id))
    if (node === first.node || state === undefined || !await node.keys.has(first.object.id)) continue
    const second = { ...first, node, state }
    const [a, b] = await someFork(scene, second) ?? []
    if (a === undefined || b === undefined) return `${await revokeAt(scene, first)}; ${await revokeAt(scene, second)}`
    return `${revokeBut(scene, first, a)}; ${revokeBut(scene, second, b)}`
  }
  return await revokeAt(scene, first)
}

/** Two updates at one place of a caller's chain. */
async function someFork ({ random }: Scene, { node, object }: Place): Promise<[UpdateRecord, UpdateRecord] | undefined> {
  const history = await node.ask(async replica => await replica.history(object.id)) ?? []
  const written = random.shuffled(history.filter(({ root, verdict, kind }) => root !== null && verdict === 'ok' && kind === 'change'))
  for (const a of written) {
    const b = written.find(({ id, author, root, seq }) => id !== a.id && author === a.author && seq === a.seq && root!.id === a.root!.id && root!.index === a.root!.index)
    if (b !== undefined) return [a, b]
  }
  return undefined
}

function revokeBut (scene: Scene, place: Place, kept: UpdateRecord): string {
  const { object, state } = place
  const toAnyone = state.grants.get(refKey(kept.root!))?.grant.subject === null
  const revokes: RevokeRequest[] = [{ subject: toAnyone ? null : kept.author, rights: ['update'], keep: [kept.id] }]
  return write(scene, place, `revokes ${kept.author} but for ${kept.id}`, { caller: object.id, operations: [], revokes })
}

async function revokeAt (scene: Scene, place: Place): Promise<string> {
  const request = await someRevoke(scene, place)
  if (request === undefined) return 'nothing to revoke'
  return write(scene, place, `revokes ${request.rights.join('+')} of ${request.subject ?? 'anyone'}`, { caller: place.object.id, operations: [], revokes: [request] })
}

function someGrants (scene: Scene, { object }: Place): GrantRequest[] {
  const { random } = scene
  if (random.chance(0.15)) return [{ subject: null, right: 'update', ...random.chance(0.7) ? { fields: someFields(scene) } : {}, limit: random.between(1, 30) }]
  const subject = someSubject(scene)
  if (subject === object.id) return []
  const rights = (['read', 'update', 'remove'] as const).filter(right => random.chance(right === 'remove' ? 0.25 : 0.7))
  return rights.map(right => ({
    subject, right,
    ...right === 'update' && random.chance(0.3) ? { fields: someFields(scene) } : {},
    ...right !== 'read' && random.chance(0.2) ? { limit: random.between(1, 8) } : {}
  }))
}

function someFields ({ random }: Scene): string[] {
  return random.shuffled(ALL_FIELDS).slice(0, random.between(2, 6))
}

/** Of somebody who has a right, all or some of them; now and then some branches are kept and others not. */
async function someRevoke ({ random }: Scene, { node, object, state }: Place): Promise<RevokeRequest | undefined> {
  const open = random.pick(openGrants(state))?.grant
  if (open === undefined) return undefined
  const rights = random.chance(0.6) ? rightsOf(state, open.subject) : [open.right]
  const history = random.chance(0.3) ? await node.ask(async replica => await replica.history(object.id)) : undefined
  const keep = history?.filter(({ author, root, verdict }) => root !== null && verdict === 'ok' && (open.subject === null || author === open.subject)).map(({ id }) => id)
  return { subject: open.subject, rights, ...keep === undefined ? {} : { keep: random.shuffled(keep).slice(0, random.below(4)) } }
}

function rightsOf (state: ObjectState, subject: string | null): RevokeRequest['rights'] {
  return [...new Set(openGrants(state).flatMap(({ grant: { subject: other, right } }) => other === subject ? [right] : []))]
}
