import { DinemicError } from '@dinemic/core'
import type { Replica } from '@dinemic/replica'
import { checkVerb } from './check-verb.js'

/** The text names so many of what is under way, the details all. */
const NAMED = 10

export interface IdleOptions {
  /** Ms, 30,000 by default. */
  readonly timeout?: number
  readonly signal?: AbortSignal
}

/** Rejects with `NODE_IDLE_TIMEOUT`, or with the signal's reason. */
export async function untilIdle (replica: Pick<Replica, 'idle' | 'underWay'>, options: IdleOptions = {}): Promise<void> {
  checkVerb('idle', options, { timeout: 'timeout', signal: 'signal' })
  const { timeout = 30_000, signal } = options
  signal?.throwIfAborted() // Though there may be nothing to wait for: who has given up is told so each time.
  await within(replica, timeout, signal, async either => { await replica.idle(either) })
}

export interface StopOptions {
  /** How long to wait for what is under way, in ms, 5,000 by default; then the node stops without it. After-hooks run again at the next start. */
  readonly timeout?: number
}

/** Rejects with `NODE_IDLE_TIMEOUT`. */
export async function stopReplica (replica: Pick<Replica, 'stop' | 'underWay'>, { timeout = 5000 }: StopOptions): Promise<void> {
  await within(replica, timeout, undefined, async late => { await replica.stop(late) })
}

async function within (replica: Pick<Replica, 'underWay'>, timeout: number, signal: AbortSignal | undefined, wait: (either: AbortSignal) => Promise<void>): Promise<void> {
  const late = AbortSignal.timeout(timeout)
  try {
    await wait(signal === undefined ? late : AbortSignal.any([late, signal]))
  } catch (error) {
    if (!late.aborted || error !== late.reason) throw error
    throw idleTimeout(timeout, replica.underWay)
  }
}

function idleTimeout (timeout: number, underWay: readonly string[]): DinemicError {
  const more = underWay.length - NAMED
  const text = underWay.slice(0, NAMED).join('; ') + (more > 0 ? `; and ${more} more` : '')
  const hint = underWay.some(what => what.startsWith('after-hooks of ')) ? ' A hook that never ends would do this.' : ''
  return new DinemicError('NODE_IDLE_TIMEOUT', `After ${timeout} ms this is still under way: ${text}.${hint}`, { details: { timeout, underWay } })
}
