import { DinemicError } from '@dinemic/core'
import type { Replica } from '@dinemic/replica'

export interface IdleOptions {
  /** Ms, 30,000 by default. */
  readonly timeout?: number
  readonly signal?: AbortSignal
}

/** Rejects with `NODE_IDLE_TIMEOUT`, or with the signal's reason. */
export async function untilIdle (replica: Replica, { timeout = 30_000, signal }: IdleOptions = {}): Promise<void> {
  signal?.throwIfAborted() // Though there may be nothing to wait for: who has given up is told so each time.
  checkTimeout('node.idle()', timeout)
  await within(replica, timeout, signal, async either => { await replica.idle(either) })
}

export interface StopOptions {
  /** How long to wait for what is under way, in ms, 5,000 by default; then the node stops without it. After-hooks run again at the next start. */
  readonly timeout?: number
}

/** Rejects with `NODE_IDLE_TIMEOUT`. */
export async function stopReplica (replica: Replica, { timeout = 5000 }: StopOptions): Promise<void> {
  await within(replica, timeout, undefined, async late => { await replica.stop(late) })
}

/** Throws `NODE_BAD_OPTIONS`. */
export function checkTimeout (verb: string, timeout: unknown): void {
  if (typeof timeout === 'number' && Number.isInteger(timeout) && timeout >= 0 && timeout <= MAX_TIMEOUT) return
  throw new DinemicError('NODE_BAD_OPTIONS', `${verb}: the timeout is ${typeof timeout === 'number' ? timeout : `of type ${typeof timeout}`}. Give whole ms from 0 to ${MAX_TIMEOUT}.`)
}

/** Above this a timer of JavaScript fires at once. */
const MAX_TIMEOUT = 2 ** 31 - 1

async function within (replica: Replica, timeout: number, signal: AbortSignal | undefined, wait: (either: AbortSignal) => Promise<void>): Promise<void> {
  const late = AbortSignal.timeout(timeout)
  try {
    await wait(signal === undefined ? late : AbortSignal.any([late, signal]))
  } catch (error) {
    if (!late.aborted || error !== late.reason) throw error
    const underWay = replica.underWay
    throw new DinemicError('NODE_IDLE_TIMEOUT', `After ${timeout} ms this is still under way: ${underWay.join('; ')}. A hook that never ends would do this.`, { details: { timeout, underWay } })
  }
}
