import { bindNetwork, clockOf } from '@dinemic/core'
import type { Draft } from '@dinemic/core'
import { draftAfter, footholds, nowIn, signed, someFoothold, someHash } from './footholds.js'
import type { AttackScene } from './footholds.js'

/** An attack makes frames; what becomes of them is for the nodes to say. */
export type Attack = (scene: AttackScene) => Uint8Array[]

/** Two and three updates at one place of a chain. */
export const fork: Attack = scene => {
  const foothold = someFoothold(scene)
  if (foothold === undefined) return []
  const at = scene.random.pick([undefined, ...foothold.chain])
  const branch = foothold.root === null && at === undefined ? foothold.chain[0] : at
  return [0, 1, 2].flatMap(i => signed(scene, foothold, draftAfter(scene, foothold, { clock: nowIn(scene) + BigInt(i) }, branch)))
}

/** With a clock from long ago, at the end or in the middle of a chain that may be closed by now. */
export const backDate: Attack = scene => {
  const foothold = someFoothold(scene)
  if (foothold === undefined) return []
  const after = scene.random.chance(0.5) ? scene.random.pick(foothold.chain) : foothold.chain[foothold.chain.length - 1]
  return signed(scene, foothold, draftAfter(scene, foothold, { clock: clockOf(scene.random.pick([0, 1, 1_600_000_000_000])!) }, after))
}

export const futureDate: Attack = scene => {
  const foothold = someFoothold(scene)
  return foothold === undefined ? [] : signed(scene, foothold, draftAfter(scene, foothold, { clock: scene.random.pick([2n ** 64n - 1n, clockOf(2 ** 48 - 1), nowIn(scene) + (3_600_000n << 16n)])! }))
}

/** A run of which only the last is sent now, the others much later or never. */
export const withhold: Attack = scene => {
  const foothold = someFoothold(scene)
  if (foothold === undefined) return []
  const frames: Uint8Array[] = []
  let draft = draftAfter(scene, foothold)
  for (let i = scene.random.between(2, 4); i > 0; i--) {
    const [frame] = signed(scene, foothold, draft)
    if (frame === undefined) break
    frames.push(frame)
    const last = idOf(scene, frame)
    draft = { ...draftAfter(scene, foothold), seq: draft.seq + 1, prev: last }
  }
  scene.withhold(frames.slice(0, -1))
  return frames.slice(-1)
}

/** Links that lead nowhere good: a wrong seq, another chain's update, one of another object, one that nobody has. */
export const linkBadly: Attack = scene => {
  const foothold = someFoothold(scene)
  const other = scene.random.pick([...scene.world.library.updates.values()])
  if (foothold === undefined || other === undefined) return []
  const last = foothold.chain[foothold.chain.length - 1]
  const patch = scene.random.pick<Partial<Draft>>([
    { seq: (last?.seq ?? 0) + scene.random.between(2, 5) }, { seq: Math.max(1, last?.seq ?? 1) }, { seq: 1 },
    { prev: other.id }, { prev: other.id, seq: other.seq + 1 }, { prev: someHash(scene) }, { prev: foothold.root?.id ?? other.id }
  ])!
  const [bad, ...none] = signed(scene, foothold, draftAfter(scene, foothold, patch))
  if (bad === undefined) return none
  // What follows a bad link must not count either.
  const follower = draftAfter(scene, foothold, { prev: idOf(scene, bad), seq: (patch.seq ?? (last?.seq ?? 0) + 1) + 1 })
  return scene.random.shuffled([bad, ...signed(scene, foothold, follower)])
}

/** What was written under a grant that is closed goes on under a new one. */
export const launder: Attack = scene => {
  const all = footholds(scene).filter(({ root }) => root !== null)
  const old = scene.random.pick(all.filter(({ chain }) => chain.length > 0))
  const fresh = scene.random.pick(all.filter(other => other.object === old?.object && other.author === old.author && other !== old))
  if (old === undefined || fresh === undefined) return []
  const last = old.chain[old.chain.length - 1]!
  return [
    ...signed(scene, fresh, draftAfter(scene, fresh, { seq: last.seq + 1, prev: last.id })),
    ...signed(scene, fresh, draftAfter(scene, fresh, { seq: 1, prev: last.id })),
    ...signed(scene, fresh, draftAfter(scene, fresh, { supersedes: old.chain.slice(-3).map(({ id }) => id).sort() }))
  ]
}

/** Goes on where its grant was closed: after a head, beside it, far beyond it. */
export const writeOn: Attack = scene => {
  const { library } = scene.world
  const closes = [...library.updates.values()].flatMap(({ body }) => body.kind === 'close' ? [body] : [])
  const close = scene.random.pick(closes)
  const foothold = footholds(scene).find(({ root }) => root !== null && close !== undefined && root.id === close.grant.id && root.index === close.grant.index)
  if (close === undefined || foothold === undefined) return []
  const head = library.updates.get(scene.random.pick(close.heads)?.id ?? '')
  const beside = foothold.chain.find(({ seq }) => seq === (head?.seq ?? 1) - 1)
  return [...signed(scene, foothold, draftAfter(scene, foothold, {}, head)), ...signed(scene, foothold, draftAfter(scene, foothold, { clock: 1n }, beside))]
}

/** Old frames again, and what was signed for another network. */
export const replay: Attack = scene => {
  const { random, world } = scene
  const old = random.shuffled([...world.library.updates.values()]).slice(0, 8).map(({ frame }) => frame)
  const foothold = someFoothold(scene)
  const elsewhere = foothold === undefined ? [] : signed(scene, foothold, draftAfter(scene, foothold), bindNetwork(world.provider, 'another network'))
  return [...old, ...elsewhere]
}

/** Everything of an object but its closes. */
export const hideCloses: Attack = ({ random, world }) => {
  const object = random.pick(world.library.objects)
  return object === undefined ? [] : world.library.of(object).filter(({ kind }) => kind !== 'close').slice(-20).map(({ frame }) => frame)
}

/** The last closes and epochs of an object without those before. */
export const hideEarlier: Attack = ({ random, world }) => {
  const object = random.pick(world.library.objects)
  const ruling = object === undefined ? [] : world.library.of(object).filter(({ body }) => 'epoch' in body && body.epoch !== null)
  return ruling.slice(-random.between(1, 2)).map(({ frame }) => frame)
}

/** Points at everything as replaced. */
export const supersedeAll: Attack = scene => {
  const foothold = someFoothold(scene)
  if (foothold === undefined) return []
  const known = scene.world.library.of(foothold.object).map(({ id }) => id).slice(-200)
  return signed(scene, foothold, draftAfter(scene, foothold, { supersedes: [...new Set([...known, someHash(scene)])].sort() }))
}

function idOf (scene: AttackScene, frame: Uint8Array): string {
  return scene.world.idOf(frame)
}

