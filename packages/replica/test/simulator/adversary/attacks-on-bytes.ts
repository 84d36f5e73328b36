import { Sealed, concatBytes, hexToBytes } from '@dinemic/core'
import type { Draft, Operation } from '@dinemic/core'
import type { Attack } from './attacks-on-chains.js'
import { draftAfter, headerItems, nowIn, signed, signedBody, signedItems, someFoothold, someHash, someOperation } from './footholds.js'

/** Order of the curve's group, little endian. */
const ORDER = hexToBytes('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010')
const SIGNATURE = 64

/** Good updates under signatures or encodings that are not theirs. */
export const malleate: Attack = ({ random, world, people }) => {
  const update = random.pick([...world.library.updates.values()])
  if (update === undefined) return []
  const { frame } = update
  const flipped = frame.slice()
  flipped[random.below(frame.length)]! ^= 1 << random.below(8)
  const body = frame.subarray(SIGNATURE)
  // The same array with its length in two bytes: no canonical form.
  const longer = signedBody(world, people[0]!, concatBytes(Uint8Array.of(0x98, body[0]! & 0x1f), body.subarray(1)))
  return [withLargerS(frame), flipped, longer, frame.subarray(0, random.below(frame.length)), random.bytes(200)]
}

function withLargerS (frame: Uint8Array): Uint8Array {
  const result = frame.slice()
  let carry = 0
  for (let i = 0; i < 32; i++) {
    const sum = result[32 + i]! + ORDER[i]! + carry
    result[32 + i] = sum & 0xff
    carry = sum >> 8
  }
  return result
}

/** Many small ones under a grant, and large ones that wait for a grant that never comes. */
export const flood: Attack = scene => {
  const { random } = scene
  const foothold = someFoothold(scene)
  if (foothold === undefined) return []
  if (foothold.root !== null && random.chance(0.1)) {
    const operations: Operation[] = [{ op: 'set', field: 'name', value: new Uint8Array(200_000) }]
    return Array.from({ length: 50 }, () => signed(scene, foothold, draftAfter(scene, foothold, { root: { id: someHash(scene), index: 0 }, body: { kind: 'change', operations, via: null } }))).flat()
  }
  return Array.from({ length: 15 }, (_, i) => signed(scene, foothold, draftAfter(scene, foothold, { clock: nowIn(scene) + BigInt(i) }))).flat()
}

/** Ciphertexts and epochs where they don't belong. */
export const transplant: Attack = scene => {
  const { random, world, own } = scene
  const foothold = someFoothold(scene)
  const sealed = [...world.library.updates.values()].flatMap(({ body }) => 'operations' in body ? body.operations.flatMap(operation => 'value' in operation && operation.value instanceof Sealed ? [operation.value] : []) : [])
  const value = random.pick(sealed)
  const bodies = [...world.library.updates.values()].flatMap(({ body }) => 'epoch' in body && body.epoch !== null ? [body.epoch] : [])
  const epoch = random.pick(bodies)
  const mine = random.pick(own)
  const keys = epoch === undefined || mine === undefined ? [] : signed(scene, { author: mine }, {
    object: mine.id, author: null, root: null, seq: 1, prev: world.library.of(mine.id)[0]?.id ?? someHash(scene), clock: nowIn(scene), supersedes: [],
    body: { kind: 'keys', epoch, wraps: [...epoch.wraps], encrypted: [] }
  })
  if (foothold === undefined || value === undefined) return keys
  const field = random.pick(foothold.grant?.fields ?? ['salary', 'secrets', 'diary', 'name'])!
  const operations: Operation[] = [random.chance(0.5) ? { op: 'set', field, value } : { op: 'put', field, key: 'home', value }]
  return [...keys, ...signed(scene, foothold, draftAfter(scene, foothold, { body: { kind: 'change', operations, via: null } }))]
}

