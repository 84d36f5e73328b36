import { EMPTY_FIELD, cellsOf, listElements } from '@dinemic/core'
import type { ObjectState, Operation, Value } from '@dinemic/core'
import type { SeededRandom } from '@dinemic/core/testing'
import { secret } from '../invariants/secrets.js'
import type { SimNode } from '../node.js'

/** The fields that the workload writes, by what stands in them. All four stand side by side under `mixed`. */
const FIELDS = {
  register: ['name', 'age', 'nick', 'salary', 'mixed'],
  dict: ['phones', 'secrets', 'mixed'],
  list: ['tags', 'diary', 'mixed'],
  counter: ['visits', 'mixed']
} as const
export const ENCRYPTED = ['diary', 'salary', 'secrets'] as const
/** The class learns only later that this one is to be encrypted. */
export const ENCRYPTED_LATER = 'nick'
export const ALL_FIELDS = [...new Set(Object.values(FIELDS).flat())]

const KEYS = ['home', 'work', 'other'] as const
const MOST = Number.MAX_SAFE_INTEGER
const MANY = 70

export interface EditScene { readonly random: SeededRandom, readonly node: SimNode, readonly state: ObjectState, readonly encrypted: ReadonlySet<string> }

/** One to three operations that don't meet in a cell. */
export function someOperations (scene: EditScene): Operation[] {
  const operations: Operation[] = []
  const written = new Set<string>()
  for (let i = scene.random.between(1, 3); i > 0; i--) {
    const operation = someOperation(scene)
    if (operation === undefined || cellsOf(operation).some(cell => written.has(cell))) continue
    for (const cell of cellsOf(operation)) written.add(cell)
    operations.push(operation, ...many(operation, scene))
  }
  return operations
}

/** Now and then so many that they leave the object's row for rows of their own. */
function many (operation: Operation, { node }: EditScene): Operation[] {
  if (!('value' in operation) || typeof operation.value !== 'number' || operation.value % 3 !== 0) return []
  const numbers = Array.from({ length: MANY }, (_, i) => i)
  if (operation.op === 'put') return numbers.map(i => ({ ...operation, key: `${operation.key} ${i}` }))
  if (operation.op !== 'insert') return []
  let { position } = operation
  return numbers.map(i => ({ ...operation, element: `${operation.element}${i}`, position: position = node.positions.between(position, undefined) }))
}

function someOperation (scene: EditScene): Operation | undefined {
  const { random } = scene
  switch (random.weighted([[4, 'register'], [3, 'dict'], [4, 'list'], [2, 'counter']] as const)) {
    case 'register': {
      const field = random.pick(FIELDS.register)!
      return random.chance(0.15) ? { op: 'delete', field } : { op: 'set', field, value: valueFor(scene, field) }
    }
    case 'dict': {
      const field = random.pick(FIELDS.dict)!
      const key = random.pick(KEYS)!
      return random.chance(0.2) ? { op: 'drop', field, key } : { op: 'put', field, key, value: valueFor(scene, field) }
    }
    case 'list': return listOperation(scene, random.pick(FIELDS.list)!)
    case 'counter': return { op: 'add', field: random.pick(FIELDS.counter)!, amount: random.pick([1, 2, -1, MOST, MOST, -MOST, 1000])! }
  }
}

function listOperation (scene: EditScene, field: string): Operation | undefined {
  const { random, node, state } = scene
  const elements = listElements(state.fields.get(field) ?? EMPTY_FIELD)
  const present = random.pick(elements)
  const what = present === undefined ? 'insert' : random.weighted([[5, 'insert'], [2, 'replace'], [2, 'move'], [2, 'remove']] as const)
  const position = (): string => {
    const at = random.below(elements.length + 1)
    return node.positions.between(elements[at - 1]?.position, elements[at]?.position)
  }
  switch (what) {
    case 'insert': return { op: 'insert', field, element: `e${random.below(2 ** 32).toString(36)}`, position: position(), value: valueFor(scene, field) }
    case 'replace': return { op: 'replace', field, element: present!.id, value: valueFor(scene, field) }
    case 'move': return { op: 'move', field, element: present!.id, position: position() }
    case 'remove': return { op: 'remove', field, element: present!.id }
  }
}

/** Every value that is to be sealed is marked, so that it can be looked for wherever bytes go. */
function valueFor ({ random, encrypted, state }: EditScene, field: string): Value {
  if (encrypted.has(field) || state.encrypted.has(field)) return random.chance(0.3) ? { inner: [secret(random)] } : secret(random)
  return random.pick([null, true, random.below(1000), random.next(), BigInt(random.below(2 ** 30)) ** 5n, `text ${random.below(100)}`, new Date(random.below(10 ** 12)), random.bytes(4), [1, { a: 'b' }]])!
}
