import { chainKey, verifyFork } from '@dinemic/core'
import type { ObjectId, Update } from '@dinemic/core'
import { proofName, readProof } from '../../../src/fork-row.js'
import type { KnownFork } from '../../../src/fork-row.js'
import type { SimNode } from '../node.js'
import type { World } from '../world.js'

/** What a node holds of an object. */
interface Held { readonly object: ObjectId, readonly updates: readonly Update[], readonly forks: readonly KnownFork[] }

/** Fewer than the bound for strangers: then each chain's proof must be there. */
const NOT_FULL = 32

/** R11: of each chain that forks on a node it keeps one proof, which anybody can check, and none of what is gone. */
export async function checkForks (world: World, node: SimNode, { object, updates, forks }: Held): Promise<void> {
  const fail = (problem: string): void => { world.fail('one proof of each chain that forked', `${object} on ${node.name}: ${problem}`) }
  const proven = new Set(forks.map(({ chain }) => chain))
  if (proven.size < forks.length) fail('two of one chain')
  const gone = updates.length === 1 && updates[0]!.kind === 'remove'
  if (gone && forks.length > 0) fail('proofs of what was removed')

  const places = new Set<string>()
  for (const update of updates) {
    const place = `${chainKey(update)} ${update.seq}`
    if (places.has(place) && forks.length < NOT_FULL && !proven.has(chainKey(update))) fail(`none for ${update.id}`)
    places.add(place)
  }
  for (const fork of forks) {
    const row = await node.store.setting(proofName(fork))
    const proof = row === undefined ? undefined : verifyFork(world.binding, readProof(world.binding, row).frames)
    if (proof?.object !== object || proof.seq !== fork.seq || proof.updates.join() !== fork.updates.join()) fail(`that of ${fork.updates.join(' and ')} proves nothing`)
  }
}
