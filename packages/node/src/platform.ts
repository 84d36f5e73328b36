import { randomBytes } from 'node:crypto'
import type { Platform } from '@dinemic/core'

export const platform: Platform = {
  now: () => Date.now(),
  random: length => new Uint8Array(randomBytes(length)),
  schedule: (ms, task) => {
    if (ms === 0) return soon(task)
    const timer = setTimeout(task, ms)
    timer.unref()
    return () => { clearTimeout(timer) }
  }
}

/**
 * Whatever has come over the network has its turn before: a timer would wait for a millisecond more. It holds the process for this one
 * turn: Node lets an immediate without a reference wait until something else happens, be it seconds later.
 */
function soon (task: () => void): () => void {
  const immediate = setImmediate(task)
  return () => { clearImmediate(immediate) }
}