/** Other types than the classes have, and values in the clear where they must be sealed. */
export const breakSchema: Attack = scene => {
  const { random } = scene
  const foothold = someFoothold(scene)
  if (foothold === undefined) return []
  const field = random.pick(foothold.grant?.fields ?? ['salary', 'secrets', 'tags', 'visits', 'undeclared', '__proto__', 'constructor'])!
  const operations = random.pick<Operation[]>([
    [{ op: 'add', field, amount: Number.MAX_SAFE_INTEGER }], [{ op: 'set', field, value: 'in the clear' }], [{ op: 'put', field, key: 'toString', value: null }],
    [{ op: 'replace', field, element: 'nobody', value: 1 }], [{ op: 'remove', field, element: 'nobody' }, { op: 'add', field, amount: -1 }], []
  ])!
  return signed(scene, foothold, draftAfter(scene, foothold, { body: { kind: 'change', operations, via: null } }))
}

/** What a later version may bring: a link and no more. Something known follows it. */
export const fromTheFuture: Attack = scene => {
  const foothold = someFoothold(scene)
  if (foothold === undefined) return []
  const draft = draftAfter(scene, foothold)
  const [version, kind] = scene.random.pick([[2, 3], [1, 77], [9, 0]] as const)!
  const unknown = signedItems(scene, foothold, [...headerItems(draft, version, kind), { anything: [1] }])
  const next: Draft = draftAfter(scene, foothold, { seq: draft.seq + 1, prev: scene.world.idOf(unknown) })
  return [unknown, ...signed(scene, foothold, next)]
}

/** One position for many elements, positions at the limits, and such as are none. */
export const placeBadly: Attack = scene => {
  const { random } = scene
  const foothold = someFoothold(scene)
  if (foothold === undefined) return []
  const field = foothold.grant?.fields?.find(name => name === 'tags' || name === 'mixed') ?? foothold.grant?.fields?.[0] ?? 'tags'
  const taken = scene.world.library.of(foothold.object).flatMap(({ body }) => 'operations' in body ? body.operations.flatMap(operation => 'position' in operation ? [operation.position] : []) : [])
  const position = random.pick(['A.B', 'zzzz.z', 'A.' + 'B'.repeat(250), `${'A'.repeat(200)}.B`, 'not a position', '', ...taken])!
  const operations: Operation[] = ['x', 'y'].map(name => ({ op: 'insert', field, element: `${name}${random.below(3)}`, position, value: name }))
  return [...signed(scene, foothold, draftAfter(scene, foothold, { body: { kind: 'change', operations, via: null } })), ...rawPlaces(scene, foothold, field, position)]
}

/** The same past the writer's own check. */
function rawPlaces (scene: Parameters<Attack>[0], foothold: NonNullable<ReturnType<typeof someFoothold>>, field: string, position: string): Uint8Array[] {
  return [signedItems(scene, foothold, [...headerItems(draftAfter(scene, foothold), 1, 3), [[[5, field, 'z', position, 1]], null]])]
}

/** As an owner: two geneses, grants that contradict each other, closes that name branches that aren't, and a removal among it all. */
export const ruleBadly: Attack = scene => {
  const { random, own, people, world } = scene
  const author = random.pick(own)!
  const known = world.library.of(author.id)
  const first = random.pick(known)
  const bodies: Draft['body'][] = [
    { kind: 'grant', grant: { subject: random.pick(people)!.id, right: 'update', fields: null, limit: null, wrap: null } },
    { kind: 'change', operations: [someOperation(scene, 'name')], via: null }
  ]
  const grants = known.filter(({ kind }) => kind === 'grant')
  const closing = random.pick(grants)
  const heads = [...new Set([someHash(scene), ...known.slice(0, 2).map(({ id }) => id)])].sort().map(id => ({ id, seq: random.between(1, 4), author: null }))
  if (closing !== undefined) bodies.push({ kind: 'close', grant: { id: closing.id, index: 0 }, heads: heads.slice(0, random.below(4)), epoch: null })
  if (random.chance(0.05)) bodies.push({ kind: 'remove', via: null })
  const genesis = signed(scene, { author }, {
    object: author.id, author: null, root: null, seq: 0, prev: null, clock: nowIn(scene), supersedes: [],
    body: { kind: 'genesis', operations: [{ op: 'set', field: 'name', value: random.below(100) }], grants: [], encrypted: [], epoch: null }
  })
  if (first === undefined) return genesis
  const at = { object: author.id, author: null, root: null, seq: first.seq + 1, prev: first.id, clock: nowIn(scene), supersedes: [] }
  return [...random.chance(0.4) ? genesis : [], ...signed(scene, { author }, { ...at, body: random.pick(bodies)! })]
}
