import { Counter, Dict, Entity, Field, List, Listener, Model } from '../../src/index.js'
import type { Node, NodeOptions } from '../../src/index.js'
import type { Rig } from '../support/rig.js'

@Model('Task')
export class Task extends Entity {
  @Field() title?: string
  @Field() state?: string
  @Field() addr_home?: string
  @Field() addr_work?: string
  @Field(true) secret?: string
  @Field({ writable: 'anyone' }) note?: string
  @List() tags!: List<string>
  @Dict() phones!: Dict<string>
  @Counter() visits!: Counter
}

/** Nodes that know the model `Task`, the first connected to all others. */
export async function tasks (rig: Rig, count: number, options: Partial<NodeOptions> = {}): Promise<Node[]> {
  const nodes: Node[] = []
  for (let i = 0; i < count; i++) {
    const node = await rig.start({ models: [Task], ...i === 0 ? options : {} })
    if (i > 0) await node.connect(nodes[0]!.addresses[0]!)
    nodes.push(node)
  }
  return nodes
}

/** Resolves once `check` holds on the node: asked now and after each commit. Then no hook is under way there. */
export async function until (node: Node, check: () => boolean | Promise<boolean>): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const look = async (): Promise<void> => {
      if (!await check()) return
      undo()
      resolve()
    }
    const undo = node.orm.engine.onCommit(() => { look().catch(reject) })
    look().catch(reject)
  })
  await node.idle()
}

/** Resolves once a field of an object has that value on the node. */
export async function shows (node: Node, id: string, field: keyof Task, value: unknown): Promise<void> {
  await until(node, async () => (await node.use(Task).get(id))?.[field] === value)
}

/** Hears by whatever its subclass decorates, and keeps what `keep` picks. */
export abstract class Heard extends Listener {
  readonly log: unknown[] = []

  keep (...what: unknown[]): void {
    this.log.push(what.length === 1 ? what[0] : what)
  }
}

export const FIELDS = 'Task:[id]:[field]'
export const OBJECTS = 'Task:[id]'
