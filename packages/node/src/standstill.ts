import type { NodeStatus } from './status.js'

type Known = Pick<NodeStatus, 'running' | 'peers' | 'sync' | 'pending' | 'refused' | 'missing' | 'disk'>

/** Why nothing comes in, for people to read. */
export function describeStandstill (known: Known): string {
  const reasons = [...reasonsOf(known)]
  return reasons.length > 0 ? reasons.join('; ') : 'everything that the connected peers have is here'
}

function * reasonsOf ({ running, peers, sync, pending, refused, missing, disk }: Known): Generator<string> {
  if (!running) return yield 'the node has been stopped'
  if (peers.length === 0) return yield 'no peer is connected'
  for (const { model, want } of sync.models) if (want > 0) yield `${counted(want, 'update')} of ${model} ${want === 1 ? 'is' : 'are'} on the way`
  if (pending.bytes > pending.limit / 2) yield `${pending.bytes} bytes that have come wait to be written, of ${pending.limit} that may: the disk is slower than the peers`
  // What was refused may have come since, when there was room.
  const lacks = sync.peers.some(({ differs }) => differs.length > 0)
  if (lacks && refused.quota > 0) yield `updates found no room in the quotas (${counted(refused.quota, 'refusal')} since the start); strangers take ${disk.strangers} of ${disk.quota} bytes`
  if (lacks && refused.admit > 0) yield `the option admit refused updates (${counted(refused.admit, 'refusal')} since the start)`
  if (missing.length > 0) yield `no connected peer has given ${counted(missing.length, 'update')} to which others point (status.sought)`
  for (const peer of peers) {
    const round = sync.peers.find(progress => progress.peer === peer)
    if (round === undefined) yield `${peer} has not been compared with yet`
    else if (round.reason !== undefined) yield `${peer}: ${round.reason}`
  }
}

function counted (number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
