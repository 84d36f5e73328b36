import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Node as RealNode } from '@dinemic/node'
import type { NodeOptions } from '@dinemic/node'

// What programs of the pages import in place of @dinemic/node: the same, but for nodes that stay on this machine.
export * from '@dinemic/node'

const started: RealNode[] = []
const folders: string[] = []

export const Node = {
  async start (options: NodeOptions): Promise<RealNode> {
    const path = options.path === undefined ? {} : { path: await ownFolder(options.path) }
    const node = await RealNode.start({ listen: ['/ip4/127.0.0.1/tcp/0'], discovery: false, ...options, ...path })
    started.push(node)
    return node
  }
}

/** Ends what a program has started and not stopped. */
export async function cleanUp (): Promise<void> {
  await Promise.all(started.splice(0).map(async node => { await node.stop() }))
  await Promise.all(folders.splice(0).map(async folder => { await rm(folder, { recursive: true, force: true }) }))
}

async function ownFolder (path: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dinemic-docs-'))
  folders.push(folder)
  return join(folder, path)
}
