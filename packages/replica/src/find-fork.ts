import { chainKey, forkOf, linkOf } from '@dinemic/core'
import type { ForkProof, Update } from '@dinemic/core'
import type { KnownFork } from './fork-row.js'
import type { LiveObject } from './live-object.js'

export interface FoundFork {
  readonly proof: ForkProof
  /** Undefined where there is no room for the proof. */
  readonly known: KnownFork | undefined
}

/** What a node keeps for one object. Where anyone may write strangers make chains without end, so theirs take half at most. */
const MOST_FORKS = 64
const MOST_BYTES = 1024 * 1024

/** The first fork of its chain that an update brings, if it does. To be asked before verdicts move: then the other one may go. */
export function findFork (live: LiveObject, update: Update): FoundFork | undefined {
  const link = linkOf(update)
  const chain = chainKey(link)
  if (live.row.forks.some(known => known.chain === chain)) return undefined
  const [other] = live.verdicts.forksOf(link)
  if (other === undefined) return undefined
  const proof = forkOf(update, live.updates.get(other)!)
  if (proof === undefined) return undefined
  const size = proof.frames[0].length + proof.frames[1].length
  const { seq, updates } = proof
  return { proof, known: hasRoom(live, size, isStrangers(live, update)) ? { chain, seq, updates, size } : undefined }
}

function hasRoom ({ row }: LiveObject, size: number, strangers: boolean): boolean {
  const share = strangers ? 0.5 : 1
  const bytes = row.forks.reduce((sum, known) => sum + known.size, size)
  return row.forks.length < MOST_FORKS * share && bytes <= MOST_BYTES * share
}

/** Written under a grant to anyone. */
function isStrangers (live: LiveObject, { root }: Update): boolean {
  return root !== null && live.grantAt(root)?.subject === null
}
