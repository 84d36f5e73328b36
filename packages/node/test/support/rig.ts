import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NodeEvents } from '../../src/events.js'
import { Node } from '../../src/node.js'
import type { NodeOptions } from '../../src/options.js'
import { Company, Person } from './models.js'

/** Starts nodes on real libp2p and LevelDB that see nothing but 127.0.0.1, and ends them. */
export class Rig {
  readonly #nodes: Node[] = []
  readonly #directories: string[] = []
  /** A network of its own, so that no other test can meet it. */
  readonly network = `test-${process.pid}-${performance.now()}`

  async start (options: Partial<NodeOptions> = {}): Promise<Node> {
    const node = await Node.start({ network: this.network, models: [Person, Company], listen: ['/ip4/127.0.0.1/tcp/0'], discovery: false, ...options })
    this.#nodes.push(node)
    return node
  }

  /** Two nodes that are connected. */
  async pair (first: Partial<NodeOptions> = {}, second: Partial<NodeOptions> = {}): Promise<[Node, Node]> {
    const [a, b] = [await this.start(first), await this.start(second)]
    await b.connect(a.addresses[0]!)
    return [a, b]
  }

  async directory (): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'dinemic-node-'))
    this.#directories.push(path)
    return path
  }

  /** The test has seen that this one doesn't stop well. */
  forget (node: Node): void {
    this.#nodes.splice(this.#nodes.indexOf(node), 1)
  }

  /** For `afterEach`. */
  readonly end = async (): Promise<void> => {
    await Promise.all(this.#nodes.splice(0).map(async node => { await node.stop() }))
    await Promise.all(this.#directories.splice(0).map(async path => { await rm(path, { recursive: true, force: true }) }))
  }
}

/** Resolves with the first event of that name for which `wanted` holds. */
export async function event<K extends keyof NodeEvents> (node: Node, name: K, wanted: (payload: NodeEvents[K][0]) => boolean = () => true): Promise<NodeEvents[K][0]> {
  return await new Promise(resolve => {
    const listen = (payload: NodeEvents[K][0]): void => {
      if (!wanted(payload)) return
      node.off(name, listen)
      resolve(payload)
    }
    node.on(name, listen)
  })
}
