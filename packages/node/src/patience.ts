import { DinemicError } from '@dinemic/core'
import type { Replica } from '@dinemic/replica'

export interface IdleOptions {
  /** Ms, 30,000 by default. */
  readonly timeout?: number
  readonly signal?: AbortSignal
}

/** What is under way ends within this, in ms, or the node stops without it: after-hooks run again at the next start. */
const STOP_TIMEOUT = 5000

/** Rejects with `NODE_IDLE_TIMEOUT`, or with the signal's reason. */
export async function untilIdle (replica: Replica, { timeout = 30_000, signal }: IdleOptions = {}): Promise<void> {
  await within(replica, timeout, signal, async either => { await replica.idle(either) })
}

/** Rejects with `NODE_IDLE_TIMEOUT`. */
export async function stopReplica (replica: Replica): Promise<void> {
  await within(replica, STOP_TIMEOUT, undefined, async late => { await replica.stop(late) })
}

async function within (replica: Replica, timeout: number, signal: AbortSignal | undefined, wait: (either: AbortSignal) => Promise<void>): Promise<void> {
  const late = AbortSignal.timeout(timeout)
  try {
    await wait(signal === undefined ? late : AbortSignal.any([late, signal]))
  } catch (error) {
    if (!late.aborted || error !== late.reason) throw error
    const underWay = replica.underWay
    throw new DinemicError('NODE_IDLE_TIMEOUT', `After ${timeout} ms this is still under way: ${underWay.join('; ')}. A hook that never ends, or a wait for the node inside its own hook, would do this.`, { details: { timeout, underWay } })
  }
}
