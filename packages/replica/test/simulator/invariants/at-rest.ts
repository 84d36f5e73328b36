import { Sealed, can, needsKeys, readersOf } from '@dinemic/core'
import type { KeyHolder, ObjectId, SetItem } from '@dinemic/core'
import { decodeRow } from '../../../src/object-row.js'
import { MODELS } from '../node.js'
import type { SimNode } from '../node.js'
import type { World } from '../world.js'
import { checkCounts } from './counted.js'
import { shownValues } from './secrets.js'
import type { Secrets } from './secrets.js'
import type { States } from './states.js'

/** R20: when all is quiet, all nodes hold the same, their reconciled sets are equal, and who may read does. */
export async function checkAtRest (world: World, states: States, secrets: Secrets, holders: readonly KeyHolder[]): Promise<void> {
  const [first, ...others] = world.nodes
  for (const object of world.library.objects) await checkObject(world, states, object)
  for (const model of MODELS) {
    const ids = await reconciledSet(first!, model)
    for (const node of others) {
      if (await reconciledSet(node, model) !== ids) world.fail('reconciled sets become equal', `those of ${model} on ${first!.name} and ${node.name}`)
    }
  }
  for (const { id } of world.objects) {
    await checkKeys(world, id)
    await checkReaders(world, secrets, id, holders)
  }
  await checkCounts(world)
  secrets.atRest(holders)
}

async function checkObject (world: World, states: States, object: ObjectId): Promise<void> {
  const [first, ...others] = world.nodes
  const expected = await states.holding(first!, object)
  for (const node of others) {
    const found = await states.holding(node, object)
    if (found?.ids !== expected?.ids) {
      const [mine, theirs] = [expected?.ids.split(' ') ?? [], found?.ids.split(' ') ?? []]
      world.fail('all nodes hold the same updates', `of ${object} ${first!.name} alone has ${mine.filter(id => !theirs.includes(id)).join(' ')} and ${node.name} alone ${theirs.filter(id => !mine.includes(id)).join(' ')}`)
    }
    if (found?.hash !== expected?.hash) world.fail('all nodes are in the same state', `${object} differs on ${first!.name} and ${node.name}`)
  }
}

/** Where an owner's node is, there is an epoch to seal to, and who may read has it. */
async function checkKeys (world: World, object: ObjectId): Promise<void> {
  const row = await world.nodes[0]!.store.state(object)
  if (row === undefined || await keeperOf(world, object) === undefined) return
  const { full } = decodeRow(row)
  if (full.genesis !== null && needsKeys(full)) world.fail('an owner\'s node sees to the keys', `${object} has no usable epoch, or a reader without it`)
}

/** Each open reader whose key is somewhere opens what honest writers have sealed, and what shows. */
async function checkReaders (world: World, secrets: Secrets, object: ObjectId, holders: readonly KeyHolder[]): Promise<void> {
  const node = world.nodes[0]!
  const row = await node.store.state(object)
  if (row === undefined) return
  const { full } = decodeRow(row)
  if (full.removed !== null || full.genesis === null) return
  const known = new Set(holders.map(({ id }) => id))
  for (const reader of readersOf(full)) {
    if (!known.has(reader) || !can(full, reader, 'read')) continue
    const at = await keeperOf(world, reader)
    if (at === undefined) continue
    const keys = await at.replica!.reader(full, reader)
    for (const { update, place, value } of shownValues(full)) {
      if (!(value instanceof Sealed) || !secrets.honest.has(update)) continue
      try {
        keys.open(place, value)
      } catch (error) {
        world.fail('who may read does', `${reader} can't open ${place.field} of ${object} by ${update}: ${String(error)}`)
      }
    }
  }
}

async function keeperOf (world: World, id: ObjectId): Promise<SimNode | undefined> {
  for (const node of world.nodes) if (await node.keys.has(id)) return node
  return undefined
}

async function reconciledSet (node: SimNode, model: string): Promise<string> {
  const items: SetItem[] = []
  for await (const item of node.store.reconciled(model)) items.push(item)
  return items.map(({ id }) => id).join(' ')
}
