import { DinemicError } from '@dinemic/core'
import type { Engine, WriteRequest } from '@dinemic/replica'
import { writerOf } from './construct.js'
import type { Enlisted } from './construct.js'
import { newEntity } from './create.js'
import { currentHook, runTransaction } from './hooks/context.js'
import type { EntityHome } from './hydrate.js'
import type { Schemas } from './schemas.js'
import type { CreateOptions, CreateValues, EntityBase, ModelClass } from './types.js'

/** What the function given to `node.transaction()` collects. Nothing is written before that function has resolved. */
export interface Transaction {
  /** The new entity; its object is there once the transaction has ended. */
  create<T extends EntityBase> (model: ModelClass<T>, values: CreateValues<T>, options?: CreateOptions): T
  /** Writes what is staged on the entity when the transaction ends. */
  save (entity: EntityBase): void
  /** Removes the object; what is staged on the entity is not saved. One that the transaction itself was to create never comes to be. */
  remove (entity: EntityBase): void
}

/** Runs `task`, then commits all that it collected in one atomic batch. If it throws, or one update is refused, nothing is written. */
export async function transact<R> (home: EntityHome & { readonly schemas: Schemas }, task: (tx: Transaction) => R | Promise<R>): Promise<R> {
  if (typeof task !== 'function') throw new DinemicError('ORM_BAD_VALUE', `node.transaction() takes a function, async or not, and was given a value of type ${typeof task}: node.transaction(tx => { tx.save(bob) }).`)
  const collected = new Map<EntityBase, 'save' | 'remove'>()
  const created = new Set<EntityBase>()
  const result = await task({
    create: <T extends EntityBase>(model: ModelClass<T>, values: CreateValues<T>, options?: CreateOptions): T => {
      const entity = newEntity(home, home.schemas.of(model), values, options)
      collected.set(entity, 'save')
      created.add(entity)
      return entity as T
    },
    save: (entity) => {
      checkHome(home.engine, entity)
      if (!collected.has(entity)) collected.set(entity, 'save')
    },
    remove: (entity) => {
      checkHome(home.engine, entity)
      if (created.has(entity)) collected.delete(entity)
      else collected.set(entity, 'remove')
    }
  })
  await home.engine.track('a transaction', commit(home.engine, collected))
  if (currentHook() === undefined) await home.engine.hooksRun([...collected.keys()].map(({ id }) => id))
  return result
}

/** Its snapshot is of another store: written here, it would replace values that this node may never have seen. */
function checkHome (engine: Engine, entity: EntityBase): void {
  if (writerOf(entity).engine === engine) return
  throw new DinemicError('ORM_WHICH_NODE', `${entity.id} was opened on another node than the one of this transaction, and an entity belongs to the node that opened it. Open it on this one: await node.use(…).open(id).`, { details: { id: entity.id } })
}

async function commit (engine: Engine, collected: ReadonlyMap<EntityBase, 'save' | 'remove'>): Promise<void> {
  const inOrder = [...collected].map(([entity, what]) => ({ writer: writerOf(entity), what })).sort((a, b) => a.writer.serial - b.writer.serial)
  const enlisted: Enlisted[] = []
  let committed = false
  try {
    for (const { writer, what } of inOrder) enlisted.push(await writer.enlist({ remove: what === 'remove' }))
    const requests = enlisted.flatMap(({ request }): WriteRequest[] => request === undefined ? [] : [request])
    if (requests.length > 0) await runTransaction({ engine, objects: new Set(requests.map(({ object }) => object)) }, async () => await engine.write(requests))
    committed = true
  } catch (error) {
    throw inOrder.reduce((told, { writer }) => writer.told(told), error)
  } finally {
    await Promise.all(enlisted.map(({ settle }) => settle(committed)))
  }
}
