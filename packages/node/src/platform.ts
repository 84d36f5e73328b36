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

/** Whatever has come over the network has its turn before: a timer would wait for a millisecond more. */
function soon (task: () => void): () => void {
  const immediate = setImmediate(task)
  immediate.unref()
  return () => { clearImmediate(immediate) }
}
