// The program of a host in the LAN: does what it is asked, and tells what its hooks hear and when something has changed.
// oxlint-disable-next-line no-restricted-imports -- this is what a user writes
import { Entity, Listener, Node, define, defineHooks, isDinemicError, type Change, type NodeOptions } from '@dinemic/node'
import { PLAIN, defineItem, show, type Content, type Item } from './item.js'

export type Commands = typeof commands
export type Start = Pick<NodeOptions, 'network' | 'path' | 'listen' | 'discovery'>

/** What a save moves. */
export interface Edit {
  readonly values?: Partial<Pick<Item, 'name' | 'note' | 'secret'>>
  readonly push?: string
  readonly phone?: readonly [key: string, value: string]
  readonly visit?: number
}

export interface Order { readonly number: number, readonly command: keyof Commands, readonly args: readonly unknown[] }

export type Told =
  | { readonly told: 'done', readonly number: number, readonly value: unknown }
  | { readonly told: 'failed', readonly number: number, readonly code: string, readonly text: string }
  | { readonly told: 'changed' }
  | { readonly told: 'heard', readonly id: string, readonly field: string, readonly after: unknown }

const ItemModel = defineItem({ Entity, define })
let node: Node

class Ear extends Listener {
  hear ({ object, field, after }: Change): void {
    tell({ told: 'heard', id: object.id, field: field!, after })
  }
}
defineHooks(Ear, PLAIN.map(field => ({ hook: 'OnUpdated', method: 'hear', field })))

const commands = {
  /** Its own id and addresses. */
  async start (options: Start): Promise<{ id: string, addresses: readonly string[] }> {
    node = await Node.start({ ...options, models: [ItemModel], listeners: [[new Ear(), 'Item:[id]:[field]']] })
    node.orm.engine.onCommit(() => { tell({ told: 'changed' }) })
    for (const event of ['peer:connect', 'peer:disconnect'] as const) node.on(event, () => { tell({ told: 'changed' }) })
    return { id: node.id, addresses: node.addresses }
  },

  async connect (address: string): Promise<string> {
    return await node.connect(address)
  },

  peers (): readonly string[] {
    return node.status.peers
  },

  async create (values: { name: string, secret?: string }, authorized: readonly string[] = []): Promise<string> {
    const { id } = await node.use(ItemModel).create(values, { authorized })
    return id
  },

  async edit (id: string, { values, push, phone, visit }: Edit, as?: string): Promise<void> {
    const item = await open(id, as)
    Object.assign(item, values)
    if (push !== undefined) item.tags.push(push)
    if (phone !== undefined) item.phones.set(...phone)
    if (visit !== undefined) item.visits.add(visit)
    await item.save()
  },

  async revoke (id: string, who: string): Promise<void> {
    const item = await open(id)
    item.$.revoke(who)
    await item.save()
  },

  async secret (id: string, as: string): Promise<string | undefined> {
    return (await open(id, as)).secret
  },

  async content (): Promise<Content> {
    const items = await node.use(ItemModel).find()
    return Object.fromEntries(await Promise.all(items.map(async item => [item.id, await show(item)] as const)))
  }
}

async function open (id: string, as?: string): Promise<Item & Entity> {
  return await node.use(ItemModel).open(id, as === undefined ? {} : { as })
}

function tell (what: Told): void {
  process.send!(what)
}

async function obey ({ number, command, args }: Order): Promise<void> {
  try {
    const run = commands[command] as (...args: readonly unknown[]) => unknown
    tell({ told: 'done', number, value: await run(...args) })
  } catch (error) {
    tell({ told: 'failed', number, code: isDinemicError(error) ? error.code : 'MISTAKE', text: String((error as Error).stack) })
  }
}

process.on('message', (order: Order) => { void obey(order) })
process.on('disconnect', () => { process.exit() })
